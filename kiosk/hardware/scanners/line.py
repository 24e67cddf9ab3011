"""The line to a scanner: serial, or USB that behaves like one (CDC-ACM)."""

from typing import Any, Self

_READ_MAX = 4096


class LineLost(Exception):
    """The scanner cannot be reached, or is gone."""


class ScannerLine:
    """What arrives at a serial device; nothing is ever written to a scanner."""

    def __init__(self, line: Any) -> None:
        self._line = line

    @classmethod
    def open(cls, device: str, baud: int, wait_s: float) -> Self:
        """Open 8N1; `read` then waits `wait_s` at most. What was scanned before is dropped."""
        import serial

        try:
            line = serial.Serial(device, baud, timeout=wait_s, exclusive=True)
            line.reset_input_buffer()
        except (OSError, ValueError) as trouble:
            raise LineLost(f"{device}: {trouble}") from trouble
        return cls(line)

    def read(self) -> bytes:
        """What arrived, b'' when nothing did in time. LineLost: it was unplugged."""
        try:
            first = bytes(self._line.read(1))
            waiting = min(self._line.in_waiting, _READ_MAX - 1) if first else 0
            return first + (bytes(self._line.read(waiting)) if waiting else b"")
        except (OSError, TypeError) as trouble:  # pyserial: a device that vanishes may raise either
            raise LineLost(str(trouble)) from trouble

    def close(self) -> None:
        """Hang up; never raises."""
        try:
            self._line.close()
        except OSError:
            return
