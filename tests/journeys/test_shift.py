"""Shifts at a kiosk: what the drawer should hold is the journal's word, what was counted stays as it was."""

import pytest
import sqlalchemy as sa
from shop import ShopFloor, written
from test_claim_desk import desk, enter
from test_credit_desk import KIM, THEIRS, hire, pick, top_up
from test_staff_sign_in import MEI, typed

from kiosk import events as ev
from kiosk import views
from kiosk.hub.counted import counted
from kiosk.hub.tables import entries
from kiosk.ledger import entries as en

LIN, WITH_MONEY, ITS_CENTS = "6600000802", "G14", 990


def at_the_shift(floor: ShopFloor) -> views.View:
    floor.tap(MEI)
    typed(floor)
    return floor.do(ev.ShiftDeskOpened())


def count(floor: ShopFloor, cents: str) -> views.View:
    page = floor.now
    assert isinstance(page, views.NumberEntry), page
    return floor.do(*(ev.TextKeyed(page.entry, key) for key in (*cents, "done")))


def agree(floor: ShopFloor) -> views.View:
    """So it is."""
    page = floor.now
    assert isinstance(page, views.Notice), page
    (told,) = [one.tells for one in page.choices if isinstance(one.tells, ev.Submitted)]
    return floor.do(told)


def begin(floor: ShopFloor, cents: str = "50000") -> None:
    at_the_shift(floor)
    count(floor, cents)
    agree(floor)
    floor.do(ev.Left())


def take_a_hundred(floor: ShopFloor) -> None:
    floor.tap(MEI)
    typed(floor)
    floor.do(ev.CreditDeskOpened())
    floor.tap(THEIRS)
    top_up(floor)
    floor.do(ev.Left())


def hand_out_for_money(floor: ShopFloor) -> None:
    """A gift that costs points and ¥9.90, taken at the counter."""
    floor.tap("6600000001")
    floor.choose(WITH_MONEY)
    floor.confirm()
    floor.do(ev.Left())
    rows = written(floor.tray.papers[-1])
    desk(floor)
    enter(floor, rows["券号"].replace(" ", ""))
    enter(floor, rows["校验码"])
    floor.do(ev.VoucherTyped())
    floor.do(ev.Left())


def choose(floor: ShopFloor, place: int) -> views.View:
    page = floor.now
    assert isinstance(page, views.Listing), page
    return floor.do(page.choices[place].tells)


def closing(floor: ShopFloor, cents: str, left: str = "0") -> views.View:
    """To the page that asks whether it is so, or for a reason."""
    at_the_shift(floor)
    choose(floor, -1)
    count(floor, cents)
    return count(floor, left)


def counts(floor: ShopFloor) -> list[en.Drawer]:
    return [body for body in floor.entries(en.Drawer) if isinstance(body, en.Drawer)]


def test_a_shift_begins_with_a_count(floor: ShopFloor) -> None:
    page = at_the_shift(floor)
    assert isinstance(page, views.NumberEntry)
    shown = floor.do(*(ev.TextKeyed(page.entry, key) for key in "50000"))
    assert isinstance(shown, views.NumberEntry)
    assert shown.groups == ("¥500.00",)
    floor.do(ev.TextKeyed(page.entry, "done"))
    assert counts(floor) == []
    agree(floor)
    assert counts(floor) == [en.Drawer(expected=0, counted=50_000, left=50_000, brought=50_000, to="mei")]
    shift = floor.journal.till().shift
    assert shift is not None
    assert shift.staff == "mei"
    floor.do(ev.Left())
    assert isinstance(at_the_shift(floor), views.Listing)


def test_what_came_in_is_expected_and_on_the_paper(floor: ShopFloor) -> None:
    begin(floor)
    take_a_hundred(floor)
    take_a_hundred(floor)
    hand_out_for_money(floor)
    page = at_the_shift(floor)
    assert isinstance(page, views.Listing)
    shown = {row.title: (row.note, row.fact) for row in page.rows}
    say = floor.world.say
    assert shown[say("Gifts handed over")] == ("¥9.90", "× 1")
    assert ("¥200.00", "× 2") in shown.values()
    floor.do(ev.Left())
    closing(floor, "70990", "50000")
    report = agree(floor)
    assert isinstance(report, views.Preview)
    _, closed = counts(floor)
    assert (closed.expected, closed.counted, closed.left, closed.difference) == (70_990, 70_990, 50_000, 0)
    assert (closed.of, closed.to) == ("mei", "")
    floor.do(report.choices[-1].tells)
    rows = written(floor.tray.papers[-1])
    assert rows["应有现金"] == rows["实点现金"] == "¥709.90"
    assert rows["留存备用金"] == "¥500.00"
    assert "差额" not in rows
    assert floor.journal.till().shift is None
    assert floor.journal.till().cents == 50_000


def test_a_count_that_differs_stays_as_it_is_with_its_reason(floor: ShopFloor) -> None:
    begin(floor)
    take_a_hundred(floor)
    page = closing(floor, "59500")
    assert isinstance(page, views.Question)
    assert page.title == floor.world.say("{money} are missing", money="¥5.00")
    assert len(counts(floor)) == 1
    pick(floor, "change")
    report = agree(floor)
    assert isinstance(report, views.Preview)
    _, closed = counts(floor)
    assert (closed.difference, closed.reason) == (-500, "change")
    floor.do(report.choices[-1].tells)
    assert written(floor.tray.papers[-1])["差额"] == "−¥5.00"


def test_counting_again_writes_nothing(floor: ShopFloor) -> None:
    begin(floor)
    assert isinstance(closing(floor, "40000"), views.Question)
    floor.do(ev.WentBack())
    assert len(counts(floor)) == 1
    assert floor.journal.till().shift is not None


def test_more_than_was_counted_does_not_stay(floor: ShopFloor) -> None:
    begin(floor)
    page = closing(floor, "50000", "50001")
    assert isinstance(page, views.NumberEntry)
    assert page.error == floor.world.say("That is more than was counted.")


def test_a_second_touch_closes_nothing_twice(floor: ShopFloor) -> None:
    begin(floor)
    page = closing(floor, "50000")
    assert isinstance(page, views.Notice)
    told = page.choices[-1].tells
    floor.do(told, told)
    assert len(counts(floor)) == 2


def test_the_drawer_changes_hands_by_the_others_card_and_pin(floor: ShopFloor) -> None:
    hire(floor)
    begin(floor)
    take_a_hundred(floor)
    at_the_shift(floor)
    choose(floor, 0)
    asked = count(floor, "60000")
    assert isinstance(asked, views.Notice)
    for card in (MEI, LIN, THEIRS):  # oneself, an assistant, a member
        again = floor.tap(card)
        assert isinstance(again, views.Notice)
        assert again.title == floor.world.say("This card cannot take over")
    floor.tap(KIM)
    typed(floor, "246802")
    agree(floor)
    _, handed = counts(floor)
    assert (handed.of, handed.to, handed.counted, handed.left) == ("mei", "kim", 60_000, 60_000)
    shift = floor.journal.till().shift
    assert shift is not None
    assert shift.staff == "kim"


def test_it_outlives_a_pulled_plug_and_goes_to_head_office_once(floor: ShopFloor) -> None:
    begin(floor)
    take_a_hundred(floor)
    before = floor.journal.till()
    floor.crash()
    floor.open()
    floor.sync()
    assert floor.journal.till() == before
    closing(floor, "60000")
    agree(floor)
    floor.sync()
    with floor.office.engine.begin() as connection:
        rows = connection.execute(sa.select(counted).order_by(counted.c.at)).all()
        asked = sa.select(entries.c.verdict).where(entries.c.kind == en.Drawer.KIND)
        assert list(connection.scalars(asked)) == ["posted", "posted"]
    assert [(row.ended, row.follower, row.expected) for row in rows] == [("", "mei", 0), ("mei", "", 60_000)]


def test_a_report_that_did_not_print_can_be_printed_again(floor: ShopFloor) -> None:
    begin(floor)
    closing(floor, "50000")
    page = agree(floor)
    assert isinstance(page, views.Preview)
    floor.tray.trouble = "K-PR-01"
    told = floor.do(page.choices[-1].tells)
    assert isinstance(told, views.Notice)
    assert told.code == "K-PR-01"
    floor.tray.trouble = ""
    floor.do(ev.WentBack())
    papers = len(floor.tray.papers)
    floor.do(page.choices[-1].tells)
    assert len(floor.tray.papers) == papers + 1
    assert len(counts(floor)) == 2


@pytest.mark.parametrize("staff", [LIN])
def test_an_assistant_has_no_shift(floor: ShopFloor, staff: str) -> None:
    floor.tap(staff)
    home = typed(floor, "135791")
    assert isinstance(home, views.StaffHome)
    assert ev.ShiftDeskOpened() not in {tile.tells for tile in home.tiles}
    assert floor.do(ev.ShiftDeskOpened()) == home
