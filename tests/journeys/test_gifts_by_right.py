"""Gifts by right at a kiosk: on the first page, on their own page, once, and back when no paper came out."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from shop import RULES, ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.desk import today
from kiosk.hub.demo_shop import member_id
from kiosk.hub.inspection import inspect
from kiosk.hub.tables import entries
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.membership.rules import read_rules

MEMBER, STAMPED, OTHER = "6600000001", "6600000002", "6600000025"
BIRTHDAY = acc.entitlement("birthday", "2026")
STAMPS = acc.stamps("tea")
PACK = read_rules(RULES)


def home(floor: ShopFloor, card: str = MEMBER) -> views.Home:
    if not isinstance(floor.now, views.Attract):
        floor.do(ev.Left())
    page = floor.tap(card)
    assert isinstance(page, views.Home), page
    return page


def take(floor: ShopFloor, asset: str = BIRTHDAY) -> views.View:
    return floor.do(ev.OptionChosen(today.PANEL, today.GIFT + asset))


def listed(floor: ShopFloor) -> views.Listing:
    page = floor.do(ev.ServicesOpened(), ev.ServiceChosen("coupons"))
    assert isinstance(page, views.Listing)
    return page


def open_assets(floor: ShopFloor) -> set[str]:
    return {row.tells.row for row in listed(floor).rows if isinstance(row.tells, ev.RowChosen)}


def test_a_birthday_gift_is_offered_taken_and_gone(floor: ShopFloor) -> None:
    page = home(floor)
    points = page.points
    assert BIRTHDAY in page.today[0].tells.option  # type: ignore[attr-defined]
    confirm = take(floor)
    assert isinstance(confirm, views.Confirm)
    assert confirm.before == confirm.after == points
    assert isinstance(floor.confirm(), views.TakeVoucher)
    page = floor.do(ev.WentBack())
    assert isinstance(page, views.Home)
    assert page.points == points
    assert BIRTHDAY not in open_assets(floor)
    floor.sync()
    home(floor)
    assert BIRTHDAY not in open_assets(floor)
    (body,) = floor.entries(en.Redeem)
    assert isinstance(body, en.Redeem)
    assert (body.points, body.benefit, body.gift) == (0, BIRTHDAY, PACK.entitlements["birthday"].gift)
    whole(floor)


def whole(floor: ShopFloor) -> None:
    with floor.office.engine.begin() as connection:
        assert set(connection.scalars(sa.select(entries.c.verdict))) == {"posted"}
        assert list(inspect(connection)) == []


def test_another_kiosk_gives_no_second_one(floor: ShopFloor, tmp_path: Path) -> None:
    other = ShopFloor(tmp_path / "other", floor, kiosk="04")
    home(floor)
    home(other)
    take(floor)
    floor.confirm()
    floor.sync()
    take(other)
    page = other.confirm()
    assert isinstance(page, views.Notice)
    assert other.entries(en.Redeem) == []


def test_a_printer_that_fails_costs_nobody_their_birthday_gift(floor: ShopFloor) -> None:
    home(floor)
    take(floor)
    floor.tray.ends = ev.Outcome.NOT_PRINTED
    page = floor.confirm()
    assert isinstance(page, views.Notice)
    floor.do(ev.WentBack())
    assert BIRTHDAY in open_assets(floor)
    floor.do(ev.Left())
    floor.sync()
    floor.sync()
    assert floor.journal.rights(BIRTHDAY, member_id(MEMBER.encode())) == 0
    floor.tray.ends = ev.Outcome.CONFIRMED
    home(floor)
    take(floor)
    assert isinstance(floor.confirm(), views.TakeVoucher)
    floor.sync()
    whole(floor)


def test_staff_who_find_no_paper_give_the_right_back(floor: ShopFloor) -> None:
    home(floor)
    take(floor)
    floor.tray.ends = ev.Outcome.UNKNOWN
    floor.confirm()
    floor.do(ev.Left())
    (body,) = floor.entries(en.Redeem)
    assert isinstance(body, en.Redeem)
    floor.void(body.voucher)
    floor.sync()
    home(floor)
    assert BIRTHDAY in open_assets(floor)
    floor.sync()
    whole(floor)


def test_a_voucher_given_back_gives_the_right_back(floor: ShopFloor) -> None:
    home(floor)
    take(floor)
    floor.confirm()
    floor.do(ev.WentBack(), ev.ServicesOpened(), ev.ServiceChosen("vouchers"))
    (body,) = floor.entries(en.Redeem)
    assert isinstance(body, en.Redeem)
    page = floor.do(ev.RowChosen(body.op), ev.OptionChosen(body.op, "back"))
    assert isinstance(page, views.PinPad)
    assert isinstance(floor.do(ev.Confirmed(page.ticket, "246810")), views.Notice)
    floor.do(ev.Left())
    floor.sync()
    home(floor)
    assert BIRTHDAY in open_assets(floor)
    whole(floor)


def test_a_full_card_of_stamps_is_its_gift(floor: ShopFloor) -> None:
    home(floor, STAMPED)
    card = next(row for row in listed(floor).rows if row.dots != (0, 0))
    assert card.dots == (PACK.cards["tea"].full, PACK.cards["tea"].full)
    confirm = floor.do(ev.RowChosen(STAMPS))
    assert isinstance(confirm, views.Confirm)
    assert isinstance(floor.confirm(), views.TakeVoucher)
    floor.do(ev.WentBack())
    assert all(row.dots == (0, 0) for row in listed(floor).rows)
    floor.do(ev.Left())
    floor.sync()
    home(floor, STAMPED)
    assert all(row.dots == (0, 0) for row in listed(floor).rows)
    whole(floor)


def test_cards_are_shown_with_what_is_on_them(floor: ShopFloor) -> None:
    home(floor)
    rows = listed(floor).rows
    assert [row.dots for row in rows if row.dots != (0, 0)] == [(9, PACK.cards["tea"].full)]
    assert sum(row.icon == "card" for row in rows) == 1


def test_without_the_network_it_says_why_the_page_is_empty(floor: ShopFloor) -> None:
    floor.cut()
    assert all("gift:" not in str(one.tells) for one in home(floor).today)
    page = listed(floor)
    assert page.rows == ()
    assert "network" in page.sentence or "网络" in page.sentence
    floor.heal()


def test_the_network_goes_between_the_page_and_the_gift(floor: ShopFloor) -> None:
    home(floor)
    floor.cut()
    assert isinstance(take(floor), views.Notice)
    assert floor.entries(en.Redeem) == []
    floor.heal()


def test_rights_leave_with_their_visitor_also_at_home(floor: ShopFloor) -> None:
    home(floor)
    take(floor)
    floor.tray.trouble = "K-PR-01"
    floor.confirm()
    floor.do(ev.Left())
    assert floor.journal.rights(BIRTHDAY, member_id(MEMBER.encode())) == 0


def test_check_in_is_on_the_panel_until_it_is_done(floor: ShopFloor) -> None:
    def offered(page: views.View) -> bool:
        assert isinstance(page, views.Home)
        return ev.OptionChosen(today.PANEL, today.CHECK_IN) in [one.tells for one in page.today]

    assert offered(home(floor, OTHER))
    floor.do(ev.OptionChosen(today.PANEL, today.CHECK_IN))
    assert not offered(floor.do(ev.WentBack()))
    floor.sync()
    assert not offered(home(floor, OTHER))


def test_who_has_nothing_today_sees_what_comes_next(tmp_path: Path) -> None:
    poor = RULES.replace("[entitlements.checkin]", "[entitlements.other]").replace("points = 5", "")
    floor = ShopFloor(
        tmp_path, rules=poor.replace('kind = "stamps"', 'kind = "uses"').replace("days = 60", "days = 1")
    )
    page = home(floor, STAMPED)
    assert page.today[0].tells == ev.ShelfOpened()
    assert page.today[0].note
    floor.crash()


@pytest.mark.parametrize("option", ["gift:entitlement:birthday:1999", "gift:points", "nothing"])
def test_a_line_that_is_gone_leads_nowhere(floor: ShopFloor, option: str) -> None:
    home(floor)
    assert isinstance(floor.do(ev.OptionChosen(today.PANEL, option)), views.Home)
