"""Whose card a swipe is, and that a bank's card becomes nobody's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.hardware.cards.apdu import CardGarbled, CardTrouble, CardUnknown
from kiosk.hardware.magnetic.swipes import BankCard, Swipe, card_of, luhn, swipe_of_bits, swipe_of_text
from kiosk.hardware.magnetic.tracks import LAYOUTS, encoded
from kiosk.membership.cards import Card, Proof
from tests.hardware_magnetic.vectors import BANK_CARDS, MEMBER_CARDS


@pytest.mark.parametrize("texts", BANK_CARDS)
def test_a_bank_card_is_refused_and_leaves_nothing_in_words(texts: tuple[str, str, str]) -> None:
    swipe = swipe_of_text(texts)
    with pytest.raises(BankCard) as told:
        card_of(swipe)
    assert told.value.why == "bank-card"
    assert not any(one.isdigit() for one in f"{told.value}{swipe.spoilt and ''}")
    assert "1111" not in repr(swipe)


@pytest.mark.parametrize(("texts", "number"), MEMBER_CARDS)
def test_a_member_card_says_its_number_and_proves_nothing(texts: tuple[str, str, str], number: bytes) -> None:
    assert card_of(swipe_of_text(texts)) == Card("magnetic", number, Proof.IDENTITY)


@pytest.mark.parametrize(
    ("texts", "trouble"),
    [
        (("", "", ""), CardGarbled),
        (("%M6600000001?", ";E?", ""), CardGarbled),  # track 2 would have decided
        (("%E?", "", "+6600000001?"), CardGarbled),
        (("", "6600000001", ""), CardGarbled),
        (("", ";12345?", ""), CardUnknown),
        (("", ";12345678901234567890?", ""), CardUnknown),
        (("%ZHANG/WEI?", "", ""), CardUnknown),
        (("%MM6600000001?", "", ""), CardUnknown),
        (("", ";=6600000001?", ""), CardUnknown),
    ],
)
def test_what_is_no_member_card(texts: tuple[str, str, str], trouble: type[CardTrouble]) -> None:
    with pytest.raises(trouble):
        card_of(swipe_of_text(texts))


def test_bits_and_text_say_the_same() -> None:
    raws = (encoded(LAYOUTS[0], "M6600000001^"), encoded(LAYOUTS[1], "6600000001"), b"")
    assert swipe_of_bits(raws) == swipe_of_text(("%M6600000001^?", ";6600000001?", ""))
    assert swipe_of_bits((b"", b"\x12\x34", b"")) == Swipe(("", "", ""), frozenset({2}))


@given(st.integers(10**11, 10**18 - 1), st.integers(1, 12), st.integers(0, 99))
def test_every_account_number_with_its_luhn_digit_and_a_date_is_a_banks(
    account: int, month: int, year: int
) -> None:
    number = next(f"{account}{digit}" for digit in range(10) if luhn(f"{account}{digit}"))
    for texts in (
        (f"%B{number}^A/B^{year:02}{month:02}101?", "", ""),
        ("", f";{number}={year:02}{month:02}101?", ""),
        ("", "", f"+99{number}=156?"),
    ):
        with pytest.raises(BankCard):
            card_of(swipe_of_text(texts))


def test_luhn_by_its_published_example() -> None:
    assert luhn("79927398713")  # ISO/IEC 7812-1 as its literature computes it
    assert [digit for digit in range(10) if luhn(f"7992739871{digit}")] == [3]
