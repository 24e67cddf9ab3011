"""A member's own vouchers: seen, printed again, given back, and never worth two gifts."""

from pathlib import Path

import pytest
from shop import PIN, RULES, ShopFloor, together, written

from kiosk import events as ev
from kiosk import views
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.membership.claims import ClaimAnswer

HOME, GUEST = "6600000001", "6600000021"
GIFT, PRICE = "G02", 980


def bought(floor: ShopFloor, card: str = HOME) -> en.Redeem:
    floor.tap(card)
    floor.choose(GIFT)
    assert isinstance(floor.confirm(), views.TakeVoucher)
    floor.do(ev.VoucherTaken())
    return floor.entries(en.Redeem)[-1]  # type: ignore[return-value]


def listed(floor: ShopFloor, card: str = HOME) -> views.Listing:
    floor.tap(card)
    page = floor.do(ev.ServicesOpened(), ev.ServiceChosen("vouchers"))
    assert isinstance(page, views.Listing)
    return page


def give_back(floor: ShopFloor, op: str, pin: str = PIN) -> views.View:
    page = floor.do(ev.RowChosen(op), ev.OptionChosen(op, "back"))
    assert isinstance(page, views.PinPad), page
    return floor.do(ev.Confirmed(page.ticket, pin))


def check_of(floor: ShopFloor) -> str:
    return written(floor.tray.papers[-1])["校验码"]


def points(floor: ShopFloor, card: str = HOME) -> str:
    floor.do(ev.Left())
    home = floor.tap(card)
    assert isinstance(home, views.Home)
    return home.points


def test_the_list_tells_what_may_still_be_claimed(floor: ShopFloor) -> None:
    body = bought(floor)
    (row,) = listed(floor).rows
    assert row.tells == ev.RowChosen(body.op)
    assert "980" in row.fact
    floor.claim(body.voucher, check_of(floor))
    assert listed(floor).rows == ()


@pytest.mark.parametrize("card", [HOME, GUEST])
def test_given_back_the_points_return_and_the_paper_is_worth_nothing(floor: ShopFloor, card: str) -> None:
    before = points(floor, card)
    body = bought(floor, card)
    listed(floor, card)
    said = give_back(floor, body.op)
    assert isinstance(said, views.Notice)
    assert "980" in said.points
    assert points(floor, card) == before
    assert floor.claim(body.voucher, check_of(floor)).result is ClaimAnswer.VOID
    assert listed(floor, card).rows == ()
    floor.sync()
    assert floor.journal.rights(acc.claim(body.voucher)) == 0


def test_without_the_network_too_where_the_right_is_here(floor: ShopFloor) -> None:
    body = bought(floor)
    before = points(floor)
    floor.cut()
    (row,) = listed(floor).rows
    assert row.tells == ev.RowChosen(body.op)
    give_back(floor, body.op)
    assert int(points(floor).replace(",", "")) == int(before.replace(",", "")) + PRICE
    floor.heal()
    assert int(points(floor).replace(",", "")) == int(before.replace(",", "")) + PRICE


def test_a_wrong_pin_gives_nothing_back(floor: ShopFloor) -> None:
    body = bought(floor)
    listed(floor)
    page = give_back(floor, body.op, "000000")
    assert isinstance(page, views.PinPad)
    assert page.error
    assert floor.entries(en.Cancel) == []


def test_the_counter_may_be_quicker(floor: ShopFloor) -> None:
    body = bought(floor)
    listed(floor)
    page = floor.do(ev.RowChosen(body.op), ev.OptionChosen(body.op, "back"))
    assert isinstance(page, views.PinPad)
    floor.claim(body.voucher, check_of(floor))
    floor.do(ev.Confirmed(page.ticket, PIN))
    assert floor.entries(en.Cancel) == []
    assert isinstance(floor.now, views.Notice)


def test_printed_again_it_is_a_copy_of_the_same_number(floor: ShopFloor) -> None:
    body = bought(floor)
    listed(floor)
    floor.do(ev.RowChosen(body.op), ev.PrintAsked(body.op))
    first, second = map(written, floor.tray.papers)
    assert first["QR"] == second["QR"]
    assert [one.attempt for one in floor.entries(en.Printing)] == [1, 2]  # type: ignore[attr-defined]
    floor.tray.ends = ev.Outcome.UNKNOWN
    floor.do(ev.WentBack(), ev.RowChosen(body.op), ev.PrintAsked(body.op))
    operation = floor.journal.by_voucher(body.voucher)
    assert operation is not None
    assert operation.state == "posted"


def test_another_kiosk_tells_of_it_and_offers_nothing(floor: ShopFloor, tmp_path: Path) -> None:
    other = ShopFloor(tmp_path / "other", floor, kiosk="05")
    try:
        body = bought(floor, GUEST)
        page = listed(other, GUEST)
        (row,) = page.rows
        assert row.tells is None
        assert body.voucher[-3:-1] in row.note
        other.cut()
        assert listed(other, GUEST).rows == ()
        assert listed(other, GUEST).sentence != page.sentence
    finally:
        other.crash()


def test_a_right_that_is_elsewhere_is_fetched_first_or_nothing_happens(
    floor: ShopFloor, tmp_path: Path
) -> None:
    other = ShopFloor(tmp_path / "other", floor, kiosk="05")
    try:
        body = bought(floor)
        floor.sync()
        check = check_of(floor)
        other.counter.patient = True
        other.present(body.voucher, check)
        together(25, floor, other)
        assert floor.journal.rights(acc.claim(body.voucher)) == 0
        listed(floor)
        said = give_back(floor, body.op)
        assert isinstance(said, views.Notice)
        assert floor.entries(en.Cancel) == []
    finally:
        other.crash()


def test_let_go_at_print_it_is_fetched_and_not_at_all_without_the_network(tmp_path: Path) -> None:
    rules = RULES.replace("release_at_print = false", "release_at_print = true")
    assert rules != RULES
    floor = ShopFloor(tmp_path / "shop", rules=rules)
    try:
        body = bought(floor)
        floor.sync()
        assert floor.journal.rights(acc.claim(body.voucher)) == 0
        floor.cut()
        listed(floor)
        give_back(floor, body.op)
        assert floor.entries(en.Cancel) == []
        floor.heal()
        listed(floor)
        give_back(floor, body.op)
        assert len(floor.entries(en.Cancel)) == 1
        assert floor.claim(body.voucher, check_of(floor)).result is ClaimAnswer.VOID
    finally:
        floor.crash()
