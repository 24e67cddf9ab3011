"""Long stories of two cards, two tills and all that goes wrong; faults planted in a till: they show."""

import itertools
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kiosk.hardware.cards.apdu import CardTrouble
from kiosk.hardware.cards.pboc_purse import PbocPurse
from kiosk.hardware.simulated.card_field import KINDS, Field, Mishap
from kiosk.hardware.simulated.purse_chip import PurseChip
from kiosk.membership.purses import BLOCKING, InDoubt, Intent, Moved, NotMoved, Outcome, State

from .purse_till import OTHER, SERIAL, TERMINAL, Till, card

BALANCE = 1000
ELSEWHERE = bytes.fromhex("0000000000EE")
amounts = st.sampled_from([1, 250, 1000])
mishaps = st.none() | st.builds(
    Mishap, st.sampled_from(KINDS), st.integers(2, 14), st.sampled_from([0, 1, 5, 100, 150, 200, 300, 400])
)
MOMENT = bytes.fromhex("20260131120000")


class Purses(RuleBasedStateMachine):
    """The tills' clock stands still: nothing may rest on two moves having different moments."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self._ops = itertools.count()

    @initialize(after=st.booleans())
    def begin(self, after: bool) -> None:
        folder = Path(self._folder.name)
        self.cards = [card(folder, serial, BALANCE, after=after) for serial in (SERIAL, OTHER)]
        self.tills = [Till(terminal, clock=itertools.repeat(MOMENT)) for terminal in (TERMINAL, ELSEWHERE)]

    def field(self, which: int, mishap: Mishap | None) -> Field:
        return Field(self.cards[which], mishap, self.cards[1 - which])

    @rule(which=st.integers(0, 1), till=st.integers(0, 1), amount=amounts, mishap=mishaps)
    def buy(self, which: int, till: int, amount: int, mishap: Mishap | None) -> None:
        self.tills[till].buy(self.field(which, mishap), f"op{next(self._ops)}", amount)

    @rule(which=st.integers(0, 1), till=st.integers(0, 1), amount=amounts, mishap=mishaps)
    def top_up(self, which: int, till: int, amount: int, mishap: Mishap | None) -> None:
        self.tills[till].top_up(self.field(which, mishap), f"op{next(self._ops)}", amount)

    @rule(which=st.integers(0, 1), till=st.integers(0, 1), mishap=mishaps)
    def present(self, which: int, till: int, mishap: Mishap | None) -> None:
        with suppress(CardTrouble):
            one = self.tills[till]
            one.settled(one.purse(self.field(which, mishap)))

    @rule(till=st.integers(0, 1))
    def restart(self, till: int) -> None:
        self.tills[till].restart()

    @rule(which=st.integers(0, 1), times=st.integers(1, 12))
    def many_small_ones(self, which: int, times: int) -> None:
        for _ in range(times):
            self.tills[1].buy(self.field(which, None), f"op{next(self._ops)}", 1)

    def doubts(self) -> list[Intent]:
        moves = [move for till in self.tills for move in till.book._moves.values()]
        return [intent for intent, state in moves if state in BLOCKING]

    def missing(self) -> int:
        there = sum(one.eeprom.read().balance for one in self.cards)
        given = sum(till.goods + till.account - till.paid for till in self.tills)
        return 2 * BALANCE - there - given

    @invariant()
    def no_cent_made_or_lost(self) -> None:
        if hasattr(self, "cards"):
            open_ = [intent.amount for intent in self.doubts()]
            possible = {sum(some) for n in range(len(open_) + 1) for some in itertools.combinations(open_, n)}
            assert self.missing() in possible

    def teardown(self) -> None:
        if hasattr(self, "cards"):
            self._drain()
        self._folder.cleanup()

    def _drain(self) -> None:
        for till, chip in itertools.product(self.tills, self.cards):
            till.restart()
            till.present(chip)
            open_ = till.book.open_on(chip.memory.serial)
            if open_ is not None and till.book.state(open_.op) is State.DOUBT:
                assert not chip.eeprom.read().balance, "only an empty purse does not tell"
        self.no_cent_made_or_lost()


Purses.TestCase.settings = settings(
    max_examples=int(os.environ.get("PURSE_STORIES", "10")),
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestPurses = Purses.TestCase


class BlindRetry(Till):
    """Debits again when it does not know."""

    def keep(self, intent: Intent, outcome: Outcome) -> State:
        if isinstance(outcome, InDoubt):
            assert self.chip is not None
            purse = self.purse(Field(self.chip))
            again = purse.prepare_debit(intent.op, intent.amount, intent.moment)
            outcome = purse.debit(again)
        return super().keep(intent, outcome)


class RefundTwice(Till):
    """Refunds at every proof, whether it did before or not."""

    def keep(self, intent: Intent, outcome: Outcome) -> State:
        if isinstance(outcome, Moved) and self.book.state(intent.op) is not State.OPEN:
            self.account += intent.amount
        return super().keep(intent, outcome)


class AnyCard(Till):
    """Takes the word of whatever card lies there: a balance of before means not moved."""

    def settled(self, purse: PbocPurse) -> bool:
        for intent in self.book.start_again():
            self.keep(replace(intent, card=purse.serial), purse.resolve(replace(intent, card=purse.serial)))
        return True


class StatusBelieved(Till):
    """Holds every refusal and every silence for "nothing happened"."""

    def keep(self, intent: Intent, outcome: Outcome) -> State:
        return super().keep(intent, NotMoved(intent.before) if isinstance(outcome, InDoubt) else outcome)


class GoodsInDoubt(Till):
    """Hands out the goods before the card has told."""

    def keep(self, intent: Intent, outcome: Outcome) -> State:
        if isinstance(outcome, InDoubt):
            self.goods += intent.amount
        return super().keep(intent, outcome)


class Forgetful(Till):
    """Keeps its intent only when the debit has come back."""

    def restart(self) -> None:
        if self.book.state("op") in BLOCKING:
            self.facts.clear()
        super().restart()


@dataclass
class _Story:
    till: Till
    chip: PurseChip
    other: PurseChip

    def judge(self) -> None:
        there = self.chip.eeprom.read().balance + self.other.eeprom.read().balance
        assert there + self.till.goods + self.till.account == 2 * BALANCE
        assert self.till.book.state("op") not in BLOCKING


def story(folder: Path, maker: type[Till], mishap: Mishap) -> None:
    """A purchase with a mishap, another member's card, a restart, and the first card twice more."""
    one = _Story(maker(), card(folder, SERIAL, BALANCE), card(folder, OTHER, BALANCE))
    one.till.chip = one.chip
    one.till.buy(Field(one.chip, mishap, one.other), "op", 250)
    one.till.present(one.other)
    one.till.restart()
    one.till.present(one.chip)
    one.till.present(one.chip)
    one.judge()


def stories() -> Iterator[Mishap]:
    return (Mishap(kind, 3) for kind in ("before", "after", "hang", "status", "refuse", "reset"))


def test_an_honest_till_lives_through_them(tmp_path: Path) -> None:
    for mishap in stories():
        story(tmp_path, Till, mishap)


def caught(folder: Path, maker: type[Till]) -> set[str]:
    """The mishaps by which a till's fault shows."""
    found: set[str] = set()
    for mishap in stories():
        try:
            story(folder, maker, mishap)
        except AssertionError:
            found.add(mishap.kind)
    return found


@pytest.mark.parametrize(
    ("maker", "by"),
    [
        (BlindRetry, {"after"}),
        (RefundTwice, {"after"}),
        (AnyCard, {"after"}),
        (StatusBelieved, {"after"}),
        (GoodsInDoubt, {"before", "after", "hang"}),
        (Forgetful, {"after"}),
    ],
)
def test_a_planted_fault_shows(tmp_path: Path, maker: type[Till], by: set[str]) -> None:
    assert caught(tmp_path, maker) == by
