"""Paper care: a new roll step by step, the strip that proves it, and what members are told meanwhile."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from shop import ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.desk import paper_care
from kiosk.desk.notices import printer_resting
from kiosk.ledger import entries as en
from kiosk.ledger.feed import Colleague
from kiosk.membership.paper import Title

HOME, LIN, PIN = "6600000001", "6600000802", "135791"
LINDA = Colleague(id="lin", name="Lin", role="assistant")


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ShopFloor]:
    made = ShopFloor(tmp_path)
    yield made
    made.crash()


def sign_in(shop: ShopFloor) -> views.View:
    pad = shop.tap(LIN)
    assert isinstance(pad, views.PinPad)
    return shop.do(ev.Confirmed(pad.ticket, PIN))


def printer_is(shop: ShopFloor, trouble: str) -> views.View:
    shop.tray.trouble = trouble
    return shop.do(ev.PrinterChanged(trouble))


def notice(view: views.View) -> views.Notice:
    assert isinstance(view, views.Notice), view
    return view


def test_without_paper_staff_come_straight_to_the_printer_and_it_turns_the_pages(shop: ShopFloor) -> None:
    printer_is(shop, "K-PR-01")
    needy = notice(sign_in(shop))
    assert needy.code == "K-PR-01"
    assert [choice.tells for choice in needy.choices] == [ev.PaperChangeOpened()]
    assert notice(shop.do(ev.PaperChangeOpened())).picture == "paper_open"
    assert notice(printer_is(shop, "K-PR-02")).picture == "paper_roll"
    done = notice(printer_is(shop, ""))
    assert isinstance(shop.tray.papers[-1].parts[0], Title)
    assert (done.code, done.picture) == ("", "printer")
    assert notice(shop.do(ev.WentBack())).code == ""
    assert isinstance(shop.do(ev.WentBack()), views.StaffHome)


def test_hands_may_lead_where_the_printer_cannot_tell(shop: ShopFloor) -> None:
    sign_in(shop)
    shop.do(ev.PaperCareOpened())
    shop.do(ev.PaperChangeOpened())
    pictures = [notice(shop.do(ev.StepDone(step))).picture for step in (0, 0, 1, 2)]
    assert pictures == ["paper_roll", "paper_roll", "paper_pull", "paper_close"], "a second tap is none"
    assert notice(shop.do(ev.WentBack())).picture == "paper_pull"
    shop.do(ev.StepDone(2))
    shop.do(ev.StepDone(3))
    assert len(shop.tray.papers) == 1


def test_a_cover_that_stands_open_already_counts_as_the_first_step(shop: ShopFloor) -> None:
    printer_is(shop, "K-PR-02")
    sign_in(shop)
    assert notice(shop.do(ev.PaperChangeOpened())).picture == "paper_roll"
    assert notice(printer_is(shop, "")).picture == "printer"
    assert len(shop.tray.papers) == 1


@pytest.mark.parametrize("code", [f"K-PR-{number:02}" for number in range(1, 11)])
def test_every_fault_of_the_printer_is_told_to_members_and_to_staff(shop: ShopFloor, code: str) -> None:
    printer_is(shop, code)
    shop.tap(HOME)
    resting = notice(shop.do(ev.ShelfOpened(), ev.GiftChosen("G02")))
    assert resting.code == code
    silent = printer_resting(shop.world, "K-PR-05")(shop.world.say, 0)
    assert isinstance(silent, views.Notice)
    assert (resting.sentence == silent.sentence) == (code in {"K-PR-05", "K-PR-09"}), resting.sentence
    needs = paper_care.printer_page(shop.world, shop.world.say, LINDA, 60)
    assert needs.code == code
    assert needs.sentence


def test_a_cover_closed_over_no_paper_leads_back_to_the_roll(shop: ShopFloor) -> None:
    printer_is(shop, "K-PR-01")
    sign_in(shop)
    shop.do(ev.PaperChangeOpened())
    printer_is(shop, "K-PR-02")
    shop.do(ev.StepDone(1))
    shop.do(ev.StepDone(2))
    assert notice(printer_is(shop, "K-PR-01")).picture == "paper_roll"


def test_a_strip_that_does_not_come_out_says_what_to_do_and_is_no_record(shop: ShopFloor) -> None:
    sign_in(shop)
    shop.do(ev.PaperCareOpened())
    shop.tray.ends = ev.Outcome.UNKNOWN
    assert notice(shop.do(ev.TestStripAsked())).code == "K-PR-05"
    assert shop.entries(en.Printing) == []
    assert isinstance(shop.do(ev.Left()), views.Attract)


def test_a_lost_strip_is_told_too(shop: ShopFloor) -> None:
    sign_in(shop)
    shop.do(ev.PaperCareOpened())
    shop.tray.silent = True
    assert isinstance(shop.do(ev.TestStripAsked()), views.Busy)
    shop.clock.pass_by(shop.tray.longest_s() + 1)
    assert notice(shop.do(ev.Ticked(shop.clock.seconds))).code == "K-PR-09"


def test_members_hear_beforehand_that_nothing_can_be_printed(shop: ShopFloor) -> None:
    printer_is(shop, "K-PR-03")
    home = shop.tap(HOME)
    assert isinstance(home, views.Home)
    assert home.points
    assert home.frame.offline
    shelf = shop.do(ev.ShelfOpened())
    assert isinstance(shelf, views.Shelf)
    assert shelf.frame.offline == home.frame.offline
    shop.do(ev.LinkChanged(False))
    assert shop.now.frame.offline == home.frame.offline, "the printer goes before the network"
    shop.do(ev.LinkChanged(True))
    printer_is(shop, "")
    assert not shop.now.frame.offline


def test_a_low_roll_is_for_staff_to_see(shop: ShopFloor) -> None:
    plain = shop.now.frame.fact
    shop.do(ev.PrinterChanged("", near_end=True))
    assert shop.now.frame.fact != plain
    assert plain.split()[0] in shop.now.frame.fact
    home = shop.tap(HOME)
    assert isinstance(home, views.Home)
    assert home.frame.fact == plain
    assert not home.frame.offline
