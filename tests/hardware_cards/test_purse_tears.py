"""Every command and every byte of a debit and a load at which a card can leave: no cent is made or lost."""

from pathlib import Path

import pytest

from kiosk.hardware.simulated.card_field import KINDS, Field, Kind, Mishap
from kiosk.hardware.simulated.purse_chip import PurseChip
from kiosk.membership.purses import State

from .purse_till import OTHER, Till, card

BALANCE, AMOUNT = 1000, 250
ANSWER = 27
FINAL = {State.MOVED, State.NOT_MOVED, State.REFUNDED}


def commands(folder: Path, verb: str) -> int:
    """How many commands a move takes when nothing goes wrong."""
    field, till = Field(card(folder)), Till()
    assert (till.buy if verb == "debit" else till.top_up)(field, "op", AMOUNT) is State.MOVED
    return field.sent


def mishaps(kind: Kind, upto: int) -> list[Mishap]:
    return [
        Mishap(kind, at, byte) for at in range(upto + 1) for byte in range(ANSWER if kind == "cut" else 1)
    ]


def missing(till: Till, *cards: PurseChip) -> int:
    """Cents that were there at first, or came in, and are nowhere now."""
    there = sum(one.eeprom.read().balance for one in cards) + till.goods + till.account
    return len(cards) * BALANCE + till.paid - there


def suffer(folder: Path, verb: str, mishap: Mishap, *, after: bool = True) -> tuple[Till, State | None, bool]:
    """One move with the mishap, the card put down again, and all that must hold; whether value moved."""
    chip, other, till = card(folder, balance=BALANCE, after=after), card(folder, OTHER), Till()
    move = till.buy if verb == "debit" else till.top_up
    first = move(Field(chip, mishap, other), "op", AMOUNT)
    till.restart()
    lost = missing(till, chip, other)
    assert abs(lost) in ({0, AMOUNT} if till.book.open_on(chip.memory.serial) else {0}), mishap
    assert till.present(chip), mishap
    assert till.present(chip), mishap
    till.restart()
    assert missing(till, chip, other) == 0, mishap
    assert till.book.state("op") in FINAL | {None}, mishap
    assert till.goods in (0, AMOUNT)
    assert till.account in (0, AMOUNT)
    return till, first, bool(chip.eeprom.read().log)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "tear"])
@pytest.mark.parametrize("verb", ["debit", "load"])
def test_a_mishap_at_any_command(tmp_path: Path, verb: str, kind: Kind) -> None:
    seen = {suffer(tmp_path, verb, mishap)[1] for mishap in mishaps(kind, commands(tmp_path, verb))}
    done = State.MOVED
    assert done in seen, "late mishaps strike nobody"
    assert seen & {None, State.DOUBT, State.NOT_MOVED, State.REFUNDED} or kind in {"status", "swap"}


def torn(folder: Path, verb: str, step: int, *, after: bool = True) -> list[bool]:
    """Whether value moved, for a write that ends after each `step`th byte."""
    chip = card(folder)
    command, size = 3 if verb == "debit" else 4, chip.eeprom.size(chip.memory) + 100
    return [
        suffer(folder, verb, Mishap("tear", command, byte), after=after)[2] for byte in range(0, size, step)
    ]


@pytest.mark.parametrize("verb", ["debit", "load"])
def test_a_write_torn_at_any_byte(tmp_path: Path, verb: str) -> None:
    moved = torn(tmp_path, verb, step=1)
    assert set(moved) == {False, True}
    assert moved == sorted(moved), "from some byte on it is written, and not before"


@pytest.mark.parametrize("verb", ["debit", "load"])
def test_cards_that_log_the_counter_from_before_the_move(tmp_path: Path, verb: str) -> None:
    assert set(torn(tmp_path, verb, step=9, after=False)) == {False, True}
