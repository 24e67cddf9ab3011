"""The life of a card: which steps are open, to whom, and that none leads back from the end."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.membership.card_states import STATES, STEPS, Refused, State, Step, Who, after, open_steps

EVERYBODY: tuple[Who, ...] = get_args(Who)
ENDS: set[State] = {"replaced", "cancelled"}
steps = st.lists(st.tuples(st.sampled_from(tuple(STEPS)), st.sampled_from(EVERYBODY)), max_size=30)


def walked(state: State, path: list[tuple[Step, Who]]) -> State:
    for step, who in path:
        try:
            state = after(state, step, who)
        except Refused:
            continue
    return state


@given(st.sampled_from(sorted(ENDS)), steps)
def test_no_path_leads_from_the_end(end: State, path: list[tuple[Step, Who]]) -> None:
    assert walked(end, path) in ENDS


@given(steps)
def test_a_frozen_card_opens_by_two_people_only(path: list[tuple[Step, Who]]) -> None:
    alone = [(step, who) for step, who in path if who != "pair"]
    assert walked("frozen", alone) in {"frozen", "replaced"}


@given(steps)
def test_a_member_only_loses(path: list[tuple[Step, Who]]) -> None:
    assert walked("", [(step, "member") for step, _ in path]) in {"", "lost"}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("step", STEPS)
def test_every_step_is_open_or_refused_with_a_sentence(state: State, step: Step, who: Who) -> None:
    if step in open_steps(state, who):
        assert after(state, step, who) == STEPS[step].end
        return
    with pytest.raises(Refused) as refused:
        after(state, step, who)
    assert str(refused.value).startswith("this card cannot be ")


@pytest.mark.parametrize(
    ("who", "state", "expected"),
    [
        ("member", "", ("lose",)),
        ("assistant", "lost", ("replace",)),
        ("cashier", "lost", ("find", "replace")),
        ("manager", "", ("lose", "hold", "replace")),
        ("manager", "held", ("release", "replace")),
        ("manager", "frozen", ("replace",)),
        ("office", "frozen", ()),
        ("pair", "frozen", ("thaw", "cancel")),
    ],
)
def test_who_may_do_what(who: Who, state: State, expected: tuple[Step, ...]) -> None:
    assert open_steps(state, who) == expected


def test_a_reason_is_one_of_the_steps() -> None:
    assert after("lost", "find", "cashier", "handed-in") == ""
    with pytest.raises(Refused, match="known: owner-has-it") as refused:
        after("lost", "find", "cashier", "because")
    assert refused.value.code == "card-reason"
