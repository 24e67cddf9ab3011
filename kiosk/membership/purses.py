"""Value that lies on the card itself: what a move of it is, how it may end, what is owed afterwards. Pure.

A move is journalled as an `Intent` before the card is told to carry it out. Whatever happens then, the card's
own memory decides how it ended; the book below lets nothing move meanwhile and nothing be paid twice.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

Kind = Literal["debit", "load"]


@dataclass(frozen=True, slots=True)
class Intent:
    """One move of value, known before anything moved. Amounts are cents.

    `card` is the purse's serial, `before` its balance and `counter` the number it gave this move; `random` is
    what the card threw in, so that its codes can be checked later too. `terminal` (6 bytes), `number` and
    `moment` (7 bytes of BCD) are ours; the card writes them into its log. `claim` is its code of a load.
    """

    op: str
    kind: Kind
    card: bytes = field(repr=False)
    amount: int
    before: int
    counter: int
    random: bytes = field(repr=False)
    terminal: bytes
    number: int
    moment: bytes
    claim: bytes = field(default=b"", repr=False)

    @property
    def after(self) -> int:
        """The balance if it moves."""
        return self.before + (self.amount if self.kind == "load" else -self.amount)


@dataclass(frozen=True, slots=True)
class Moved:
    """The card carried it out. `tac` is its proof for the issuer, b"" where only its log tells of it."""

    tac: bytes
    counter: int
    balance: int


@dataclass(frozen=True, slots=True)
class NotMoved:
    """The card did not carry it out, and never will: its number is used up or was never taken."""

    balance: int


@dataclass(frozen=True, slots=True)
class InDoubt:
    """Nobody knows before the same card is presented again; `why` is a word for staff and log."""

    why: str


@dataclass(frozen=True, slots=True)
class Disputed:
    """The card cannot tell any more, or contradicts itself: people decide."""

    why: str


Outcome = Moved | NotMoved | Disputed | InDoubt


class State(Enum):
    """Where a move stands. Only OPEN, DOUBT and DISPUTED keep their card from another move."""

    OPEN = "open"
    DOUBT = "in-doubt"
    DISPUTED = "disputed"
    MOVED = "moved"
    NOT_MOVED = "not-moved"
    OWED = "owed"
    """Settled, and its amount is to be given to the member's account."""
    REFUNDED = "refunded"


BLOCKING = frozenset({State.OPEN, State.DOUBT, State.DISPUTED})


class StillOpen(Exception):
    """This card has a move that is not settled: no other one may begin."""


class NotOwed(Exception):
    """Nothing is to be refunded for this move, or it was refunded already."""


class PurseBook:
    """The moves of all purses, folded from the journal's facts in their order. Facts may be repeated.

    A debit that is in doubt voids what was bought, at once; if it proves to have moved, its amount is owed to
    the account, once. A load that did not move is owed too: the member has paid for it.
    """

    def __init__(self) -> None:
        self._moves: dict[str, tuple[Intent, State]] = {}

    def state(self, op: str) -> State | None:
        """Where this move stands; None for one that was never begun."""
        move = self._moves.get(op)
        return None if move is None else move[1]

    def open_on(self, card: bytes) -> Intent | None:
        """The move that keeps this card from another one."""
        for intent, state in self._moves.values():
            if intent.card == card and state in BLOCKING:
                return intent
        return None

    def owed(self) -> tuple[Intent, ...]:
        """What is to be refunded, oldest first."""
        return tuple(intent for intent, state in self._moves.values() if state is State.OWED)

    def intend(self, intent: Intent) -> None:
        """A move begins. StillOpen: this card has another one; ValueError: one operation, two moves."""
        known = self._moves.get(intent.op)
        if known is not None:
            if known[0] != intent:
                raise ValueError("an operation moves value once")
            return
        if self.open_on(intent.card) is not None:
            raise StillOpen(intent.op)
        self._moves[intent.op] = (intent, State.OPEN)

    def settle(self, op: str, outcome: Outcome) -> State:
        """What the card said of it. The first verdict stands: what comes later changes nothing."""
        intent, state = self._moves[op]
        if state in {State.OPEN, State.DOUBT}:
            state = _after(intent, state, outcome)
            self._moves[op] = (intent, state)
        return state

    def judge(self, op: str, moved: bool) -> State:
        """What people decided of a dispute."""
        intent, state = self._moves[op]
        if state is State.DISPUTED:
            verdict = Moved(b"", intent.counter + 1, intent.after) if moved else NotMoved(intent.before)
            state = _after(intent, State.DOUBT, verdict)
            self._moves[op] = (intent, state)
        return state

    def start_again(self) -> tuple[Intent, ...]:
        """After a start: what was open is in doubt. All moves that are, oldest first."""
        for op, (intent, state) in self._moves.items():
            if state is State.OPEN:
                self._moves[op] = (intent, State.DOUBT)
        return tuple(intent for intent, state in self._moves.values() if state is State.DOUBT)

    def refund(self, op: str) -> int:
        """The cents that go to the member's account for this move. NotOwed: never a second time."""
        intent, state = self._moves.get(op, (None, None))
        if intent is None or state is not State.OWED:
            raise NotOwed(op)
        self._moves[op] = (intent, State.REFUNDED)
        return intent.amount


def _after(intent: Intent, state: State, outcome: Outcome) -> State:
    match outcome:
        case Moved():
            voided = intent.kind == "debit" and state is State.DOUBT
            return State.OWED if voided else State.MOVED
        case NotMoved():
            return State.OWED if intent.kind == "load" else State.NOT_MOVED
        case InDoubt():
            return State.DOUBT
        case Disputed():
            return State.DISPUTED
