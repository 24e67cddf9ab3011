"""The memory of a simulated storage card: bytes as they lie on the chip, in a file or for one tap only."""

import os
from pathlib import Path

from kiosk.hardware.simulated.chip import NoCard, PowerLost


class CardImage:
    """A card's bytes. Power may go after any byte of a write (`left`); the next byte is then half written.

    A half-written byte has some bits of what was there and some of what should be there.
    """

    def __init__(self, data: bytes, file: Path | None = None) -> None:
        self.data = bytearray(data)
        self._file = file
        self.left: int | None = None
        """How many more bytes can be written before the power goes; None: it stays."""
        self.half = 0x0F
        """Which bits of a half-written byte are the new ones."""

    @classmethod
    def load(cls, file: Path, sizes: frozenset[int]) -> "CardImage":
        """Out of a file; NoCard when it has none of these sizes."""
        data = file.read_bytes() if file.is_file() else b""
        if len(data) not in sizes:
            raise NoCard(f"{file} is no card")
        return cls(data, file)

    def save(self, file: Path) -> None:
        """From now on it lies in this file."""
        self._file = file
        file.write_bytes(self.data)

    def write(self, at: int, data: bytes) -> None:
        """Write these bytes. PowerLost when `left` of them were not enough, or just enough."""
        kept = data if self.left is None else data[: self.left]
        if len(kept) < len(data):
            old, new = self.data[at + len(kept)], data[len(kept)]
            kept += bytes((old & ~self.half | new & self.half,))
        self.data[at : at + len(kept)] = kept
        if self._file is not None:
            handle = os.open(self._file, os.O_WRONLY)
            try:
                os.pwrite(handle, kept, at)
            finally:
                os.close(handle)
        if self.left is not None:
            self.left -= len(data)
            if self.left <= 0:
                raise PowerLost
