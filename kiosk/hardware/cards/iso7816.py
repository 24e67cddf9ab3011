"""Data objects of ISO 7816-4 cards: BER-TLV and the answer to SELECT (FCI). Bytes only.

Cards are strangers: length, depth and count are bounded, and bytes that are not well formed are CardGarbled.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from kiosk.hardware.cards.apdu import CardGarbled

BYTES_MAX = 4096
DEPTH_MAX = 6
ITEMS_MAX = 128

FCI = 0x6F
NAME = 0x84
PROPRIETARY = 0xA5


@dataclass(frozen=True, slots=True)
class Item:
    """One data object: its tag as written (0x84, 0x9F0C), its bytes, and what it holds if constructed."""

    tag: int
    value: bytes
    items: tuple["Item", ...] = ()


class _Reader:
    """Reads objects and counts them, over all depths."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._count = 0

    def items(self, at: int, end: int, depth: int) -> tuple[Item, ...]:
        if depth > DEPTH_MAX:
            raise CardGarbled("data objects lie too deep")
        found = []
        while at < end:
            if self._data[at] in (0x00, 0xFF):
                at += 1  # padding between objects, allowed by the standard
                continue
            item, at = self._item(at, end, depth)
            found.append(item)
        return tuple(found)

    def _item(self, at: int, end: int, depth: int) -> tuple[Item, int]:
        self._count += 1
        if self._count > ITEMS_MAX:
            raise CardGarbled("too many data objects")
        constructed = bool(self._data[at] & 0x20)
        tag, at = self._tag(at, end)
        length, at = self._length(at, end)
        if at + length > end:
            raise CardGarbled("a data object ends too early")
        inner = self.items(at, at + length, depth + 1) if constructed else ()
        return Item(tag, self._data[at : at + length], inner), at + length

    def _byte(self, at: int, end: int) -> int:
        if at >= end:
            raise CardGarbled("a data object ends too early")
        return self._data[at]

    def _tag(self, at: int, end: int) -> tuple[int, int]:
        tag = self._byte(at, end)
        if tag & 0x1F != 0x1F:
            return tag, at + 1
        for more in (1, 2):
            byte = self._byte(at + more, end)
            tag = tag << 8 | byte
            if not byte & 0x80:
                return tag, at + more + 1
        raise CardGarbled("a tag of more than three bytes")

    def _length(self, at: int, end: int) -> tuple[int, int]:
        first = self._byte(at, end)
        if first < 0x80:
            return first, at + 1
        size = first & 0x7F
        if size not in (1, 2):
            raise CardGarbled("a length that no card needs")
        self._byte(at + size, end)
        return int.from_bytes(self._data[at + 1 : at + 1 + size], "big"), at + 1 + size


def parse(data: bytes) -> tuple[Item, ...]:
    """The data objects in `data`; CardGarbled if it is no sequence of them."""
    if len(data) > BYTES_MAX:
        raise CardGarbled(f"{len(data)} bytes of data objects")
    return _Reader(data).items(0, len(data), 1)


def find(items: Sequence[Item], *path: int) -> bytes | None:
    """The value of the first object along `path` of tags; None if there is none."""
    for item in items:
        if item.tag == path[0]:
            return item.value if len(path) == 1 else find(item.items, *path[1:])
    return None


def application_name(fci: bytes) -> bytes:
    """The application's name (AID) out of the answer to SELECT; CardGarbled if it names none."""
    name = find(parse(fci), FCI, NAME)
    if not name or not len(name) <= 16:
        raise CardGarbled("the answer to SELECT names no application")
    return name
