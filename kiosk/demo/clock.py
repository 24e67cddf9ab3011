"""A clock that every process of a demo shares, and that the bench can push forward."""

import os
import struct
import time
from pathlib import Path

_OFFSET = struct.Struct("<q")


class SharedClock:
    """Implements ports.Clock: real time plus the offset in a file of 8 bytes (signed microseconds)."""

    def __init__(self, file: Path) -> None:
        """Open the file, making it (offset 0) if it is not there."""
        self._fd = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._furthest = 0

    def offset(self) -> int:
        """Microseconds added to real time; 0 while the file is still empty."""
        stored = os.pread(self._fd, _OFFSET.size, 0)
        return int(_OFFSET.unpack(stored)[0]) if len(stored) == _OFFSET.size else 0

    def advance(self, seconds: float) -> None:
        """Move every process that reads this file; negative seconds put the wall clock back."""
        os.pwrite(self._fd, _OFFSET.pack(self.offset() + round(seconds * 1_000_000)), 0)

    def now(self) -> int:
        """UTC microseconds, as the demo has them."""
        return time.time_ns() // 1000 + self.offset()

    def trusted(self) -> bool:
        """Always: who runs the demo says what time it is."""
        return True

    def monotonic(self) -> float:
        """Seconds that only go forward: waiting times pass when the clock is advanced, and never go back."""
        self._furthest = max(self._furthest, self.offset())
        return time.monotonic() + self._furthest / 1_000_000

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._fd)
