"""Papers of the desk: a statement tells what the pages show, and a shop's own voucher is printed."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from shop import PIN, ShopFloor, written

from kiosk import events as ev
from kiosk import views
from kiosk.desk.paper_care import printer_page
from kiosk.desk.papers import statement_paper
from kiosk.desk.visitor import Visitor
from kiosk.desk.vouchers import NO_NUMBER, SPECIMEN
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


def test_the_voucher_is_seen_before_it_is_spent_for(floor: ShopFloor) -> None:
    floor.tap(HOME)
    page = floor.choose("G02")
    assert isinstance(floor.do(ev.PaperLooked()), views.Preview)
    (looked,) = floor.tray.looked_at
    told = written(looked)
    assert told["会员"] == "张*伟"
    assert told["QR"] == SPECIMEN
    assert told["券号"] == NO_NUMBER, "whoever photographs the screen has nothing"
    assert not floor.tray.papers
    assert floor.do(ev.WentBack()) == page, "the same ticket: looking changes nothing"
    assert isinstance(floor.confirm(), views.TakeVoucher)
    (printed,) = floor.tray.papers
    assert [type(part) for part in printed.parts] == [type(part) for part in looked.parts]


def test_a_confirm_that_was_meant_for_the_page_before_prints_nothing(floor: ShopFloor) -> None:
    floor.tap(HOME)
    page = floor.choose("G02")
    floor.do(ev.PaperLooked(), ev.Confirmed(page.ticket, PIN))
    assert not floor.tray.papers
    assert "redeem" not in floor.kinds()


def test_a_statement_is_looked_at_and_printed_once_a_visit(floor: ShopFloor) -> None:
    floor.tap(HOME)
    asked = floor.do(ev.HistoryOpened())
    assert isinstance(asked, views.History)
    offer = asked.choices[-1]
    assert offer.tells == ev.StatementOpened()
    looked = floor.do(offer.tells)
    assert isinstance(looked, views.Preview)
    press = looked.choices[1].tells
    taken = floor.do(press)
    assert isinstance(taken, views.Notice)
    assert taken.code == ""
    assert len(floor.tray.papers) == 1
    floor.do(press)
    assert len(floor.tray.papers) == 1, "twice the same is once"
    after = floor.do(ev.WentBack())
    assert isinstance(after, views.History)
    assert ev.StatementOpened() not in [one.tells for one in after.choices]
    floor.do(ev.StatementOpened())
    assert floor.now == after
    assert "printing" not in floor.kinds(), "a statement is worth nothing and stands in no book"


@pytest.mark.parametrize("ends", [ev.Outcome.NOT_PRINTED, ev.Outcome.UNKNOWN])
def test_a_statement_that_did_not_come_out_may_be_asked_for_again(floor: ShopFloor, ends: ev.Outcome) -> None:
    floor.tap(HOME)
    floor.do(ev.HistoryOpened())
    looked = floor.do(ev.StatementOpened())
    assert isinstance(looked, views.Preview)
    floor.tray.ends = ends
    told = floor.do(looked.choices[1].tells)
    assert isinstance(told, views.Notice)
    assert told.code == "K-PR-05"
    again = floor.do(ev.WentBack())
    assert isinstance(again, views.History)
    assert ev.StatementOpened() in [one.tells for one in again.choices]


def test_without_a_printer_no_statement_is_offered(floor: ShopFloor) -> None:
    floor.tray.trouble = "K-PR-01"
    floor.tap(HOME)
    page = floor.do(ev.HistoryOpened())
    assert isinstance(page, views.History)
    assert ev.StatementOpened() not in [one.tells for one in page.choices]


def test_a_statement_that_was_looked_at_belongs_to_one_visit(floor: ShopFloor) -> None:
    floor.tap(HOME)
    floor.do(ev.HistoryOpened())
    looked = floor.do(ev.StatementOpened())
    assert isinstance(looked, views.Preview)
    floor.tap("6600000002")
    floor.do(looked.choices[1].tells)
    assert not floor.tray.papers
