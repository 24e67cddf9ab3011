"""Printed member cards: their code leads back to the number, and to nothing else."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kiosk.membership.cards import Card
from kiosk.membership.paper_cards import NotAPaperCard, paper_card, parse, qr_text, shown


@given(st.binary(min_size=16, max_size=16))
@example(bytes(16))
@example(b"\xff" * 16)
def test_a_code_leads_back_to_its_number(random: bytes) -> None:
    card = paper_card(random)
    assert parse(qr_text(card)) == card
    assert shown(card) == f"**** {card.number[-4:].decode()}"
    assert len(card.number) == 20


@given(st.text(max_size=60))
def test_what_is_something_else_is_no_card(text: str) -> None:
    try:
        card = parse(text)
    except NotAPaperCard:
        return
    assert qr_text(card) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "MEMBER:",
        "MEMBER:83001297441055260738",
        "MEMBER:8300129744105526073800",
        "member:830012974410552607384",
        "MEMBER:８３００１２９７４４１０５５２６０７３８４",
        "MEMBER:830012974410552607384\n",
    ],
)
def test_nearly_a_card(text: str) -> None:
    with pytest.raises(NotAPaperCard):
        parse(text)


def test_each_wrong_digit_is_found() -> None:
    text = qr_text(Card("paper", b"83001297441055260738"))
    for place in range(7, len(text)):
        for digit in "0123456789".replace(text[place], ""):
            with pytest.raises(NotAPaperCard):
                parse(text[:place] + digit + text[place + 1 :])
