"""Issuing storage cards: done twice, over what others wrote, and torn at every command and byte."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from kiosk.hardware.cards import storage
from kiosk.hardware.cards.apdu import CardTrouble
from kiosk.hardware.cards.classic import FOUR_K, ONE_K, Classic, Key
from kiosk.hardware.cards.classic_access import FACTORY_KEY, TRANSPORT, Trailer
from kiosk.hardware.cards.classic_directory import (
    MAD1_SECTORS,
    MAD2_SECTORS,
    READ_KEY,
    VERSION_1,
    VERSION_2,
    Directory,
    DirectoryDamaged,
)
from kiosk.hardware.cards.classic_record import APPLICATION, registered
from kiosk.hardware.cards.issue import CannotIssue
from kiosk.hardware.cards.record import Record, Standing
from kiosk.hardware.cards.record_check import RecordCheck, SeenHere
from kiosk.hardware.cards.storage import KeyType, read_uid, storage_name
from kiosk.hardware.simulated.card_field import KINDS, Kind
from kiosk.hardware.simulated.chip import Chip
from kiosk.hardware.simulated.classic_chip import ClassicChip
from kiosk.hardware.simulated.tag_chip import TagChip

from .storage_shop import (
    BOTH,
    KEEPING,
    OPERATION,
    OTHERS,
    POINTS,
    SAM,
    Noting,
    blank,
    family,
    issue,
    put_down,
    reading,
    records,
)

FACTORY_A = Key(KeyType.A, FACTORY_KEY)
THEIRS = Key(KeyType.B, b"theirs")
DATA = bytes(range(16))
OTHER_UIDS = {"classic-1k": "0A0B0C0D", "ntag213": "0455555555AAAA"}


@pytest.mark.parametrize("kind", KEEPING)
def test_a_blank_card_becomes_one_of_ours_and_stays_it(kind: str) -> None:
    card = blank(kind)
    made = issue(card)
    assert (made.model, made.fresh) == (kind, True)
    assert made.record == Record(1, POINTS, OPERATION, read_uid(put_down(card)))
    later = records(card).write(points=1, operation=bytes(16))
    again = issue(card)
    assert (again.record, again.fresh) == (later, False)


@pytest.mark.parametrize("kind", ["ultralight", "ultralight-ev1-48"])
def test_a_tag_without_room_is_refused(kind: str) -> None:
    with pytest.raises(CannotIssue, match="no room"):
        issue(blank(kind))


def classic(prepare: Callable[[Classic], None]) -> Chip:
    card = blank("classic-1k")
    prepare(Classic(put_down(card), ONE_K))
    return card


def with_data(card: Classic) -> None:
    card.open(1, FACTORY_A)
    card.write(5, DATA)


def with_data_in_front(card: Classic) -> None:
    card.open(0, FACTORY_A)
    card.write(1, DATA)


def with_foreign_keys(card: Classic) -> None:
    card.open(2, FACTORY_A)
    card.write_trailer(2, Trailer(b"theira", THEIRS.value))


def with_foreign_directory(card: Classic, *, key: bytes = THEIRS.value, full: bool = False) -> None:
    count = len(MAD1_SECTORS) - (1 if full else 0)
    listed = Directory.empty().register(0x1003, tuple(MAD1_SECTORS)[: count if full else 2])
    card.open(0, FACTORY_A)
    card.write(1, listed.data[:16])
    card.write(2, listed.data[16:])
    card.write_trailer(0, Trailer(READ_KEY, key, general=VERSION_1))


def with_full_directory(card: Classic) -> None:
    with_foreign_directory(card, key=FACTORY_KEY, full=True)


@pytest.mark.parametrize(
    ("prepare", "why"),
    [
        (with_data, "holds somebody's data"),
        (with_data_in_front, "holds somebody's data"),
        (with_foreign_keys, "no key that is known"),
        (with_foreign_directory, "somebody else's"),
        (with_full_directory, "no two sectors"),
    ],
)
def test_what_others_wrote_is_left_alone(prepare: Callable[[Classic], None], why: str) -> None:
    card = classic(prepare)
    with pytest.raises(CannotIssue, match=why):
        issue(card)
    with pytest.raises(CannotIssue, match=why):
        issue(card)


def test_other_applications_stay_in_an_open_directory() -> None:
    card = classic(lambda made: with_foreign_directory(made, key=FACTORY_KEY))
    issue(card)
    session = Classic(put_down(card), ONE_K)
    session.open(0, Key(KeyType.A, READ_KEY))
    listed = Directory.parse(session.read_sector(0))
    assert listed.find(0x1003) == (1, 2)
    assert listed.find(APPLICATION) == (3, 4)
    assert not session.opens(0, Key(KeyType.B, FACTORY_KEY))


def test_an_application_in_the_second_directory_of_a_4k_card_is_found() -> None:
    card = blank("classic-4k")
    session = Classic(put_down(card), FOUR_K)
    session.open(0, FACTORY_A)
    first = Directory.empty().data
    session.write(1, first[:16])
    session.write(2, first[16:])
    session.write_trailer(0, Trailer(READ_KEY, THEIRS.value, general=VERSION_2))
    second = Directory.empty(MAD2_SECTORS).register(APPLICATION, (33, 39)).data
    session.open(16, FACTORY_A)
    for place, block in enumerate(FOUR_K.data(16)):
        session.write(block, second[place * 16 : place * 16 + 16])
    with pytest.raises(DirectoryDamaged):
        registered(session)
    session.open(16, FACTORY_A)
    session.write_trailer(16, Trailer(READ_KEY, THEIRS.value))
    assert registered(session) == (33, 39)
    uid = read_uid(put_down(card))
    for sector in (33, 39):
        keys = [SAM.sector_key(1, uid, sector, which) for which in KeyType]
        session.open(sector, FACTORY_A)
        session.write_trailer(sector, Trailer(*keys))
    written = records(card).write(points=5, operation=OPERATION)
    assert reading(card).record == written, "in large sectors as in small ones"


def test_a_card_of_another_shop_is_not_ours() -> None:
    card = blank("classic-1k")
    issue(card, sam=OTHERS)
    with pytest.raises(CardTrouble):
        issue(card)
    tag = blank("ntag213")
    issue(tag, sam=OTHERS)
    with pytest.raises(CannotIssue):
        issue(tag)


def test_cards_are_issued_under_the_newest_keys() -> None:
    card = blank("classic-1k")
    issue(card, sam=BOTH)
    assert reading(card, BOTH).standing is Standing.GOOD
    with pytest.raises(CardTrouble):
        reading(card, SAM)


LONG_NDEF = bytes.fromhex("0350D101") + bytes(range(1, 65))


def test_ndef_is_left_as_it_is() -> None:
    card = blank("ntag213")
    field = put_down(card)
    short = bytes.fromhex("0308D1010454026869FE000000")[:12]
    for at in range(0, 12, 4):
        storage.write(field, 4 + at // 4, short[at : at + 4])
    issue(card)
    assert storage.read(put_down(card), 4)[:12] == short


def test_ndef_that_needs_our_room_is_not_overwritten() -> None:
    card = blank("ntag213")
    field = put_down(card)
    for at in range(0, len(LONG_NDEF), 4):
        storage.write(field, 4 + at // 4, LONG_NDEF[at : at + 4])
    with pytest.raises(CannotIssue, match="where our record goes"):
        issue(card)
    assert storage.read(put_down(card), 16) == (LONG_NDEF + bytes(16))[48:64]


@pytest.mark.parametrize(("page", "bits"), [(2, "00000080"), (40, "02000000"), (40, "00080000")])
def test_a_tag_with_a_locked_page_is_refused_or_does_not_need_it(page: int, bits: str) -> None:
    card = blank("ntag213")
    storage.write(put_down(card), page, bytes.fromhex(bits))
    if page == 2:
        assert issue(card).fresh
    else:
        with pytest.raises(CannotIssue, match="locked"):
            issue(card)


def recognised(card: Chip) -> bool:
    """Whether a kiosk that asks for a record takes this card."""
    field = put_down(card)
    check = RecordCheck(SAM, SeenHere(), required=True)
    try:
        check(field, family(card), storage_name(card.atr) or 0, read_uid(field))
    except CardTrouble:
        return False
    return True


@pytest.mark.parametrize("kind", ["classic-1k", "ntag213"])
@pytest.mark.parametrize("mishap", [*KINDS, "garble"])
def test_a_card_torn_anywhere_is_finished_or_refused(kind: str, mishap: Kind) -> None:
    template = blank(kind)
    noting = Noting(template)
    assert issue(template, noting).fresh
    finished = refused = 0
    for due, half in noting.mishaps(mishap):
        card, other = blank(kind), blank(kind, OTHER_UIDS[kind])
        assert isinstance(card, ClassicChip | TagChip)
        card.eeprom.half = half
        try:
            issue(card, put_down(card, due, other))
            whole = True
        except CardTrouble:
            whole = False
        taken = recognised(card)
        assert taken or not whole or (mishap, due.at) == ("swap", 0)
        assert not recognised(other) or finished_too(other)
        try:
            made = issue(card)
        except CannotIssue:
            refused += 1
            assert not taken, "a card that a kiosk takes can be issued"
            with pytest.raises(CannotIssue):
                issue(card)
        else:
            finished += 1
            assert recognised(card)
            assert made.record.points == POINTS
            assert reading(card).standing is Standing.GOOD
            assert closed(card)
    assert finished > refused
    assert (refused == 0) == (kind == "ntag213" or mishap != "tear")


def test_other_applications_outlive_a_directory_that_was_torn() -> None:
    def shared() -> Chip:
        return classic(lambda made: with_foreign_directory(made, key=FACTORY_KEY))

    noting = Noting(shared())
    issue(shared(), noting)
    finished = refused = 0
    for due, half in noting.mishaps("tear"):
        card = shared()
        assert isinstance(card, ClassicChip)
        card.eeprom.half = half
        with suppress(CardTrouble):
            issue(card, put_down(card, due))
        with suppress(CardTrouble):
            issue(card)
        memory = bytes(card.eeprom.data[16:48])
        assert Directory.unchecked(memory).find(0x1003) == (1, 2)
        finished += recognised(card)
        refused += not recognised(card)
    assert finished > refused > 0


def finished_too(other: Chip) -> bool:
    """Whether a card that took another's place while it was made is whole itself."""
    return reading(other).standing is Standing.GOOD and closed(other)


def closed(card: Chip) -> bool:
    """Nobody opens a finished Classic's sectors with the factory's key; tags have none."""
    if isinstance(card, TagChip):
        return True
    session = Classic(put_down(card), ONE_K)
    return not any(
        session.opens(sector, Key(which, FACTORY_KEY)) for sector in (0, 1, 2) for which in KeyType
    )


def test_transport_conditions_are_what_a_blank_card_has() -> None:
    session = Classic(put_down(blank("classic-1k")), ONE_K)
    session.open(3, FACTORY_A)
    assert session.read(15)[6:9] == bytes.fromhex("FF0780")
    assert TRANSPORT[3] == 0b001
