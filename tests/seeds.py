"""How many of its ways a test tries: a few in the fast tests, every one in the deep check `weathers`."""

import os
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")
EVERY = bool(os.environ.get("KIOSK_EVERY_SEED"))


def seeds(ways: Iterable[T], few: int) -> list[T]:
    """All of them in the deep check, else the first `few`."""
    every = list(ways)
    return every if EVERY else every[:few]
