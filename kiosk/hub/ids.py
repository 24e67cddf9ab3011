"""Fresh names and the restore counter: what must not come out of the database."""

import os
import secrets
import uuid
from collections.abc import Callable
from pathlib import Path


class FreshIds:
    """UUIDv7: the time for order, 74 random bits for being unlike any other."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now

    def uuid7(self) -> str:
        """A name nobody has had before, 36 characters."""
        milliseconds = (self._now() // 1000) & ((1 << 48) - 1)
        number = (
            milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
        )
        return str(uuid.UUID(int=number))


def read_generation(path: Path) -> int:
    """The restore counter in its file; a file that is not there is made, with 1."""
    if path.exists():
        return int(path.read_text(encoding="ascii"))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("x", encoding="ascii") as file:
        file.write("1\n")
        file.flush()
        os.fsync(file.fileno())
    return 1
