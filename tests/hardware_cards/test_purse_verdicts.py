"""What a card's memory says of a move that nobody saw end, and what the book makes of it."""

from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.hardware.cards.apdu import CardTrouble
from kiosk.hardware.cards.pboc import LOG_LENGTH, Record
from kiosk.hardware.cards.pboc_keys import DEBIT, Deal
from kiosk.hardware.cards.pboc_log import Evidence, judge
from kiosk.hardware.cards.purse import NotGenuine, OtherCard
from kiosk.hardware.simulated.card_field import Field, Kind, Mishap
from kiosk.hardware.simulated.purse_chip import PurseChip
from kiosk.membership.purses import (
    Disputed,
    InDoubt,
    Intent,
    Moved,
    NotMoved,
    NotOwed,
    PurseBook,
    State,
    StillOpen,
)
from kiosk.membership.purses import Kind as Move

from .purse_till import ISSUER, OTHER, SERIAL, TERMINAL, Till, card, moments

ELSEWHERE = bytes.fromhex("0000000000EE")
DEBITING = 3
"""The place of the debit among a purchase's commands."""


def doubt(chip: PurseChip, kind: Kind, amount: int = 250) -> Till:
    """A purchase whose card left at its debit: `after` it was carried out, or `before`."""
    till = Till()
    assert till.buy(Field(chip, Mishap(kind, DEBITING)), "op", amount) is State.DOUBT
    return till


def elsewhere(chip: PurseChip, times: int, amount: int = 1) -> None:
    other = Till(ELSEWHERE)
    for n in range(times):
        assert other.buy(Field(chip), f"else{n}", amount) is State.MOVED


@pytest.mark.parametrize("after", [True, False])
@pytest.mark.parametrize("others", [0, 1, 5, LOG_LENGTH - 1])
@pytest.mark.parametrize("kind", ["after", "before"])
def test_other_tills_in_between(tmp_path: Path, kind: Kind, others: int, after: bool) -> None:
    chip = card(tmp_path, after=after)
    till = doubt(chip, kind)
    elsewhere(chip, others)
    assert till.present(chip)
    end = (State.REFUNDED, 250) if kind == "after" else (State.NOT_MOVED, 0)
    assert (till.book.state("op"), till.account) == end
    assert till.goods == 0


@pytest.mark.parametrize("kind", ["after", "before"])
def test_a_number_that_the_log_lost_is_disputed(tmp_path: Path, kind: Kind) -> None:
    chip = card(tmp_path)
    till = doubt(chip, kind)
    elsewhere(chip, LOG_LENGTH + 1)
    assert not till.present(chip)
    assert till.book.state("op") is State.DISPUTED
    assert till.buy(Field(chip), "next", 10) is None, "no debit while people have to decide"
    assert till.book.judge("op", moved=kind == "after") is (
        State.OWED if kind == "after" else State.NOT_MOVED
    )
    till.refund()
    assert till.account == (250 if kind == "after" else 0)
    assert till.buy(Field(chip), "next", 10) is State.MOVED


def test_another_card_settles_nothing(tmp_path: Path) -> None:
    chip, stranger = card(tmp_path), card(tmp_path, OTHER)
    till = doubt(chip, "after")
    intent = till.book.open_on(SERIAL)
    assert intent is not None
    with pytest.raises(OtherCard):
        till.purse(Field(stranger)).resolve(intent)
    assert till.buy(Field(stranger), "theirs", 10) is State.MOVED, "it may buy for itself"
    assert till.book.state("op") is State.DOUBT


def test_a_copy_without_the_key_settles_nothing(tmp_path: Path) -> None:
    chip = card(tmp_path)
    till = doubt(chip, "before")
    fake = replace(ISSUER, own=bytes(16)).issue(tmp_path / "fake", SERIAL)
    intent = till.book.open_on(SERIAL)
    assert intent is not None
    with pytest.raises(NotGenuine):
        till.purse(Field(fake)).resolve(intent)
    assert not till.present(fake)
    assert till.book.state("op") is State.DOUBT


def test_an_emptied_purse_waits_until_it_tells(tmp_path: Path) -> None:
    chip = card(tmp_path)
    till = doubt(chip, "before", amount=1000)
    elsewhere(chip, 1, amount=1000)
    assert not till.present(chip)
    assert till.book.state("op") is State.DOUBT
    assert Till(ELSEWHERE).top_up(Field(chip), "load", 5) is State.MOVED
    assert till.present(chip)
    assert till.book.state("op") is State.NOT_MOVED


def test_a_load_in_doubt_without_its_pin_waits(tmp_path: Path) -> None:
    chip = card(tmp_path)
    till = Till()
    till.top_up(Field(chip, Mishap("before", DEBITING + 1)), "op", 250)
    intent = till.book.open_on(SERIAL)
    assert intent is not None
    purse = till.purse(Field(chip))
    purse._pin = b""
    assert purse.resolve(intent) == InDoubt("counter-unknown")
    assert till.present(chip)
    assert (till.book.state("op"), till.account) == (State.REFUNDED, 250)


def intent(n: int = 7, op: str = "op", kind: Move = "debit", serial: bytes = SERIAL) -> Intent:
    return Intent(op, kind, serial, 250, 1000, n, b"rand", TERMINAL, 1, next(moments()))


def line(counter: int, amount: int = 1) -> Record:
    return Record(counter, DEBIT, Deal(amount, ELSEWHERE, next(moments())))


CODE = (b"MAC2", b"TAC!")


@pytest.mark.parametrize(
    ("card_says", "verdict"),
    [
        (Evidence(False, None, (), 1000, 6), Disputed("counter-back")),
        (Evidence(False, None, (), 1000, 7), NotMoved(1000)),
        (Evidence(False, None, (), 1500, 7), NotMoved(1500)),
        (Evidence(False, None, (), 750, 7), Disputed("contradiction")),
        (Evidence(False, CODE, (), 1000, 7), Disputed("contradiction")),
        (Evidence(True, CODE, (), 750, 8), Moved(b"TAC!", 8, 750)),
        (Evidence(False, None, (), 750, 8), Disputed("counter-gap")),
        (Evidence(False, None, (line(8),), 999, 8), NotMoved(999)),
        (Evidence(False, None, (line(7),), 999, 8), NotMoved(999)),
        (Evidence(False, None, (line(5),), 999, 8), Disputed("contradiction")),
        (Evidence(False, None, (line(20), line(19)), 999, 20), Disputed("counter-gap")),
        (Evidence(False, None, (), 0, None), InDoubt("counter-unknown")),
    ],
)
def test_verdicts(card_says: Evidence, verdict: object) -> None:
    assert judge(intent(), card_says) == verdict


def test_a_log_that_contradicts_the_code_is_disputed() -> None:
    ours = Record(8, DEBIT, Deal(250, TERMINAL, next(moments())))
    assert judge(intent(), Evidence(False, None, (ours,), 750, 8)) == Moved(b"", 8, 750)
    assert judge(intent(), Evidence(False, CODE, (ours,), 750, 8)) == Disputed("contradiction")


def test_one_refund_at_most() -> None:
    book = PurseBook()
    book.intend(intent())
    with pytest.raises(NotOwed):
        book.refund("op")
    assert book.settle("op", InDoubt("pulled")) is State.DOUBT
    assert book.settle("op", Moved(b"", 8, 750)) is State.OWED
    assert book.refund("op") == 250
    for _ in range(2):
        assert book.settle("op", Moved(b"", 8, 750)) is State.REFUNDED
        assert book.judge("op", moved=True) is State.REFUNDED
        with pytest.raises(NotOwed):
            book.refund("op")
    with pytest.raises(NotOwed):
        book.refund("never begun")


def test_one_open_move_a_card() -> None:
    book = PurseBook()
    book.intend(intent())
    book.intend(intent())
    with pytest.raises(ValueError, match="once"):
        book.intend(intent(n=8))
    with pytest.raises(StillOpen):
        book.intend(intent(n=8, op="op2"))
    book.intend(intent(op="theirs", serial=OTHER))
    book.settle("op", Moved(b"", 8, 750))
    book.intend(intent(n=8, op="op2"))
    assert [one.op for one in book.start_again()] == ["op2", "theirs"][::-1]


def test_a_load_that_never_came_is_owed() -> None:
    book = PurseBook()
    book.intend(intent(kind="load"))
    assert book.settle("op", NotMoved(1000)) is State.OWED
    assert book.owed() == (intent(kind="load"),)
    assert book.refund("op") == 250
    assert book.owed() == ()


def test_trouble_while_settling_leaves_the_doubt(tmp_path: Path) -> None:
    chip = card(tmp_path)
    till = doubt(chip, "after")
    open_ = till.book.open_on(SERIAL)
    assert open_ is not None
    for at in range(2, 8):
        with pytest.raises(CardTrouble):
            till.purse(Field(chip, Mishap("before", at))).resolve(open_)
    assert till.present(chip)
    assert till.account == 250
