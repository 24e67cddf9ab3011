"""Vouchers that nobody claims in time end by themselves, at the kiosk that holds the right to claim them."""

import pytest
from shop import ShopFloor, together, written

from kiosk import events as ev
from kiosk import views
from kiosk.desk import expiry
from kiosk.desk.expiry import EVERY_S, GRACE_US, ROUND_S
from kiosk.hub.demo_shop import member_id
from kiosk.hub.records import balance_of, record_of, sums_to_zero
from kiosk.ledger import accounts as acc
from kiosk.membership.claims import ClaimAnswer

HOME = "6600000001"


def redeemed(floor: ShopFloor, ends: ev.Outcome = ev.Outcome.CONFIRMED) -> tuple[str, str]:
    floor.tray.ends = ends
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    floor.do(ev.Left())
    told = written(floor.tray.papers[-1])
    return told["券号"], told["校验码"]


def days_pass(floor: ShopFloor, days: int = 32) -> None:
    floor.clock.pass_by(days * 86400)
    together(int(2 * EVERY_S), floor)


def held(floor: ShopFloor) -> dict[str, int]:
    balance = balance_of(floor.office, floor.device)
    return {asset: units for account, asset, units in balance["held"] if account == f"escrow:{floor.device}"}  # type: ignore[attr-defined]


def test_a_voucher_nobody_claimed_ends_and_its_piece_is_there_again(floor: ShopFloor) -> None:
    number, check = redeemed(floor)
    floor.sync()
    before = held(floor)
    days_pass(floor)
    assert floor.kinds()[-1] == "expire"
    said = floor.claim(number, check)
    assert said.result is ClaimAnswer.EXPIRED
    floor.sync()
    after = held(floor)
    assert after[acc.gift("G02")] >= before[acc.gift("G02")] + 1
    assert not [asset for asset in after if asset.startswith("claim:")]
    assert record_of(floor.office, number.replace(" ", ""))["claimed"] is False
    with floor.office.engine.begin() as connection:
        assert sums_to_zero(connection)
    floor.crash()
    floor.open()
    days_pass(floor)
    assert floor.kinds().count("expire") == 1


def test_an_unknown_print_ends_as_void_and_its_points_go_home(floor: ShopFloor) -> None:
    view = floor.tap(HOME)
    assert isinstance(view, views.Home)
    points = view.points
    floor.do(ev.Left())
    redeemed(floor, ev.Outcome.UNKNOWN)
    days_pass(floor)
    assert floor.kinds()[-2:] == ["void", "ret"]
    assert floor.journal.unresolved() == ()
    again = floor.tap(HOME)
    assert isinstance(again, views.Home)
    assert again.points == points


def test_an_hour_of_grace_then_the_end(floor: ShopFloor) -> None:
    redeemed(floor)
    (operation,) = floor.journal.own_lines(member_id(HOME.encode()), 0)
    floor.clock.at = operation.redeem.expires + GRACE_US - 60_000_000
    together(int(ROUND_S // 60), floor)
    assert "expire" not in floor.kinds()
    floor.clock.pass_by(ROUND_S)
    together(2, floor)
    assert floor.kinds()[-1] == "expire"


def test_nothing_ends_while_somebody_visits_or_the_clock_is_not_trusted(floor: ShopFloor) -> None:
    redeemed(floor)
    floor.clock.pass_by(32 * 86400)
    floor.tap(HOME)
    floor.do(ev.Touched())
    together(20, floor)
    assert isinstance(floor.now, views.Home)
    assert "expire" not in floor.kinds()
    floor.clock.good = False
    floor.do(ev.Left())
    together(20, floor)
    assert "expire" not in floor.kinds()
    floor.clock.good = True
    together(20, floor)
    assert floor.kinds()[-1] == "expire"


def test_a_voucher_made_under_an_untrusted_clock_never_ends_by_itself(floor: ShopFloor) -> None:
    floor.clock.good = False
    number, check = redeemed(floor)
    floor.clock.good = True
    days_pass(floor, 400)
    assert "expire" not in floor.kinds()
    assert floor.claim(number, check).result is ClaimAnswer.GIVEN


def test_many_end_a_few_at_a_time(floor: ShopFloor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expiry, "MOST", 2)
    for _ in range(5):
        redeemed_by_somebody(floor)
    floor.clock.pass_by(32 * 86400)
    for ended in (2, 4, 5):
        floor.do(ev.Ticked(floor.clock.monotonic()))
        assert floor.kinds().count("expire") == ended
        floor.clock.pass_by(EVERY_S)


def redeemed_by_somebody(floor: ShopFloor) -> None:
    """A cheap gift for a home member who can pay for it."""
    for card in range(6600000001, 6600000020):
        floor.tap(str(card))
        shelf = floor.do(ev.ShelfOpened())
        assert isinstance(shelf, views.Shelf)
        cheap = next((tile.gift for tile in shelf.tiles if tile.reachable), None)
        if cheap is None:
            floor.do(ev.Left())
            continue
        floor.do(ev.GiftChosen(cheap))
        floor.confirm()
        floor.do(ev.Left())
        return
    raise AssertionError("nobody can pay for anything")
