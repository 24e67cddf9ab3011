"""What the tests of storage cards share: a shop's test keys, blank cards of every kind, a card put down."""

from collections.abc import Callable, Iterator
from functools import cache

from kiosk.hardware.cards.apdu import CardUnknown, Channel
from kiosk.hardware.cards.families import Family, family_of
from kiosk.hardware.cards.issue import Issue, Issued
from kiosk.hardware.cards.keys import KeyRing, MasterKeys, Sam
from kiosk.hardware.cards.record import Reading
from kiosk.hardware.cards.record_session import Records, Slots
from kiosk.hardware.cards.storage import read_uid, storage_name
from kiosk.hardware.simulated.card_field import Field, Kind, Mishap
from kiosk.hardware.simulated.chip import Chip
from kiosk.hardware.simulated.chips import chip
from kiosk.hardware.simulated.classic_chip import ClassicChip
from kiosk.hardware.simulated.tag_chip import TagChip

OLD = MasterKeys(b"test sector keys", b"test record keys")
NEW = MasterKeys(b"new sector keys!", b"new record keys!")
SAM = KeyRing({1: OLD})
BOTH = KeyRing({1: OLD, 2: NEW})
OTHERS = KeyRing({1: MasterKeys(b"somebody else's!", b"another's record")})

UIDS = {"classic-1k": "01A2B3C4", "classic-4k": "04A1B2C3D4E5F6"}
TAG_UID = "04A1B2C3D4E5F6"
KEEPING = ("classic-1k", "classic-4k", "ultralight-ev1-128", "ntag213", "ntag215", "ntag216")
"""Kinds of cards with room for a record."""

POINTS = 250
UPDATE = 0xD6
OPERATION = bytes(range(16))


def blank(kind: str, uid: str = "") -> Chip:
    return chip(kind, uid or UIDS.get(kind, TAG_UID))


def put_down(card: Chip, mishap: Mishap | None = None, other: Chip | None = None) -> Field:
    return Field(card, mishap, other)


class Noting:
    """A card put down whose commands are kept."""

    def __init__(self, card: Chip) -> None:
        self._field = Field(card)
        self.commands: list[bytes] = []

    def send(self, command: bytes) -> tuple[bytes, int]:
        self.commands.append(command)
        return self._field.send(command)

    def mishaps(self, kind: Kind) -> Iterator[tuple[Mishap, int]]:
        """This mishap at each command; torn at each byte of each write, whole bytes and half-written ones."""
        for at, command in enumerate(self.commands):
            if kind == "garble":
                yield Mishap(kind, at, (0, 5, 15, 16)[at % 4]), 0
            elif kind != "tear":
                yield Mishap(kind, at), 0
            elif command[1] == UPDATE:
                yield from ((Mishap(kind, at, n), half) for n in range(command[4] + 1) for half in (0, 0x3C))


def family(card: Chip) -> Family:
    return family_of(card.atr)


def issue(card: Chip, field: Channel | None = None, sam: Sam = SAM, points: int = POINTS) -> Issued:
    field = field or put_down(card)
    records = family(card).records
    assert records is not None
    wanted = Issue(read_uid(field), sam, points, OPERATION)
    return records.issue(field, storage_name(card.atr) or 0, wanted)


def issued(kind: str, uid: str) -> ClassicChip | TagChip:
    """A card of ours, as it left our issuing desk; made once, and copied."""
    card = blank(kind, uid)
    assert isinstance(card, ClassicChip | TagChip)
    card.eeprom.data[:] = _memory(kind, uid)
    return card


@cache
def _memory(kind: str, uid: str) -> bytes:
    card = blank(kind, uid)
    issue(card)
    assert isinstance(card, ClassicChip | TagChip)
    return bytes(card.eeprom.data)


def slots(card: Chip, field: Channel | None = None, sam: Sam = SAM) -> Slots | None:
    field = field or put_down(card)
    records = family(card).records
    assert records is not None
    return records.slots(field, storage_name(card.atr) or 0, read_uid(field), sam)


def records(
    card: Chip,
    field: Channel | None = None,
    sam: Sam = SAM,
    seen: Callable[[bytes], int] = lambda _uid: 0,
) -> Records:
    field = field or put_down(card)
    found = slots(card, field, sam)
    if found is None:
        raise CardUnknown("no record of ours")
    return Records(found, read_uid(field), sam, seen)


def reading(card: Chip, sam: Sam = SAM) -> Reading:
    return records(card, sam=sam).read()
