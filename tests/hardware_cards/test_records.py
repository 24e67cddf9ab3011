"""The record on a storage card: written, torn, cloned, played back; what the two slots say of it."""

import hmac
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.hardware.cards import record_session, storage, ultralight
from kiosk.hardware.cards.apdu import CardTrouble
from kiosk.hardware.cards.keys import SamGone
from kiosk.hardware.cards.record import COUNT_MAX, SIZE, Reading, Record, Standing, judge, sealed
from kiosk.hardware.cards.record_check import RecordCheck, SeenHere
from kiosk.hardware.cards.record_session import RecordRefused, Slots, put
from kiosk.hardware.cards.storage import read_uid, storage_name
from kiosk.hardware.simulated.card_field import KINDS, Kind
from kiosk.hardware.simulated.card_image import CardImage
from kiosk.hardware.simulated.chip import Chip
from kiosk.hardware.simulated.classic_chip import ClassicChip
from kiosk.hardware.simulated.sam import SimulatedSam
from kiosk.hardware.simulated.tag_chip import TagChip

from .storage_shop import (
    BOTH,
    KEEPING,
    OPERATION,
    OTHERS,
    POINTS,
    SAM,
    TAG_UID,
    UIDS,
    Noting,
    blank,
    family,
    issue,
    issued,
    put_down,
    reading,
    records,
)

UID = bytes.fromhex("04A1B2C3D4E5F6")
OTHER_UID = bytes.fromhex("04A1B2C3D4E5F7")
EMPTY = bytes(SIZE)
NEXT = bytes(16)

uids = st.binary(min_size=4, max_size=4) | st.binary(min_size=7, max_size=7)
made = st.builds(
    Record, st.integers(1, COUNT_MAX), st.integers(0, COUNT_MAX), st.binary(min_size=16, max_size=16), uids
)


@given(made)
def test_every_record_comes_back(record: Record) -> None:
    assert judge((sealed(record, SAM), EMPTY), record.uid, SAM, 0) == Reading(Standing.GOOD, record, 0)
    assert repr(record) == repr(replace(record, uid=OTHER_UID)), "it tells a card's number"


@given(made, st.data())
def test_a_changed_record_is_never_believed(record: Record, data: st.DataObject) -> None:
    spoilt = bytearray(sealed(record, SAM))
    bit = data.draw(st.integers(0, len(spoilt) * 8 - 1))
    spoilt[bit // 8] ^= 1 << bit % 8
    said = judge((bytes(spoilt), EMPTY), record.uid, SAM, 0)
    assert said == Reading(Standing.DAMAGED if bit >= 8 else said.standing)
    assert said.record is None


@given(st.binary(min_size=SIZE, max_size=SIZE), st.binary(min_size=SIZE, max_size=SIZE), uids)
def test_noise_is_never_a_record(first: bytes, second: bytes, uid: bytes) -> None:
    assert judge((first, second), uid, SAM, 0).standing in (
        Standing.DAMAGED,
        Standing.FOREIGN,
        Standing.BLANK,
    )


OLD, NEW = Record(6, 100, OPERATION, UID), Record(7, 80, NEXT, UID)
FOREIGN = Record(9, 5000, NEXT, OTHER_UID)


@pytest.mark.parametrize(
    ("slots", "seen", "expected"),
    [
        ((EMPTY, EMPTY), 0, Reading(Standing.BLANK)),
        ((EMPTY, b"\xff" * SIZE), 0, Reading(Standing.BLANK)),
        ((EMPTY, EMPTY), 3, Reading(Standing.DAMAGED)),
        ((sealed(OLD, SAM), sealed(NEW, SAM)), 7, Reading(Standing.GOOD, NEW, 1)),
        ((sealed(NEW, SAM), sealed(OLD, SAM)), 0, Reading(Standing.GOOD, NEW, 0)),
        ((b"x" * SIZE, sealed(OLD, SAM)), 6, Reading(Standing.GOOD, OLD, 1)),
        ((b"x" * SIZE, sealed(OLD, SAM)), 7, Reading(Standing.ROLLED_BACK, OLD, 1)),
        ((sealed(OLD, SAM), sealed(replace(OLD, points=900), SAM)), 0, Reading(Standing.ROLLED_BACK, OLD, 0)),
        ((sealed(FOREIGN, SAM), EMPTY), 0, Reading(Standing.CLONED)),
        ((sealed(FOREIGN, SAM), sealed(OLD, SAM)), 0, Reading(Standing.GOOD, OLD, 1)),
        ((sealed(OLD, OTHERS), EMPTY), 0, Reading(Standing.DAMAGED)),
        ((sealed(OLD, BOTH), EMPTY), 0, Reading(Standing.DAMAGED)),
        ((b"x" * SIZE, EMPTY), 0, Reading(Standing.FOREIGN)),
        ((b"x" * SIZE, EMPTY), 1, Reading(Standing.DAMAGED)),
        ((b"\x21" * SIZE, EMPTY), 0, Reading(Standing.DAMAGED)),
    ],
)
def test_what_two_slots_say(slots: tuple[bytes, bytes], seen: int, expected: Reading) -> None:
    assert judge(slots, UID, SAM, seen) == expected


def test_a_short_uid_is_not_a_long_one_that_ends_with_zeros() -> None:
    short, long = UID[:4], UID[:4] + bytes(3)
    assert judge((sealed(Record(1, 1, NEXT, short), SAM), EMPTY), long, SAM, 0).standing is Standing.CLONED


@pytest.mark.parametrize("kind", KEEPING)
def test_records_alternate_and_count(kind: str) -> None:
    card = blank(kind)
    issue(card)
    slots = set()
    for count in range(2, 8):
        written = records(card).write(points=count, operation=NEXT)
        assert reading(card) == Reading(Standing.GOOD, written, (count - 1) % 2)
        slots.add(reading(card).slot)
    assert slots == {0, 1}


@pytest.mark.parametrize("kind", KEEPING)
def test_a_copy_on_another_card_is_a_clone(kind: str) -> None:
    card = blank(kind)
    issue(card)
    assert isinstance(card, ClassicChip | TagChip)
    memory = bytearray(card.eeprom.data)
    memory[1] ^= 0xFF
    copy = other_chip(card, bytes(memory))
    with pytest.raises(CardTrouble) as refused:
        look(copy, required=False)
    assert refused.value.why == "not-genuine"
    if isinstance(card, TagChip):
        assert isinstance(refused.value, RecordRefused)
        assert refused.value.standing is Standing.CLONED


@pytest.mark.parametrize("kind", KEEPING)
def test_a_dump_played_back_shows_to_who_saw_a_later_record(kind: str) -> None:
    card = blank(kind)
    issue(card)
    assert isinstance(card, ClassicChip | TagChip)
    dump = bytes(card.eeprom.data)
    seen = SeenHere()
    look(card, seen)
    records(card).write(points=1, operation=NEXT)
    look(card, seen)
    back = other_chip(card, dump)
    look(back, SeenHere())
    with pytest.raises(RecordRefused) as refused:
        look(back, seen)
    assert refused.value.standing is Standing.ROLLED_BACK
    with pytest.raises(RecordRefused):
        records(back, seen=seen).write(points=1, operation=NEXT)


def other_chip(card: ClassicChip | TagChip, memory: bytes) -> Chip:
    if isinstance(card, TagChip):
        return TagChip(card.model, CardImage(memory))
    return ClassicChip(CardImage(memory), len(card.uid))


def look(card: Chip, seen: SeenHere | None = None, *, required: bool = True) -> None:
    field = put_down(card)
    check = RecordCheck(SAM, seen or SeenHere(), required=required)
    check(field, family(card), storage_name(card.atr) or 0, read_uid(field))


@pytest.mark.parametrize("kind", [*KEEPING, "ultralight", "ultralight-ev1-48"])
def test_a_card_without_a_record_is_taken_unless_one_is_required(kind: str) -> None:
    look(blank(kind), required=False)
    with pytest.raises(RecordRefused):
        look(blank(kind), required=True)


def test_other_peoples_data_on_a_tag_is_no_record() -> None:
    card = blank("ntag213")
    field = put_down(card)
    for page in range(4, 40):
        storage.write(field, page, b"text")
    look(card, required=False)


def test_what_was_seen_is_bounded_and_only_rises() -> None:
    seen = SeenHere(2)
    for uid, seq in ((b"a", 5), (b"b", 2), (b"a", 3), (b"c", 1)):
        seen.note(uid, seq)
    assert [seen(uid) for uid in (b"a", b"b", b"c")] == [5, 0, 1]


def test_keys_of_an_older_version_still_open() -> None:
    for kind in ("classic-1k", "ntag213"):
        card = blank(kind)
        issue(card, sam=SAM)
        assert reading(card, BOTH).standing is Standing.GOOD
        written = records(card, sam=BOTH).write(points=3, operation=NEXT)
        assert reading(card, BOTH).record == written


def writing(kind: str) -> tuple[bytes, Record, Record, Noting]:
    """A card with two records: its memory, the old and the new one, and the commands of the write."""
    card = blank(kind)
    issue(card)
    old = records(card).write(points=POINTS - 1, operation=OPERATION)
    assert isinstance(card, ClassicChip | TagChip)
    memory = bytes(card.eeprom.data)
    noting = Noting(card)
    new = records(card, noting).write(points=7, operation=NEXT)
    return memory, old, new, noting


@pytest.mark.parametrize("kind", ["classic-1k", "ntag213"])
@pytest.mark.parametrize("mishap", [*KINDS, "garble"])
def test_at_every_command_and_byte_the_old_record_or_the_new_one_stands(kind: str, mishap: Kind) -> None:
    memory, old, new, noting = writing(kind)
    ended = set()
    for due, half in noting.mishaps(mishap):
        here, other = blank(kind), strange(kind)
        assert isinstance(here, ClassicChip | TagChip)
        here.eeprom.data[:], here.eeprom.half = memory, half
        try:
            whole = records(here, put_down(here, due, other)).write(points=7, operation=NEXT) == new
        except CardTrouble:
            whole = False
        said = reading(here)
        assert said.standing is Standing.GOOD
        assert said.record in (old, new)
        assert said.record == new or not whole
        ended.add(said.record == new)
        if kind.startswith("classic"):
            assert reading(other).standing is Standing.GOOD, "keys keep a swapped card whole"
        assert reading(here).record == said.record
    assert ended == ({True} if (kind, mishap) == ("ntag213", "reset") else {False, True})


@pytest.mark.parametrize("kind", ["classic-1k", "ntag213"])
def test_an_access_module_that_is_pulled_leaves_the_record_whole(kind: str) -> None:
    """It is asked before anything is written, and once more when the record is read back."""
    card = issued(kind, UIDS.get(kind, TAG_UID))
    old = reading(card).record
    ended = set()
    for answers in range(16):
        here = issued(kind, UIDS.get(kind, TAG_UID))
        try:
            new = records(here, sam=SimulatedSam(SAM, answers)).write(points=7, operation=NEXT)
        except SamGone:
            assert reading(here).record in (old, Record(2, 7, NEXT, here.uid))
            ended.add("gone")
        else:
            assert reading(here).record == new
            ended.add("written")
    assert ended == {"gone", "written"}


def strange(kind: str) -> Chip:
    """What lies there after a swap: another card of ours."""
    return issued(kind, "0A0B0C0D" if kind == "classic-1k" else "0455555555AAAA")


def over_the_newer_slot(slots: Slots, slot: int, data: bytes) -> None:
    put(slots, 1 - slot, data)


PLANTED: dict[str, tuple[object, str, object, Callable[[], None]]] = {
    "the newer slot is overwritten": (
        record_session,
        "put",
        over_the_newer_slot,
        lambda: test_at_every_command_and_byte_the_old_record_or_the_new_one_stands("ntag213", "before"),
    ),
    "codes are not compared": (
        hmac,
        "compare_digest",
        lambda _one, _other: True,
        lambda: test_what_two_slots_say((sealed(OLD, OTHERS), EMPTY), 0, Reading(Standing.DAMAGED)),
    ),
    "a kiosk forgets what it saw": (
        SeenHere,
        "__call__",
        lambda _self, _uid: 0,
        lambda: test_a_dump_played_back_shows_to_who_saw_a_later_record("ntag213"),
    ),
    "a swapped tag is not noticed": (
        ultralight.TagSlots,
        "_check_same",
        lambda _self: None,
        lambda: test_at_every_command_and_byte_the_old_record_or_the_new_one_stands("ntag213", "swap"),
    ),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_shows(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    where, name, planted, judged = PLANTED[fault]
    judged()
    monkeypatch.setattr(where, name, planted)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        judged()
