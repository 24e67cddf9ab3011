"""Points as cash, and gifts that cost points and cash: said on every page, paper and counter."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from shop import ShopFloor, written

from kiosk import events as ev
from kiosk import views
from kiosk.hub import demo_shop
from kiosk.hub.tables import redemptions
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.membership.claims import ClaimAnswer
from kiosk.membership.paper import Text, Title
from kiosk.membership.vouchers import parse_qr
from kiosk.words import LANGUAGES

CUSHION, TWENTY = "G17", "G23"


@pytest.fixture
def floor(tmp_path: Path) -> ShopFloor:
    return ShopFloor(tmp_path)


def amounts(floor: ShopFloor) -> views.Listing:
    page = floor.do(ev.ServicesOpened(), ev.ServiceChosen("cash"))
    assert isinstance(page, views.Listing), page
    return page


def take(floor: ShopFloor, gift: str) -> views.View:
    page = floor.do(ev.RowChosen(gift))
    assert isinstance(page, views.Confirm), page
    return floor.confirm()


def redeemed(floor: ShopFloor) -> en.Redeem:
    body = floor.entries(en.Redeem)[-1]
    assert isinstance(body, en.Redeem)
    return body


def disputed(floor: ShopFloor) -> list[bool]:
    floor.sync()
    with floor.office.engine.begin() as connection:
        return list(connection.scalars(sa.select(redemptions.c.disputed)))


def test_points_become_a_cash_voucher_that_says_what_it_is_worth(floor: ShopFloor) -> None:
    floor.tap("6600000001")
    page = amounts(floor)
    assert [row.title for row in page.rows] == ["抵现 ¥20.00", "抵现 ¥50.00"]
    assert "每天一张" in page.sentence
    assert "特价商品" in page.sentence
    assert isinstance(take(floor, TWENTY), views.TakeVoucher)
    body = redeemed(floor)
    assert (body.worth, body.cash, body.benefit) == (2000, 0, "entitlement:cash:2026-06-01")
    paper = floor.tray.papers[-1]
    assert Title("抵现券") in paper.parts
    assert Title("抵现 ¥20.00") in paper.parts
    assert any(isinstance(part, Text) and "特价商品" in part.text for part in paper.parts)
    ticket, _, _ = parse_qr(written(paper)["QR"])
    assert (ticket.worth, ticket.points) == (2000, 2000)
    said = floor.claim(body.voucher, written(paper)["校验码"])
    assert (said.result, said.worth, said.gift) == (ClaimAnswer.GIVEN, 2000, "抵现 ¥20.00")
    assert "账单抵扣 ¥20.00" in said.sentence
    assert disputed(floor) == [False]


def test_one_cash_voucher_a_day_over_all_kiosks(floor: ShopFloor, tmp_path: Path) -> None:
    floor.tap("6600000001")
    amounts(floor)
    take(floor, TWENTY)
    floor.do(ev.VoucherTaken())
    other = ShopFloor(tmp_path / "other", floor, kiosk="04")
    other.tap("6600000001")
    amounts(other)
    said = take(other, "G24")
    assert isinstance(said, views.Notice)
    assert "已经换过" in said.title
    assert other.entries(en.Redeem) == []
    floor.clock.pass_by(24 * 3600)
    other.do(ev.Left())
    other.tap("6600000001")
    amounts(other)
    assert isinstance(take(other, "G24"), views.TakeVoucher)


def test_without_the_network_no_cash_voucher_is_printed_and_nothing_is_spent(floor: ShopFloor) -> None:
    floor.cut()
    floor.tap("6600000001")
    page = amounts(floor)
    assert all(row.tells is None for row in page.rows) or isinstance(take(floor, TWENTY), views.Notice)
    assert floor.entries(en.Redeem) == []


def test_a_print_that_fails_gives_points_and_the_days_right_back(floor: ShopFloor) -> None:
    floor.tray.ends = ev.Outcome.NOT_PRINTED
    floor.tap("6600000001")
    amounts(floor)
    take(floor, TWENTY)
    floor.do(ev.WentBack(), ev.Left())
    floor.sync()
    assert floor.journal.rights("entitlement:cash:2026-06-01", demo_shop.member_id(b"6600000001")) == 0
    floor.tray.ends = ev.Outcome.CONFIRMED
    floor.tap("6600000001")
    amounts(floor)
    assert isinstance(take(floor, TWENTY), views.TakeVoucher)


def test_cash_vouchers_do_not_stand_among_the_gifts(floor: ShopFloor) -> None:
    page = floor.do(ev.ShelfOpened())
    assert isinstance(page, views.Shelf)
    assert "22" in page.count
    assert not [tab for tab in page.tabs if tab.tells == ev.CategoryChosen("vouchers")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_gift_for_points_and_cash_says_both_from_shelf_to_counter(floor: ShopFloor, language: str) -> None:
    floor.tap("6600000001")
    floor.do(ev.LanguageChosen(language), ev.ShelfOpened())
    shelf = floor.do(ev.CategoryChosen("*cash"))
    assert isinstance(shelf, views.Shelf)
    assert [tile.gift for tile in shelf.tiles] == ["G14", CUSHION]
    assert all("¥" in tile.unit for tile in shelf.tiles)
    specials = floor.do(ev.CategoryChosen("*special"))
    assert isinstance(specials, views.Shelf)
    assert [tile.gift for tile in specials.tiles] == [CUSHION, "G21"]
    page = floor.do(ev.GiftChosen(CUSHION))
    assert isinstance(page, views.Confirm)
    assert all("¥29.90" in told for told in (page.quantity, page.cost, page.confirm))
    taken = floor.confirm()
    assert isinstance(taken, views.TakeVoucher)
    assert "¥29.90" in taken.steps[1].note
    body, paper = redeemed(floor), floor.tray.papers[-1]
    assert body.cash == 2990
    assert "¥29.90" in written(paper).values()
    assert parse_qr(written(paper)["QR"])[0].cash == 2990
    check = next(value for label, value in written(paper).items() if len(value) == 6 and value.isalnum())
    said = floor.claim(body.voucher, check)
    assert (said.result, said.cash) == (ClaimAnswer.GIVEN, 2990)
    assert "¥29.90" in said.sentence
    assert disputed(floor) == [False]


def test_a_claim_at_another_kiosk_hears_of_the_money_too(floor: ShopFloor, tmp_path: Path) -> None:
    floor.tap("6600000001")
    floor.choose(CUSHION)
    floor.confirm()
    body, check = redeemed(floor), written(floor.tray.papers[-1])["校验码"]
    other = ShopFloor(tmp_path / "other", floor, kiosk="04")
    request = other.present(body.voucher, check)
    for _ in range(4):
        floor.sync()
        other.sync()
    assert other.counter.heard[request].cash == 2990
    assert acc.claim(body.voucher)
