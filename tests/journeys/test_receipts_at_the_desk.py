"""Points from a receipt that named nobody: scanned once, by whoever is first, never without head office."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from checkout import CENTS, Checkout
from shop import RULES, ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.hub.demo_shop import member_id
from kiosk.hub.inspection import inspect
from kiosk.hub.phone_signing import CodeKeys, PhoneSigner
from kiosk.hub.tables import entries
from kiosk.ledger import entries as en
from kiosk.ledger.sync import Want
from kiosk.membership.receipts import Receipt, parse, payload, qr_text
from kiosk.membership.rules import read_rules
from kiosk.membership.sales import points_for
from kiosk.ports import Draft

HOME, GUEST = "6600000001", "6600000021"
PACK = read_rules(RULES)
EARNED = points_for(PACK, 0, CENTS)
DAY_S = 86_400


@pytest.fixture
def checkout(floor: ShopFloor) -> Checkout:
    made = Checkout(floor.office, floor.clock.now)
    floor.sync()
    floor.sync()
    return made


def scan(floor: ShopFloor, code: str, card: str = GUEST) -> views.Notice:
    floor.tap(card)
    asked = floor.do(ev.ServicesOpened(), ev.ServiceChosen("receipt"))
    assert isinstance(asked, views.Question)
    page = floor.do(ev.CodeScanned("scanner", code))
    assert isinstance(page, views.Notice), page
    floor.do(ev.Left())
    return page


def points(floor: ShopFloor, card: str = GUEST) -> int:
    home = floor.tap(card)
    assert isinstance(home, views.Home)
    floor.do(ev.Left())
    return int(home.points.replace(",", ""))


def test_points_come_once_and_count_at_once(floor: ShopFloor, checkout: Checkout) -> None:
    before, code = points(floor), checkout.sell()
    assert scan(floor, code).picture == "gift"
    assert points(floor) == before + EARNED
    assert scan(floor, code).picture == "bell"
    floor.sync()
    assert points(floor) == before + EARNED
    assert len(floor.entries(en.Earned)) == 1
    with floor.office.engine.begin() as connection:
        assert list(inspect(connection)) == []
    floor.tap(GUEST)
    lines = floor.do(ev.HistoryOpened())
    assert isinstance(lines, views.History)
    assert lines.rows[0].points == floor.world.say.signed(EARNED)


def test_two_people_at_two_kiosks(floor: ShopFloor, checkout: Checkout, tmp_path: Path) -> None:
    other, code = ShopFloor(tmp_path / "other", floor, kiosk="04"), checkout.sell()
    for _ in range(2):
        other.sync()
    mine, theirs = points(floor), points(other, HOME)
    floor.cut()
    assert scan(floor, code, HOME).picture == "network", "nobody knows who was faster"
    assert floor.entries(en.Earned) == []
    assert scan(other, code, HOME).picture == "gift"
    floor.heal()
    assert scan(floor, code).picture == "bell"
    other.sync()
    assert (points(floor), points(other, HOME)) == (mine, theirs + EARNED)


def test_who_was_cut_off_before_it_was_booked_still_has_it(floor: ShopFloor, checkout: Checkout) -> None:
    before, code = points(floor), checkout.sell()
    assert scan(floor, code).picture == "gift"
    floor.cut()
    floor.crash()
    floor.open()
    floor.heal()
    floor.sync()
    assert points(floor) == before + EARNED
    assert scan(floor, code).picture == "bell"


def test_forged_foreign_and_nonsense(floor: ShopFloor, checkout: Checkout) -> None:
    code = checkout.sell()
    receipt, told, signature = parse(code)
    more = Receipt(receipt.key_id, "0001", "T1", "R1", receipt.sold_at, CENTS, 10**6)
    assert scan(floor, qr_text(payload(more), signature)).code == "K-RC-01"
    stranger = PhoneSigner(floor.office.engine, floor.clock.now, CodeKeys(b"x" * 32, b"k" * 32))
    assert scan(floor, qr_text(told, stranger.seal(told))).code == "K-RC-01"
    for nonsense in ("6901234567892", "", "A" * 500):
        assert scan(floor, nonsense).picture == "bell"
    assert floor.entries(en.Earned) == []
    unsold = Receipt(receipt.key_id, "0001", "T1", "R9", receipt.sold_at, CENTS, EARNED)
    own = payload(unsold)
    assert scan(floor, qr_text(own, checkout.signer.seal(own))).picture == "bell", "head office lacks it"


def test_its_time_is_over(floor: ShopFloor, checkout: Checkout) -> None:
    assert PACK.sales is not None
    code, days = checkout.sell(), PACK.sales.receipt_days
    floor.clock.pass_by(days * DAY_S - 60)
    late = checkout.sell("R2")
    assert scan(floor, code).picture == "gift"
    floor.clock.pass_by(days * DAY_S)
    assert scan(floor, late).picture == "clock"


def test_what_was_brought_back_before_gives_nothing(floor: ShopFloor, checkout: Checkout) -> None:
    code = checkout.sell()
    assert checkout.refund(100) == 0
    assert scan(floor, code).picture == "bell"


def test_what_is_brought_back_afterwards_is_taken_back(floor: ShopFloor, checkout: Checkout) -> None:
    before, code = points(floor), checkout.sell()
    scan(floor, code)
    floor.sync()
    assert checkout.refund(CENTS) == EARNED
    assert points(floor) == before


def test_no_kiosk_earns_more_than_the_receipt_says(floor: ShopFloor, checkout: Checkout) -> None:
    code = checkout.sell()
    receipt, _, _ = parse(code)
    floor.tap(GUEST)
    member = member_id(GUEST.encode())
    floor.world.hub.want(Want(id="w", member=member, asset=receipt.asset, amount=1))
    floor.sync()
    floor.sync()
    assert floor.world.journal.rights(receipt.asset, member) == 1
    floor.world.journal.append(Draft(en.Earned(asset=receipt.asset, points=EARNED + 1), member=member))
    floor.sync()
    with floor.office.engine.begin() as connection:
        asked = sa.select(entries.c.verdict, entries.c.reason).where(entries.c.kind == en.Earned.KIND)
        assert connection.execute(asked).all() == [("disputed", "benefit")]


def test_a_receipt_on_the_invitation_asks_for_the_card(floor: ShopFloor, checkout: Checkout) -> None:
    page = floor.do(ev.CodeScanned("scanner", checkout.sell()))
    assert isinstance(page, views.Notice)
    assert (page.picture, page.code) == ("card", "")
