"""The life of a card: its states, the steps between them, and who may take which.

A state is the reason code of the deny list: '' is active, everything else is served nowhere. `held` is a
freeze by the staff of a store, `frozen` one by head office. From `replaced` and `cancelled` no step leads
back: whoever finds such a card again has a piece of plastic.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

State = Literal["", "lost", "held", "frozen", "replaced", "cancelled"]
Step = Literal["lose", "find", "hold", "release", "freeze", "thaw", "replace", "cancel"]
Who = Literal["member", "assistant", "cashier", "manager", "office", "pair"]
"""A member by phone and PIN, staff by their role, somebody at head office, or two people there together."""

ACTIVE: State = ""
STATES: tuple[State, ...] = ("", "lost", "held", "frozen", "replaced", "cancelled")


@dataclass(frozen=True, slots=True)
class Rule:
    """One step: from which states, to which, by whom, and the reasons it may have (none: none)."""

    start: tuple[State, ...]
    end: State
    may: frozenset[Who]
    reasons: tuple[str, ...] = ()


_STAFF: frozenset[Who] = frozenset({"assistant", "cashier", "manager"})
_OFFICE: frozenset[Who] = frozenset({"office", "pair"})
_PAIR: frozenset[Who] = frozenset({"pair"})
_MANAGER: frozenset[Who] = frozenset({"manager"})
_CASHIER: frozenset[Who] = frozenset({"cashier"})
_MEMBER: frozenset[Who] = frozenset({"member"})

STEPS: Mapping[Step, Rule] = {
    "lose": Rule(("",), "lost", _STAFF | _OFFICE | _MEMBER, ("mislaid", "stolen", "handed-in")),
    "find": Rule(("lost",), "", _CASHIER | _MANAGER | _OFFICE, ("owner-has-it", "handed-in", "mistaken")),
    "hold": Rule(("",), "held", _MANAGER | _OFFICE, ("suspected", "owner-asks", "damaged")),
    "release": Rule(("held",), "", _MANAGER | _OFFICE, ("cleared", "owner-asks", "mistaken")),
    "freeze": Rule(("", "held"), "frozen", _OFFICE),
    "thaw": Rule(("frozen",), "", _PAIR),
    "replace": Rule(("", "lost", "held", "frozen"), "replaced", _STAFF),
    "cancel": Rule(("", "lost", "held", "frozen"), "cancelled", _PAIR),
}

_NOW: Mapping[State, str] = {
    "": "it is in use",
    "lost": "it is reported lost",
    "held": "it is frozen by the staff of a store",
    "frozen": "it is frozen by head office",
    "replaced": "another card took its place for good",
    "cancelled": "it is cancelled for good",
}
_TO: Mapping[Step, str] = {
    "lose": "reported lost",
    "find": "opened as found",
    "hold": "frozen by a store",
    "release": "opened by a store",
    "freeze": "frozen",
    "thaw": "thawed",
    "replace": "replaced",
    "cancel": "cancelled",
}


class Refused(Exception):
    """This step is not open. `code`: card-state | card-duty | card-reason; its text is for people."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def after(state: State, step: Step, who: Who, reason: str = "") -> State:
    """The state that this step leads to; Refused if it is not open from here, or not to them."""
    rule = STEPS[step]
    if state not in rule.start:
        raise Refused("card-state", f"this card cannot be {_TO[step]}: {_NOW[state]}")
    if who not in rule.may:
        raise Refused("card-duty", f"this card cannot be {_TO[step]} by them: {_needs(rule)}")
    if reason and reason not in rule.reasons:
        raise Refused(
            "card-reason", f"'{reason}' is no reason here; known: {', '.join(rule.reasons) or 'none'}"
        )
    return rule.end


def open_steps(state: State, who: Who) -> tuple[Step, ...]:
    """The steps that they may take from here."""
    return tuple(step for step, rule in STEPS.items() if state in rule.start and who in rule.may)


def _needs(rule: Rule) -> str:
    return (
        "it takes two people at head office"
        if rule.may == _PAIR
        else f"it takes {', '.join(sorted(rule.may))}"
    )
