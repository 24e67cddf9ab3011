"""Access conditions of a MIFARE Classic sector (MF1S50 data sheet, tables 6 to 8), and its trailer. Pure.

A condition is three bits, C1 C2 C3, as a number from 0 to 7. A sector has four: of three groups of data
blocks, then of its trailer. A wrong trailer locks a sector for ever, so none is made that cannot be undone.
"""

from dataclasses import dataclass, field

from kiosk.hardware.cards.apdu import CardGarbled
from kiosk.hardware.cards.storage import BLOCK, KEY_BYTES

Conditions = tuple[int, int, int, int]

TRANSPORT: Conditions = (0b000, 0b000, 0b000, 0b001)
"""As delivered: key A may do everything."""

GUARDED: Conditions = (0b100, 0b100, 0b100, 0b011)
"""Key A reads, key B writes, also the trailer."""

FACTORY_KEY = bytes.fromhex("FFFFFFFFFFFF")

DATA_RIGHTS: dict[int, tuple[str, str]] = {
    0b000: ("AB", "AB"),
    0b001: ("AB", ""),
    0b010: ("AB", ""),
    0b011: ("B", "B"),
    0b100: ("AB", "B"),
    0b101: ("B", ""),
    0b110: ("AB", "B"),
    0b111: ("", ""),
}
"""Condition of a data block -> which keys read it, which write it."""

TRAILER_RIGHTS: dict[int, tuple[str, str, str, str]] = {
    0b000: ("A", "A", "", "A"),
    0b001: ("A", "A", "A", "A"),
    0b010: ("", "A", "", ""),
    0b011: ("B", "AB", "B", "B"),
    0b100: ("B", "AB", "", "B"),
    0b101: ("", "AB", "B", ""),
    0b110: ("", "AB", "", ""),
    0b111: ("", "AB", "", ""),
}
"""Condition of a trailer -> which keys write key A, read the access bits, write them, write key B."""

KEY_B_SHOWS = frozenset({0b000, 0b001, 0b010})
"""Conditions of a trailer under which key B can be read, so that it opens nothing."""

_CHANGEABLE = frozenset(name for name, rights in TRAILER_RIGHTS.items() if rights[2])


def conditions_of(access: bytes) -> Conditions:
    """The conditions in the three access bytes; CardGarbled where they contradict themselves."""
    if len(access) != 3:
        raise CardGarbled(f"{len(access)} access bytes")
    first, second, third = access
    c1, c2, c3 = second >> 4, third & 0x0F, third >> 4
    if (first & 0x0F, first >> 4, second & 0x0F) != (c1 ^ 0x0F, c2 ^ 0x0F, c3 ^ 0x0F):
        raise CardGarbled("access bits that contradict themselves")
    a, b, c, d = ((c1 >> n & 1) << 2 | (c2 >> n & 1) << 1 | c3 >> n & 1 for n in range(4))
    return a, b, c, d


def access_of(conditions: Conditions) -> bytes:
    """The three access bytes that stand for the conditions."""
    c1, c2, c3 = (sum((one >> bit & 1) << n for n, one in enumerate(conditions)) for bit in (2, 1, 0))
    return bytes(((c2 ^ 0x0F) << 4 | c1 ^ 0x0F, c1 << 4 | c3 ^ 0x0F, c3 << 4 | c2))


@dataclass(frozen=True, slots=True)
class Trailer:
    """A sector's last block. ValueError for one that nobody could ever change again."""

    key_a: bytes = field(repr=False)
    key_b: bytes = field(repr=False)
    conditions: Conditions = GUARDED
    general: int = 0
    """The general purpose byte; in sector 0 it says whether there is a directory."""

    def __post_init__(self) -> None:
        if len(self.key_a) != KEY_BYTES or len(self.key_b) != KEY_BYTES or self.key_a == self.key_b:
            raise ValueError("two different keys of 6 bytes")
        if self.conditions[3] not in _CHANGEABLE:
            raise ValueError("a trailer that nobody could change again")
        if not all(any(DATA_RIGHTS[one]) for one in self.conditions[:3]):
            raise ValueError("blocks that nobody could read or write")

    @property
    def block(self) -> bytes:
        """Its 16 bytes; what they say is read back before they are given out."""
        access = access_of(self.conditions)
        if conditions_of(access) != self.conditions:
            raise ValueError("access bits that do not say what was meant")
        whole = self.key_a + access + bytes((self.general,)) + self.key_b
        assert len(whole) == BLOCK
        return whole
