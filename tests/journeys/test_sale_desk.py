"""Purchases that staff enter: by the rule pack, once for each receipt, nothing before head office agrees."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from shop import ShopFloor
from test_credit_desk import LIN, STRANGE, THEIRS, at_the_desk, names, onward, pick, points_of
from test_shift import count

from kiosk import events as ev
from kiosk import views
from kiosk.desk.credit_pages import SALE
from kiosk.hub.tables import entries
from kiosk.hub.till_tables import sales
from kiosk.ledger import entries as en

RECEIPT, CENTS = "20261123000417", "18650"
POINTS = 204
"""A silver member's."""


def enter(floor: ShopFloor, receipt: str = RECEIPT, cents: str = CENTS) -> views.View:
    """To the page that asks whether it is so."""
    pick(floor, SALE)
    count(floor, cents)
    return count(floor, receipt)


def points(floor: ShopFloor) -> int:
    """What the member sees on their first page."""
    home = floor.tap(THEIRS)
    assert isinstance(home, views.Home)
    floor.do(ev.Left())
    return points_of(home)


def cut_off(floor: ShopFloor) -> None:
    """Staff are signed in already."""
    floor.wire.cut = True
    floor.do(ev.LinkChanged(up=False))


def sold(floor: ShopFloor) -> list[en.Sold]:
    return [body for body in floor.entries(en.Sold) if isinstance(body, en.Sold)]


def verdicts(floor: ShopFloor) -> list[tuple[str, str]]:
    e = entries.c
    with floor.office.engine.begin() as connection:
        asked = sa.select(e.verdict, e.reason).where(e.kind == en.Sold.KIND).order_by(e.device, e.n)
        return [(verdict, reason) for verdict, reason in connection.execute(asked)]


def test_a_purchase_brings_the_points_of_the_rule_pack(floor: ShopFloor) -> None:
    before = points(floor)
    at_the_desk(floor)
    asked = enter(floor)
    assert isinstance(asked, views.Notice)
    assert RECEIPT in asked.points
    assert sold(floor) == []
    told = onward(floor)
    assert isinstance(told, views.Notice)
    assert sold(floor) == [en.Sold(receipt=RECEIPT, cents=18_650, points=POINTS)]
    floor.sync()
    assert verdicts(floor) == [("posted", "")]
    assert points(floor) == before + POINTS
    floor.do(ev.Left())
    home = floor.tap(THEIRS)
    assert isinstance(home, views.Home)
    page = floor.do(ev.HistoryOpened())
    assert isinstance(page, views.History)
    assert (page.rows[0].what, page.rows[0].points) == ("购物", f"+{POINTS}")
    with floor.office.engine.begin() as connection:
        row = connection.execute(sa.select(sales).where(sales.c.receipt == RECEIPT)).one()
    assert (row.store, row.cents, row.points, row.returned) == ("0001", 18_650, POINTS, 0)


def test_a_second_touch_enters_nothing_twice(floor: ShopFloor) -> None:
    at_the_desk(floor)
    page = enter(floor)
    assert isinstance(page, views.Notice)
    floor.do(page.choices[-1].tells, page.choices[-1].tells)
    assert len(sold(floor)) == 1


@pytest.mark.parametrize("together", [True, False])
def test_a_receipt_counts_once(floor: ShopFloor, together: bool) -> None:
    before = points(floor)
    at_the_desk(floor)
    if together:
        cut_off(floor)
    for _ in range(2):
        enter(floor)
        onward(floor)
        floor.do(ev.WentBack())
        floor.sync()
        floor.do(ev.CreditDeskOpened())
        floor.tap(THEIRS)
    floor.do(ev.Left())
    floor.heal()
    floor.sync()
    assert verdicts(floor) == [("posted", ""), ("disputed", "receipt")]
    assert points(floor) == before + POINTS


def test_two_kiosks_that_enter_the_same_receipt_are_one(floor: ShopFloor, tmp_path: Path) -> None:
    other = ShopFloor(tmp_path / "other", floor, kiosk="04")
    try:
        before = points(floor)
        for one in (floor, other):
            at_the_desk(one)
            cut_off(one)
            enter(one)
            onward(one)
            one.do(ev.Left())
        for one in (other, floor):
            one.heal()
            one.sync()
        assert sorted(verdicts(floor)) == [("disputed", "receipt"), ("posted", "")]
        assert points(floor) == before + POINTS
    finally:
        other.crash()


def test_what_the_rules_do_not_take_brings_nothing(floor: ShopFloor) -> None:
    at_the_desk(floor)
    pick(floor, SALE)
    page = count(floor, "500001")
    assert isinstance(page, views.NumberEntry)
    assert page.error == floor.world.say("That is more than may be entered by hand.")
    floor.do(ev.WentBack())
    pick(floor, SALE)
    told = count(floor, "99")
    assert isinstance(told, views.Notice)
    assert told.title == floor.world.say("{money} is too little for a point", money="¥0.99")
    assert sold(floor) == []


def test_it_is_the_pack_that_says_who(floor: ShopFloor) -> None:
    at_the_desk(floor, staff=LIN, code="135791")
    assert SALE in names(floor)
    floor.do(ev.Left())
    at_the_desk(floor, STRANGE)
    assert isinstance(floor.now, views.Notice)


def test_it_outlives_a_pulled_plug(floor: ShopFloor) -> None:
    before = points(floor)
    at_the_desk(floor)
    cut_off(floor)
    enter(floor)
    onward(floor)
    floor.crash()
    floor.open()
    floor.wire.cut = False
    floor.sync()
    floor.sync()
    assert points(floor) == before + POINTS
