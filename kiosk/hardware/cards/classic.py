"""A MIFARE Classic card: sectors that open under keys, blocks, and where they lie.

Its cipher is broken (eprint 2024/1275 and many before it): whatever lies here can be read and copied by
whoever holds the card for a minute. Keys keep honest readers apart, nothing else.
"""

from dataclasses import dataclass, field

from kiosk.hardware.cards import storage
from kiosk.hardware.cards.apdu import CardGarbled, CardRefused, Channel, Status
from kiosk.hardware.cards.classic_access import Trailer
from kiosk.hardware.cards.storage import BLOCK, KeyRefused, KeyType

SMALL_SECTORS = 32
"""Sectors with four blocks; those after them, on 4K cards, have sixteen."""

_SLOT = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the blocks of a card's sectors lie."""

    sectors: int

    @property
    def blocks(self) -> int:
        """How many blocks the card has."""
        return self.first(self.sectors)

    def first(self, sector: int) -> int:
        """The first block of a sector (or, of the one after the last, how many blocks there are)."""
        if not 0 <= sector <= self.sectors:
            raise ValueError("no such sector")
        return 4 * min(sector, SMALL_SECTORS) + 16 * max(0, sector - SMALL_SECTORS)

    def data(self, sector: int) -> range:
        """Its data blocks; of sector 0 without the maker's."""
        return range(self.first(sector) + (sector == 0), self.trailer(sector))

    def trailer(self, sector: int) -> int:
        """Its last block, with keys and access bits."""
        return self.first(sector + 1) - 1

    def sector_of(self, block: int) -> int:
        """In which sector a block lies."""
        if not 0 <= block < self.blocks:
            raise ValueError("no such block")
        small = 4 * SMALL_SECTORS
        return block // 4 if block < small else SMALL_SECTORS + (block - small) // 16

    def group(self, block: int) -> int:
        """Which of its sector's four conditions holds for a block."""
        sector = self.sector_of(block)
        at = block - self.first(sector)
        return at if sector < SMALL_SECTORS else min(at // 5, 3)


ONE_K, FOUR_K = Layout(16), Layout(40)
LAYOUTS = {0x0001: ONE_K, 0x0002: FOUR_K}
"""By the name in the ATR."""


@dataclass(frozen=True, slots=True)
class Key:
    """A sector's key and which of the two it is."""

    which: KeyType
    value: bytes = field(repr=False)


class Classic:
    """The card on a channel. Its verbs raise KeyRefused, CardRefused (the card said no) or CardTrouble."""

    def __init__(self, channel: Channel, layout: Layout) -> None:
        self._channel = channel
        self.layout = layout

    def uid(self) -> bytes:
        """The UID of whichever card lies there."""
        return storage.read_uid(self._channel)

    def open(self, sector: int, key: Key) -> None:
        """Authenticate to a sector; the one that was open is closed. KeyRefused."""
        _, status = self._channel.send(storage.load_key(_SLOT, key.value))
        if status != Status.OK:
            raise CardRefused("LOAD KEYS", status)
        trailer = self.layout.trailer(sector)
        _, status = self._channel.send(storage.authenticate(trailer, key.which, _SLOT))
        if status in storage.NOT_AUTHENTICATED:
            raise KeyRefused("AUTHENTICATE", status)
        if status != Status.OK:
            raise CardRefused("AUTHENTICATE", status)

    def opens(self, sector: int, key: Key) -> bool:
        """Whether the sector takes this key; then it is open."""
        try:
            self.open(sector, key)
        except KeyRefused:
            return False
        return True

    def read(self, block: int) -> bytes:
        """A block's 16 bytes."""
        return storage.read(self._channel, block)

    def read_sector(self, sector: int) -> bytes:
        """All data blocks of the open sector."""
        return b"".join(self.read(block) for block in self.layout.data(sector))

    def write(self, block: int, data: bytes) -> None:
        """Write a data block and read it back; ValueError for the maker's block and for trailers."""
        if block not in self.layout.data(self.layout.sector_of(block)):
            raise ValueError("not a data block")
        storage.write(self._channel, block, data)
        if self.read(block) != data:
            raise CardGarbled(f"block {block} does not hold what was written")

    def write_trailer(self, sector: int, trailer: Trailer) -> None:
        """Give the open sector its keys and conditions. What they say was checked when they were made."""
        storage.write(self._channel, self.layout.trailer(sector), trailer.block)


def value_of(block: bytes) -> tuple[int, int]:
    """Value and address of a value block, for reports only: anybody can write one. CardGarbled."""
    value, inverse, again = block[0:4], block[4:8], block[8:12]
    address = block[12:]
    mirrored = bytes(byte ^ 0xFF for byte in value) == inverse and value == again
    pairs = len(block) == BLOCK and address[0] == address[2] == address[1] ^ 0xFF == address[3] ^ 0xFF
    if not mirrored or not pairs:
        raise CardGarbled("not a value block")
    return int.from_bytes(value, "little", signed=True), address[0]
