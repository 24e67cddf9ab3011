"""Families of cards: which commands tell whose card it is. One table; a new family is a row.

The family's name goes into the keyed hash under which a card is known. A storage card's follows from its
answer to reset alone, so that it has one name at every reader, whatever else that reader can ask; a processor
card's from which of our applications it has. A card that shops have enrolled keeps its name for ever.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk.hardware.cards import classic_issue, classic_record, record, tag_issue, ultralight
from kiosk.hardware.cards.apdu import (
    NOT_OURS,
    CardGarbled,
    CardRefused,
    Channel,
    Status,
    exchange,
    read_binary,
    select,
)
from kiosk.hardware.cards.classic import LAYOUTS, Classic
from kiosk.hardware.cards.issue import Issue, Issued
from kiosk.hardware.cards.keys import Sam
from kiosk.hardware.cards.member_file import MEMBER_AID, member_number
from kiosk.hardware.cards.purse_serial import read_serial
from kiosk.hardware.cards.record_session import Slots
from kiosk.hardware.cards.storage import read_uid, storage_name
from kiosk.membership.cards import Card, Proof

CPU = "virtual-cpu"
CLASSIC = "mifare-classic"
TAG = "mifare-ultralight"
PURSE = "pboc-purse"
OTHER = "other"

ULTRALIGHT_NAME = 0x0003
"""In the ATR of Ultralight and NTAG21x alike."""


@dataclass(frozen=True, slots=True)
class Records:
    """What a family that keeps records can do. Its verbs raise CardTrouble."""

    slots: Callable[[Channel, int, bytes, Sam], Slots | None]
    """Where they lie on the card with this name (in the ATR) and UID; None: there are none."""
    issue: Callable[[Channel, int, Issue], Issued]
    """Make a blank card one of ours, or finish one that was begun."""
    size: int = record.SLOTS * record.SIZE
    """Bytes of ours that the card keeps."""


@dataclass(frozen=True, slots=True)
class Family:
    """One row: the family's name, which ATRs it takes, how its card is read, the most that it may claim."""

    name: str
    takes: Callable[[bytes], bool]
    read: Callable[[Channel], Card]
    claims: frozenset[Proof] = frozenset({Proof.IDENTITY})
    records: Records | None = None


Check = Callable[[Channel, "Family", int, bytes], None]
"""Whether a card's record fits the card with this name and UID; CardTrouble where it does not."""


def _known_by_uid(family: str) -> Callable[[Channel], Card]:
    return lambda channel: Card(family, read_uid(channel))


def _read_purse(channel: Channel) -> Card:
    try:
        return Card(PURSE, read_serial(channel))
    except CardRefused:
        return Card(OTHER, read_uid(channel))


def _read_cpu(channel: Channel) -> Card:
    _, status = exchange(channel, select(MEMBER_AID))
    if status in NOT_OURS:
        return _read_purse(channel)
    if status != Status.OK:
        raise CardGarbled(f"SELECT: status {status:04X}")
    file, status = exchange(channel, read_binary())
    if status != Status.OK:
        raise CardGarbled(f"READ BINARY: status {status:04X}")
    return Card(CPU, member_number(file))


def _classic_slots(channel: Channel, name: int, uid: bytes, sam: Sam) -> Slots | None:
    return classic_record.slots_of(Classic(channel, LAYOUTS[name]), uid, sam)


def _tag_slots(channel: Channel, _name: int, uid: bytes, _sam: Sam) -> Slots | None:
    return ultralight.slots_of(channel, uid)


FAMILIES = (
    Family(
        CLASSIC,
        lambda atr: storage_name(atr) in LAYOUTS,
        _known_by_uid(CLASSIC),
        records=Records(_classic_slots, classic_issue.issue),
    ),
    Family(
        TAG,
        lambda atr: storage_name(atr) == ULTRALIGHT_NAME,
        _known_by_uid(TAG),
        records=Records(_tag_slots, tag_issue.issue),
    ),
    Family(OTHER, lambda atr: storage_name(atr) is not None, _known_by_uid(OTHER)),
    Family(CPU, lambda atr: len(atr) >= 2, _read_cpu, frozenset(Proof)),
)
"""Tried from the top; the last row takes every processor card, with or without a purse, or by its UID."""


def family_of(atr: bytes) -> Family:
    """The row that takes a card with this answer to reset; CardGarbled if none does."""
    for family in FAMILIES:
        if family.takes(atr):
            return family
    raise CardGarbled("no ATR")


def read_card(channel: Channel, atr: bytes, check: Check | None = None) -> Card:
    """Whose card this is; CardTrouble (mute, garbled, ...) and nothing else otherwise.

    `check` looks at the record of a card that may have one.
    """
    family = family_of(atr)
    card = family.read(channel)
    if check is not None and family.records is not None:
        check(channel, family, storage_name(atr) or 0, card.number)
    return card
