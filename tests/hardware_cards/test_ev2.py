"""EV2 sessions: NXP's published examples, and a card that lies is believed in nothing."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.hardware.cards.apdu import CardRefused
from kiosk.hardware.cards.ev2 import (
    Command,
    Mode,
    NotProven,
    Session,
    SessionKeys,
    authenticate,
    opened,
    padded,
    unpadded,
    vector,
    wrapped,
)

h = bytes.fromhex
ZERO = bytes(16)
RND_A = h("13C5DB8A5930439FC3DEF9A4C675360F")
FIRST = SessionKeys(
    h("1309C877509E5A215007FF0ED19CA564"), h("4C6626F5E72EA694202139295C7A7FC7"), h("9D00C4DF")
)
THIRD = SessionKeys(
    h("7A93D6571E4B180FCA6AC90C9A7488D4"), h("FC4AF159B62E549B5812394CAB1918CC"), h("7614281A")
)
CHANGE = SessionKeys(
    h("4CF3CB41A22583A61E89B158D252FC53"), h("5529860B2FC5FB6154B7F28361D30BF9"), h("7614281A")
)
CONFIG = SessionKeys(
    h("7951A705F47F3C29B596454DC1490383"), h("FE4EDBF46536557E304682F33E63A84F"), h("D779B1D0")
)
UID = SessionKeys(h("2B4D963C014DC36F24F69A50A394F875"), h("379D32130CE61705DD5FD8C36B95D764"), h("DF055522"))
MACED = SessionKeys(ZERO, h("8248134A386E86EB7FAF54A52E536CB6"), h("7A21085E"))
"""NXP AN12196, tables 14, 20, 25 and 26, 27, 28, 8."""

COMMANDS = [
    (MACED, 0, Command(0xF5, h("02")), "90F5000009026597A457C8CD442C00"),
    (FIRST, 1, Command(0x5F, h("02"), h("4000E0C1F121200000430000430000"), Mode.FULL),
     "905F0000190261B6D97903566E84C3AE5274467E89EAD799B7C1A0EF7A0400"),
    (THIRD, 0, Command(0x8D, h("030000000A0000"), h("0102030405060708090A"), Mode.FULL),
     "908D00001F030000000A00006B5E6804909962FC4E3FF5522CF0F8436C0C53315B9C73AA00"),
    (CHANGE, 3, Command(0xC4, h("00"), h("5004BF991F408672B1EF00F08F9E864701"), Mode.FULL),
     "90C400002900C0EB4DEEFEDDF0B513A03A95A75491818580503190D4D05053FF75668A01D6FDA6610234BDED643200"),
    (CONFIG, 0, Command(0x5C, h("00"), h("02"), Mode.FULL),
     "905C000019008EA0138A7AF6FC8E99DF2A3A305602C43A7A3C9228C3134A00"),
    (UID, 0, Command(0x51, h(""), h(""), Mode.FULL),
     "90510000088E2C155ADDA99BE300"),
]  # fmt: skip

ANSWERS = [
    (MACED, 1, "0040EEEE000100D1FE001F00004400004400002000006A00002A474282E7A47986", Mode.MAC,
     "0040EEEE000100D1FE001F00004400004400002000006A0000"),
    (FIRST, 2, "57BFF87B1241E93D", Mode.FULL, ""),
    (THIRD, 1, "C26D236E4A7C046D", Mode.FULL, ""),
    (CONFIG, 1, "86044208CAD1676A", Mode.FULL, ""),
    (UID, 1, "70756055688505B52A5E26E59E329CD6595F672298EA41B7", Mode.FULL, "04958CAA5C5E80"),
]  # fmt: skip


@pytest.mark.parametrize(("keys", "counter", "sent", "apdu"), COMMANDS)
def test_commands_as_published(keys: SessionKeys, counter: int, sent: Command, apdu: str) -> None:
    assert wrapped(keys, counter, sent) == h(apdu)


@pytest.mark.parametrize(("keys", "counter", "said", "mode", "data"), ANSWERS)
def test_answers_as_published(keys: SessionKeys, counter: int, said: str, mode: Mode, data: str) -> None:
    assert opened(keys, counter, h(said), mode) == h(data)


@pytest.mark.parametrize(("keys", "counter", "said", "mode", "data"), ANSWERS)
def test_an_answer_with_any_bit_changed_is_none(
    keys: SessionKeys, counter: int, said: str, mode: Mode, data: str
) -> None:
    whole = h(said)
    for place in range(len(whole)):
        for bit in range(8):
            changed = bytearray(whole)
            changed[place] ^= 1 << bit
            with pytest.raises(NotProven):
                opened(keys, counter, bytes(changed), mode)
    for other in (counter - 1, counter + 1):
        with pytest.raises(NotProven):
            opened(keys, other, whole, mode)


def test_the_vector_of_an_answer_as_published() -> None:
    assert vector(UID, 1, b"\x5a\xa5") == h("7F6BB0B278EA054CBD238C5D9E9E342B")
    assert vector(CONFIG, 0, b"\xa5\x5a") == h("FEFB918047F385563FA8356DE86E5182")


class Card:
    """Answers as told, and keeps what it was sent."""

    def __init__(self, *answers: str) -> None:
        self._answers: Iterator[bytes] = iter([h(one) for one in answers])
        self.heard: list[bytes] = []

    def send(self, command: bytes) -> tuple[bytes, int]:
        self.heard.append(command)
        answer = next(self._answers)
        return answer[:-2], int.from_bytes(answer[-2:], "big")


RND_B = "A04C124213C186F22399D33AC2A3021591AF"
LAST = "3FA64DB5446D1F34CD6EA311167F5E4985B89690C04A05F17FA7AB2F081206639100"


def test_both_sides_prove_the_key_as_published() -> None:
    card = Card(RND_B, LAST)
    session = authenticate(card, 0, ZERO, lambda _size: RND_A)
    assert card.heard == [
        h("9071000002000000"),
        h("90AF00002035C3E05A752E0144BAC0DE51C1F22C56B34408A23D8AEA266CAB947EA8E0118D00"),
    ]
    assert (session.keys, session.counter) == (FIRST, 0)
    assert "1309" not in repr(session).upper()


@pytest.mark.parametrize(
    "answers",
    [
        (RND_B[:-6] + "91AF",),
        (RND_B, LAST[:-6] + "9100"),
        (RND_B, "00" + LAST[2:]),
        (RND_B, LAST[: 64 - 2] + "00" + "9100"),
    ],
)
def test_a_card_that_does_not_know_the_key_opens_nothing(answers: tuple[str, ...]) -> None:
    with pytest.raises(NotProven):
        authenticate(Card(*answers), 0, ZERO, lambda _size: RND_A)


@pytest.mark.parametrize("status", ["919D", "91AE", "6982", "91CA"])
def test_a_card_that_refuses_says_why(status: str) -> None:
    with pytest.raises(CardRefused) as refused:
        authenticate(Card(status), 0, ZERO, lambda _size: RND_A)
    assert refused.value.status == int(status, 16)


SETTINGS = Command(0x5F, b"\x02", h("4000E0C1F121200000430000430000"), Mode.FULL)


def test_the_counter_goes_on_and_a_lie_ends_the_session() -> None:
    card = Card("57BFF87B1241E93D9100", "57BFF87B1241E93D9100")
    session = Session(card, FIRST, 1)
    assert session.ask(SETTINGS) == b""
    assert session.counter == 2
    with pytest.raises(NotProven):
        session.ask(SETTINGS)  # the old answer again
    sent = len(card.heard)
    with pytest.raises(NotProven, match="over"):
        session.ask(Command(0xF5, b"\x02"))
    assert len(card.heard) == sent


def test_a_refusal_ends_the_session_too() -> None:
    session = Session(Card("919D"), FIRST)
    with pytest.raises(CardRefused):
        session.ask(Command(0xF5, b"\x02"))
    with pytest.raises(NotProven, match="over"):
        session.ask(Command(0xF5, b"\x02"))


@given(st.binary(max_size=200))
def test_padding_comes_off_again(data: bytes) -> None:
    whole = padded(data)
    assert len(whole) % 16 == 0
    assert unpadded(whole) == data


@given(st.binary(max_size=64))
def test_what_was_never_padded_is_refused_or_pads_to_itself(data: bytes) -> None:
    try:
        bare = unpadded(data)
    except NotProven:
        return
    assert data.startswith(bare + b"\x80")
