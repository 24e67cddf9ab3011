"""A short visit of the monkey; the long ones run deep (`monkey`, `desk-monkey`)."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk import events as ev
from tests.screens.monkey import MEMBERS, Desk, Escape, through_desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "floor", random.Random(3))
    yield made
    made.floor.crash()


def test_a_monkey_at_the_desk_breaks_nothing(desk: Desk) -> None:
    through_desk(desk, 600)
    assert desk.visits
    desk.settle()


def test_the_home_of_another_would_be_noticed(desk: Desk) -> None:
    desk.card = MEMBERS[1]
    desk.floor.tap(MEMBERS[0])
    with pytest.raises(Escape):
        desk.judge([])


def test_a_voucher_nobody_paid_for_would_be_noticed(desk: Desk) -> None:
    desk.floor.tap(MEMBERS[0])
    desk.floor.choose("G02")
    desk.floor.confirm()
    desk.floor.do(ev.VoucherTaken())
    assert desk.settle() == 1
    desk.floor.entries = lambda kind: []  # type: ignore[method-assign, assignment]
    with pytest.raises(Escape):
        desk.settle()
