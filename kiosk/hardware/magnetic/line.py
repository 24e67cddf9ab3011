"""The line to a swipe reader: serial, or USB that behaves like one, in both directions."""

from typing import Self

from kiosk.hardware.scanners.line import LineLost, ScannerLine

WRITE_S = 1.0
"""The longest wait for a line that takes nothing."""


class Silent(LineLost):
    """The line is there, but the reader does not answer, or refuses to read."""


class SwipeLine(ScannerLine):
    """A scanner's line that can also be written to."""

    @classmethod
    def open(cls, device: str, baud: int, wait_s: float) -> Self:
        """As a scanner's; a write waits WRITE_S at most."""
        line = super().open(device, baud, wait_s)
        line._line.write_timeout = WRITE_S
        return line

    def write(self, data: bytes) -> None:
        """Say something. LineLost: it cannot be said."""
        try:
            self._line.write(data)
        except (OSError, TypeError) as trouble:  # pyserial: as in `read`
            raise LineLost(str(trouble)) from trouble
