"""The memory of a simulated purse: one file with two slots, so that a write is whole or never was.

A commit writes the older slot byte by byte, its check last. Power may go after any byte (`left`).
"""

import os
import zlib
from pathlib import Path

import msgspec

from kiosk.hardware.simulated.chip import NoCard, PowerLost

SLOT = 1024
_HEAD = 6
_CHECK = 4


class Memory(msgspec.Struct, frozen=True, array_like=True):
    """All that a purse keeps: its person, its keys (16 bytes each), its value and its log, newest first.

    A proof is (counter after the move, MAC, TAC), of the last debit and the last load.
    """

    serial: bytes
    debit_key: bytes
    load_key: bytes
    tac_key: bytes
    own_key: bytes
    pin: bytes
    pin_tries: int = 3
    balance: int = 0
    balance_max: int = 1_000_000
    debits: int = 0
    loads: int = 0
    log: tuple[bytes, ...] = ()
    log_counts_after: bool = True
    debit_proof: tuple[int, bytes, bytes] = (0, b"", b"")
    load_proof: tuple[int, bytes, bytes] = (0, b"", b"")


class Eeprom:
    """One card's memory in a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.left: int | None = None
        """How many more bytes can be written before the power goes; None: it stays."""

    def issue(self, memory: Memory) -> None:
        """Make a new card of the file."""
        self._path.write_bytes(bytes(2 * SLOT))
        self.commit(memory)

    def _slot(self, which: int) -> tuple[int, Memory] | None:
        data = self._path.read_bytes()[which * SLOT : (which + 1) * SLOT]
        end = _HEAD + int.from_bytes(data[4:_HEAD], "big")
        check = data[end : end + _CHECK]
        if end + _CHECK > SLOT or zlib.crc32(data[:end]).to_bytes(4, "big") != check or end == _HEAD:
            return None
        return int.from_bytes(data[:4], "big"), msgspec.msgpack.decode(data[_HEAD:end], type=Memory)

    def _newest(self) -> tuple[int, int, Memory] | None:
        found = [(slot[0], which, slot[1]) for which in (0, 1) if (slot := self._slot(which)) is not None]
        return max(found, key=lambda one: one[0], default=None)

    def read(self) -> Memory:
        """The memory as it was committed last."""
        newest = self._newest() if self._path.is_file() else None
        if newest is None:
            raise NoCard(f"{self._path} is no card")
        return newest[2]

    def size(self, memory: Memory) -> int:
        """How many bytes a commit of this writes."""
        return len(self._image(0, memory))

    @staticmethod
    def _image(sequence: int, memory: Memory) -> bytes:
        body = msgspec.msgpack.encode(memory)
        image = sequence.to_bytes(4, "big") + len(body).to_bytes(2, "big") + body
        return image + zlib.crc32(image).to_bytes(4, "big")

    def commit(self, memory: Memory) -> None:
        """Write it all, or nothing that counts. PowerLost when `left` bytes were not enough."""
        newest = self._newest()
        sequence, which = (newest[0] + 1, 1 - newest[1]) if newest else (1, 0)
        image = self._image(sequence, memory)
        written = image if self.left is None else image[: self.left]
        handle = os.open(self._path, os.O_WRONLY)
        try:
            os.pwrite(handle, written, which * SLOT)
        finally:
            os.close(handle)
        if self.left is not None:
            self.left -= len(written)
            # The last byte may just have gone in: then it is written, and only the answer is lost.
            if self.left <= 0:
                raise PowerLost
