"""Points that the kiosk stands in for while head office cannot be asked."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from shop import RULES, SETTINGS, ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.hub.books import Books
from kiosk.hub.demo_shop import member_id
from kiosk.hub.records import sums_to_zero
from kiosk.hub.risk import put_at_risk
from kiosk.hub.settings import Grants, Risk
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Transfer

HOME = "6600000001"
WHO = member_id(HOME.encode())


def allowed(per_member: int, family: str = "virtual-cpu") -> str:
    """The demo's rule pack, with so much risk for one member."""
    pack = RULES.replace("per_member = 0", f"per_member = {per_member}")
    return pack.replace("families = []", f'families = ["{family}"]')


def opened(folder: Path, rules: str) -> ShopFloor:
    """A shop that lends 3,000 points of risk to its kiosk and keeps no points of anybody at home there."""
    settings = msgspec.structs.replace(SETTINGS, risk=Risk(per_device=3000), grants=Grants(home_points=0))
    floor = ShopFloor(folder, rules=rules, settings=settings)
    with floor.office.engine.begin() as connection:
        put_at_risk(connection, 5000, "budget")
    floor.sync()
    floor.sync()
    return floor


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[ShopFloor]:
    made = opened(tmp_path, allowed(2000))
    yield made
    with made.office.engine.begin() as connection:
        assert sums_to_zero(connection)
    made.crash()


def redeem(floor: ShopFloor, gift: str = "G02") -> views.View:
    floor.tap(HOME)
    view = floor.do(ev.ShelfOpened(), ev.GiftChosen(gift))
    if isinstance(view, views.Confirm):
        view = floor.confirm()
    return view


def risked(floor: ShopFloor) -> list[int]:
    return [body.risk for body in floor.entries(en.Redeem) if isinstance(body, en.Redeem)]


def books_of(floor: ShopFloor, account: str, asset: str) -> int:
    with floor.office.engine.begin() as connection:
        return Books(connection).has(account, asset)


def shown(view: views.View) -> str:
    assert isinstance(view, views.Home), view
    return view.points


def test_a_member_redeems_without_the_network_and_pays_when_it_is_back(floor: ShopFloor) -> None:
    assert floor.journal.rights(acc.POINTS, WHO) == 0
    floor.cut()
    assert isinstance(redeem(floor), views.TakeVoucher)
    (risk,) = risked(floor)
    assert risk == 980
    assert shown(floor.do(ev.WentBack())) == "11,500"
    floor.do(ev.Left())
    floor.heal()
    floor.sync()
    assert shown(floor.tap(HOME)) == "11,500"
    assert books_of(floor, acc.member(WHO), acc.POINTS) == 11_500
    assert books_of(floor, acc.debt(WHO), acc.RISK) == 0


def test_what_was_spent_elsewhere_in_the_meantime_is_owed(floor: ShopFloor) -> None:
    floor.cut()
    with floor.office.engine.begin() as connection:
        books = Books(connection)
        books.move(Transfer("elsewhere", acc.member(WHO), acc.SPENT, acc.POINTS, 12_000))
        books.write()
    redeem(floor)
    floor.do(ev.Left())
    floor.heal()
    floor.sync()
    assert books_of(floor, acc.debt(WHO), acc.RISK) == 500
    assert shown(floor.tap(HOME)) == "0"


def test_one_member_has_an_end_and_so_has_the_kiosk(floor: ShopFloor) -> None:
    floor.cut()
    for _ in range(2):
        assert isinstance(redeem(floor), views.TakeVoucher)
        floor.do(ev.Left())
    floor.tap(HOME)
    shelf = floor.do(ev.ShelfOpened())
    assert isinstance(shelf, views.Shelf)
    assert not [tile for tile in shelf.tiles if tile.gift == "G02" and tile.reachable]
    assert sum(risked(floor)) <= 2000
    assert floor.journal.rights(acc.RISK) == 3000 - sum(risked(floor))


def test_an_open_print_keeps_what_was_stood_in_for(floor: ShopFloor) -> None:
    floor.cut()
    floor.tray.ends = ev.Outcome.UNKNOWN
    redeem(floor)
    floor.do(ev.Left())
    number = floor.entries(en.Redeem)[0].voucher  # type: ignore[attr-defined]
    floor.void(number)
    assert floor.journal.rights(acc.RISK) == 3000
    assert floor.kinds()[-1] == "void"
    floor.heal()
    assert shown(floor.tap(HOME)) == "12,480"


@pytest.mark.parametrize("rules", [allowed(0), allowed(2000, "mifare-classic")])
def test_nothing_is_risked_that_no_rule_allows(tmp_path: Path, rules: str) -> None:
    floor = opened(tmp_path, rules)
    floor.cut()
    notice = redeem(floor)
    assert not isinstance(notice, views.TakeVoucher)
    assert risked(floor) == []
    floor.crash()
