"""What cards say, in bytes: recorded, damaged, and made up by hypothesis."""

from binascii import crc_hqx
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.hardware.cards.apdu import (
    FOLLOW_UPS,
    GET_UID,
    CardGarbled,
    CardMute,
    CardPulled,
    CardTrouble,
    CardUnknown,
    exchange,
    get_response,
    read_binary,
    select,
    split,
)
from kiosk.hardware.cards.families import FAMILIES, read_card
from kiosk.hardware.cards.member_file import MEMBER_AID, member_file, member_number
from kiosk.hardware.cards.purse_serial import PURSE_AID
from kiosk.hardware.simulated.card_field import Field
from kiosk.hardware.simulated.chips import MAKERS, chip
from kiosk.hardware.simulated.member_chip import MemberChip
from kiosk.hardware.simulated.purse_chip import PurseChip
from kiosk.membership.cards import Card, Proof

from .purse_till import SERIAL
from .purse_till import card as issued

NUMBER = b"6600000001"
numbers = st.text("0123456789", min_size=6, max_size=19).map(str.encode)


class RecordedCard(dict[bytes, bytes]):
    """Command -> answer with its status word."""

    def send(self, command: bytes) -> tuple[bytes, int]:
        return split(self[command])


class TalkingCard:
    """Answers by a function, and counts how often it was asked."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._answer = answer
        self.asked = 0

    def send(self, command: bytes) -> tuple[bytes, int]:
        self.asked += 1
        return split(self._answer(command))


def test_commands_are_as_the_standard_writes_them() -> None:
    assert select(MEMBER_AID).hex() == "00a4040008f04d454d4245520100"
    assert read_binary(offset=258, length=13).hex() == "00b001020d"
    assert get_response(0).hex() == "00c0000000"
    with pytest.raises(ValueError, match="AID"):
        select(b"")


def test_the_member_file_is_count_digits_and_crc() -> None:
    assert crc_hqx(b"123456789", 0xFFFF) == 0x29B1, "the published check value of CRC-16/CCITT-FALSE"
    assert member_file(NUMBER).hex() == "0a36363030303030303031" + "5004"


@given(numbers)
def test_every_number_comes_back(number: bytes) -> None:
    assert member_number(member_file(number)) == number
    assert read_card(TalkingCard(MemberChip(number).answer), MemberChip.atr) == Card("virtual-cpu", number)


@given(numbers, st.data())
def test_a_damaged_file_is_never_another_member(number: bytes, data: st.DataObject) -> None:
    file = bytearray(member_file(number))
    bit = data.draw(st.integers(0, len(file) * 8 - 1))
    file[bit // 8] ^= 1 << bit % 8
    with pytest.raises(CardGarbled):
        member_number(bytes(file))


@given(numbers, st.integers(0, 30), st.binary(max_size=8))
def test_a_short_or_overlong_file_is_never_a_member(number: bytes, kept: int, more: bytes) -> None:
    file = member_file(number)
    changed = file[:kept] + more
    if changed == file:
        return
    with pytest.raises(CardGarbled):
        member_number(changed)


@given(st.binary(max_size=40), st.lists(st.binary(max_size=300), min_size=1, max_size=8))
def test_whatever_a_card_says_there_is_one_kind_of_trouble(atr: bytes, answers: list[bytes]) -> None:
    said = iter(answers * 8)
    card = TalkingCard(lambda _command: next(said))
    try:
        found = read_card(card, atr)
    except CardTrouble:
        pass
    else:
        assert 4 <= len(found.number) <= 19
    assert card.asked <= 2 * (FOLLOW_UPS + 1) + 1


@given(st.sampled_from(sorted(MAKERS.keys() - {"purse"})), st.binary(max_size=20))
def test_a_chip_answers_anything(kind: str, command: bytes) -> None:
    assert len(chip(kind, "6600000001" if kind == "cpu" else "04a1b2c3d4e5f6").answer(command)) >= 2


def test_more_is_fetched_and_lengths_are_corrected() -> None:
    card = RecordedCard(
        {
            read_binary(): bytes.fromhex("6C04"),
            read_binary(length=4): bytes.fromhex("0102 6102"),
            get_response(2): bytes.fromhex("0304 9000"),
        }
    )
    assert exchange(card, read_binary()) == (b"\1\2\3\4", 0x9000)


@pytest.mark.parametrize("answer", ["6110", "6C10"])
def test_a_card_that_asks_for_ever_is_given_up(answer: str) -> None:
    card = TalkingCard(lambda _command: bytes.fromhex(answer))
    with pytest.raises(CardGarbled):
        exchange(card, read_binary())
    assert card.asked == FOLLOW_UPS + 1


STORAGE = {
    name: chip("mifare", "00").atr.replace(b"\x03\x00\x01", b"\x03" + name)
    for name in (b"\0\1", b"\0\2", b"\0\3", b"\0\x3b")
}


@pytest.mark.parametrize(
    ("atr", "uid", "expected"),
    [
        (STORAGE[b"\0\1"], "04A1B2C39000", Card("mifare-classic", bytes.fromhex("04A1B2C3"))),
        (STORAGE[b"\0\2"], "04A1B2C39000", Card("mifare-classic", bytes.fromhex("04A1B2C3"))),
        (STORAGE[b"\0\3"], "04A1B2C3D4E5F69000", Card("mifare-ultralight", bytes.fromhex("04A1B2C3D4E5F6"))),
        (STORAGE[b"\0\x3b"], "04A1B2C3D4E5F69000", Card("other", bytes.fromhex("04A1B2C3D4E5F6"))),
        (STORAGE[b"\0\x3b"], "0114A1B2C3D4E5F69000", Card("other", bytes.fromhex("0114A1B2C3D4E5F6"))),
        (STORAGE[b"\0\x3b"], "01FEA1B2C3D4E5F69000", CardUnknown),
        (STORAGE[b"\0\x3b"], "00000000000000009000", CardGarbled),
        (STORAGE[b"\0\3"], "08A1B2C39000", CardUnknown),
        (STORAGE[b"\0\3"], "000000009000", CardGarbled),
        (STORAGE[b"\0\3"], "04A1B29000", CardGarbled),
        (STORAGE[b"\0\3"], "6A81", CardUnknown),
        (STORAGE[b"\0\3"], "6300", CardGarbled),
        (b"", "9000", CardGarbled),
    ],
)
def test_a_card_known_by_its_uid(atr: bytes, uid: str, expected: Card | type[CardTrouble]) -> None:
    card = RecordedCard({GET_UID: bytes.fromhex(uid)})
    if isinstance(expected, Card):
        assert read_card(card, atr) == expected
    else:
        with pytest.raises(expected):
            read_card(card, atr)


def test_a_processor_card_of_others_falls_back_to_its_uid() -> None:
    card = RecordedCard(
        {
            select(MEMBER_AID): bytes.fromhex("6A82"),
            select(PURSE_AID): bytes.fromhex("6A82"),
            GET_UID: bytes.fromhex("04A1B2C3D4E5F6 9000"),
        }
    )
    assert read_card(card, bytes.fromhex("3B80800101")) == Card("other", bytes.fromhex("04A1B2C3D4E5F6"))


def test_a_purse_alone_is_known_by_its_serial(tmp_path: Path) -> None:
    assert read_card(Field(issued(tmp_path)), PurseChip.atr) == Card("pboc-purse", SERIAL)


def test_only_cards_with_keys_of_their_own_may_claim_more_than_a_name() -> None:
    claims = {family.name: family.claims for family in FAMILIES}
    assert claims.pop("virtual-cpu") == frozenset(Proof)
    assert set(claims.values()) == {frozenset({Proof.IDENTITY})}
    assert {family.name for family in FAMILIES if family.records} == {"mifare-classic", "mifare-ultralight"}


def test_the_words_are_those_of_the_event() -> None:
    assert [trouble.why for trouble in (CardMute, CardGarbled, CardPulled, CardUnknown)] == [
        "mute",
        "garbled",
        "pulled",
        "unknown-family",
    ]


def test_no_number_in_a_repr() -> None:
    assert "6600000001" not in repr(read_card(TalkingCard(MemberChip(NUMBER).answer), MemberChip.atr))
