"""Papers of the desk: a statement tells what the pages show, and a shop's own voucher is printed."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from shop import ShopFloor, written

from kiosk import events as ev
from kiosk import views
from kiosk.desk.customer import Visitor
from kiosk.desk.paper_care import printer_page
from kiosk.desk.papers import statement_paper
from kiosk.ledger.feed import Colleague
from kiosk.membership.cards import Card
from kiosk.membership.paper import Row, Table, Text
from kiosk.membership.stationery import SHIPPED, stationery
from kiosk.membership.templates import LANGUAGES
from kiosk.words import Words

HOME = "6600000001"


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_statement_tells_what_the_pages_show(floor: ShopFloor, language: str) -> None:
    _take(floor)
    account = floor.replica.account(floor.world.card_key.hash(Card("virtual-cpu", HOME.encode())))
    assert account is not None
    say = Words(language, ZoneInfo("Asia/Shanghai"))
    points = Visitor("visit", account).points(floor.world)
    sheet = statement_paper(floor.world, say, account, points)
    rows = {part.label: part.value for part in sheet.parts if isinstance(part, Row)}
    assert {"张*伟", "11,500"} <= set(rows.values())
    (table,) = (part for part in sheet.parts if isinstance(part, Table))
    assert len(table.rows) == len(account.history)
    assert table.rows[0][2] == "−980"
    assert table.rows[0][0] == say.date(floor.clock.now())


def test_a_shops_own_voucher_is_what_comes_out(floor: ShopFloor, tmp_path: Path) -> None:
    own = (SHIPPED / "voucher.toml").read_text().replace("请凭此券", "亲，请凭此券")
    (tmp_path / "voucher.toml").write_text(own)
    floor.world.stationery = stationery(str(tmp_path))
    _take(floor)
    (sheet,) = floor.tray.papers
    assert any(isinstance(part, Text) and part.text.startswith("亲") for part in sheet.parts)
    assert written(sheet)["会员"] == "张*伟"


def _take(floor: ShopFloor) -> None:
    floor.tap(HOME)
    floor.choose("G02")
    assert isinstance(floor.confirm(), views.TakeVoucher)
    floor.do(ev.VoucherTaken())


def test_staff_read_that_the_shops_own_template_is_broken(floor: ShopFloor, tmp_path: Path) -> None:
    (tmp_path / "voucher.toml").write_text("kind = 'voucher'")
    colleague = Colleague(id="S1", name="李*", role="technician")
    well = printer_page(floor.world, floor.world.say, colleague, 0)
    floor.world.stationery = stationery(str(tmp_path))
    told = printer_page(floor.world, floor.world.say, colleague, 0)
    assert (well.code, told.code) == ("", "K-PR-11")
    assert told.sentence != well.sentence
    _take(floor)
    assert written(floor.tray.papers[0])["会员"] == "张*伟"
