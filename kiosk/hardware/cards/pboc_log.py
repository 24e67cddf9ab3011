"""How a move ended, out of what its card remembers. Pure: the one place where that is decided.

A card counts its debits and its loads, each in a counter of its own, and writes value, counter and log in one
piece. Some cards log the counter from before the move and some from after it: the newest line tells which.
"""

from dataclasses import dataclass

from kiosk.hardware.cards.pboc import Record
from kiosk.hardware.cards.pboc_keys import DEBIT, LOAD, Deal
from kiosk.membership.purses import Disputed, InDoubt, Intent, Moved, NotMoved, Outcome

COMPOSITE = 0x09
"""Transaction type: a debit together with another file; it takes a number of the debits."""

_COUNTED = {"debit": (DEBIT, COMPOSITE), "load": (LOAD,)}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the card said. `proven`: the code it keeps is ours; `counter`: of its next move, if it told."""

    proven: bool
    proof: tuple[bytes, bytes] | None
    log: tuple[Record, ...]
    balance: int
    counter: int | None


def judge(intent: Intent, card: Evidence) -> Outcome:
    """The card's own code decides, then its counter, then its log; a number that the log lost is disputed."""
    if card.proven and card.proof:
        return Moved(card.proof[1], intent.counter + 1, card.balance)
    lines = [one for one in card.log if one.kind in _COUNTED[intent.kind]]
    if card.counter is None:
        # Only "after" can put this number next to our deal: the number before it is surely not ours.
        ours = any(one.counter == intent.counter + 1 and _is(intent, one) for one in lines)
        return _moved(intent, card) if ours else InDoubt("counter-unknown")
    if card.counter < intent.counter:
        return Disputed("counter-back")
    if card.counter == intent.counter:
        return _never_used(intent, card)
    return _used(intent, card, lines)


def _is(intent: Intent, one: Record) -> bool:
    kind = DEBIT if intent.kind == "debit" else LOAD
    return one.kind == kind and one.deal == Deal(intent.amount, intent.terminal, intent.moment)


def _moved(intent: Intent, card: Evidence) -> Outcome:
    """The log says so. A debit's code, where the card still keeps it, would have had to agree."""
    if intent.kind == "debit" and card.proof is not None:
        return Disputed("contradiction")
    return Moved(card.proof[1] if card.proof else b"", intent.counter + 1, card.balance)


def _never_used(intent: Intent, card: Evidence) -> Outcome:
    """The number is still free, so this move never was; what says otherwise is a contradiction."""
    lower = intent.kind == "debit" and card.balance < intent.before
    return Disputed("contradiction") if lower or card.proof else NotMoved(card.balance)


def _used(intent: Intent, card: Evidence, lines: list[Record]) -> Outcome:
    """Some move has taken this number: the log says whose it was."""
    if not lines or card.counter is None:
        return Disputed("counter-gap")
    behind = card.counter - lines[0].counter
    if behind not in (0, 1):
        return Disputed("contradiction")
    for one in lines:
        if one.counter == intent.counter + 1 - behind:
            return _moved(intent, card) if _is(intent, one) else NotMoved(card.balance)
    return Disputed("counter-gap")
