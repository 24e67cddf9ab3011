"""Serial numbers of vouchers: leased to one device in ranges, and spent one by one like any other right.

A range is an asset whose units are its numbers. They are spent from the first to the last, so what is left of
them says which is the next one: nothing else has to be counted.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from kiosk.ledger import accounts as acc

SERIAL_MAX = 9_999_999
_ASSET = re.compile(r"serials:([0-9]{6}):([0-9]{7})-([0-9]{7})", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """Serials `first` to `last`, both included, of one `place`: store (4 digits) and kiosk (2)."""

    place: str
    first: int
    last: int

    @property
    def asset(self) -> str:
        """The asset whose units are these numbers."""
        return f"{acc.SERIALS}{self.place}:{self.first:07d}-{self.last:07d}"

    @property
    def size(self) -> int:
        """How many numbers it has."""
        return self.last - self.first + 1

    @classmethod
    def of(cls, asset: str) -> Self | None:
        """The range that an asset is; None if it is none."""
        found = _ASSET.fullmatch(asset)
        if found is None:
            return None
        told = cls(found[1], int(found[2]), int(found[3]))
        return told if 0 < told.first <= told.last else None

    def next(self, left: int) -> int:
        """The next number when so many are left; beyond the last one when none is."""
        return self.last - left + 1

    def has(self, place: str, serial: int) -> bool:
        """Whether this number of this place is one of them."""
        return place == self.place and self.first <= serial <= self.last


@dataclass(frozen=True, slots=True)
class Serial:
    """One number that a device may use: of which place, and of which leased range (its asset)."""

    place: str
    number: int
    lease: str


def next_serial(held: Iterable[tuple[str, int]]) -> Serial | None:
    """The next number out of (asset, units left) of the ranges that are held: older ranges first."""
    ranges = sorted((told, left) for asset, left in held if left > 0 and (told := Range.of(asset)))
    if not ranges:
        return None
    first, left = ranges[0]
    return Serial(first.place, first.next(left), first.asset)
