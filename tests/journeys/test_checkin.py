"""Points for coming by: once a day over all kiosks, usable at once, never without the right."""

from pathlib import Path

import sqlalchemy as sa
from shop import RULES, ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.hub.tables import entries
from kiosk.ledger import entries as en
from kiosk.membership.rules import read_rules

MEMBER = "6600000021"
GIVEN = read_rules(RULES).entitlements["checkin"].points


def check_in(floor: ShopFloor, card: str = MEMBER) -> views.Notice:
    floor.tap(card)
    page = floor.do(ev.ServicesOpened(), ev.ServiceChosen("checkin"))
    assert isinstance(page, views.Notice), page
    return page


def points(floor: ShopFloor, card: str = MEMBER) -> int:
    floor.do(ev.Left())
    home = floor.tap(card)
    assert isinstance(home, views.Home)
    floor.do(ev.Left())
    return int(home.points.replace(",", ""))


def test_points_come_once_a_day_and_count_at_once(floor: ShopFloor) -> None:
    before = points(floor)
    assert check_in(floor).picture == "gift"
    assert points(floor) == before + GIVEN
    assert check_in(floor).picture == "clock"
    assert points(floor) == before + GIVEN
    assert len(floor.entries(en.Earned)) == 1


def test_another_kiosk_gives_no_second_time_and_the_next_day_does(floor: ShopFloor, tmp_path: Path) -> None:
    other = ShopFloor(tmp_path / "other", floor, kiosk="04")
    before = points(floor)
    check_in(floor)
    floor.sync()
    assert check_in(other).picture == "clock"
    floor.clock.pass_by(86_400)
    assert check_in(other).picture == "gift"
    other.do(ev.Left())
    other.sync()
    assert points(floor) == before + 2 * GIVEN


def test_without_the_network_it_says_what_it_waits_for(floor: ShopFloor) -> None:
    floor.cut()
    before = points(floor, "6600000001")
    page = check_in(floor, "6600000001")
    assert page.picture == "network"
    assert floor.entries(en.Earned) == []
    floor.heal()
    assert check_in(floor, "6600000001").picture == "gift"
    assert points(floor, "6600000001") == before + GIVEN


def test_the_points_buy_a_gift_before_any_upload(floor: ShopFloor) -> None:
    check_in(floor, "6600000001")
    floor.cut()
    floor.do(ev.WentBack(), ev.WentBack())
    floor.choose("G02")
    assert isinstance(floor.confirm(), views.TakeVoucher)
    floor.do(ev.VoucherTaken())
    floor.heal()
    floor.sync()
    with floor.office.engine.begin() as connection:
        assert set(connection.scalars(sa.select(entries.c.verdict))) == {"posted"}


def test_a_shop_that_gives_none_offers_none(tmp_path: Path) -> None:
    floor = ShopFloor(tmp_path, rules=RULES.replace("[entitlements.checkin]", "[entitlements.other]"))
    try:
        floor.tap(MEMBER)
        menu = floor.do(ev.ServicesOpened())
        assert isinstance(menu, views.Menu)
        assert "checkin" not in {getattr(tile.tells, "service", "") for tile in menu.tiles}
    finally:
        floor.crash()
