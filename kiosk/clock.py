"""The real clock, and whether it may be believed."""

import ctypes
import functools
import time
from collections.abc import Callable
from typing import Any

_TIME_ERROR = 5
_TIMEX_BYTES = 512
_RELEASED = 1_735_689_600_000_000
"""2025-01-01: no clock that reads earlier than the software itself can be right."""


@functools.cache
def _adjtimex() -> Callable[[Any], int] | None:
    """The system's call, looked up once: every entry asks it."""
    try:
        found: Callable[[Any], int] = ctypes.CDLL(None, use_errno=True).adjtimex
    except (OSError, AttributeError):
        return None
    return found


def disciplined() -> bool:
    """Whether the operating system says that something (NTP, PTP) keeps its clock right."""
    asked = _adjtimex()
    if asked is None:
        return False
    state = int(asked(ctypes.create_string_buffer(_TIMEX_BYTES)))  # all zero: only asks
    return 0 <= state < _TIME_ERROR


class RealClock:
    """Implements ports.Clock with the machine's own time."""

    def now(self) -> int:
        """UTC microseconds."""
        return time.time_ns() // 1000

    def trusted(self) -> bool:
        """Whether `now` may decide about dates: kept right by somebody, and not before our release."""
        return self.now() > _RELEASED and disciplined()

    def monotonic(self) -> float:
        """Seconds that only go forward."""
        return time.monotonic()
