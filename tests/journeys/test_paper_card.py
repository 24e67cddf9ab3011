"""A newcomer who takes no card from the stack: a printed code, worth nothing without the PIN."""

import pytest
from newcomer import FRESH, PIN, Newcomer
from shop import ShopFloor, written

from kiosk import events as ev
from kiosk import views
from kiosk.ledger import entries as en
from kiosk.membership.paper_cards import paper_card, qr_text


def with_a_code(floor: ShopFloor) -> tuple[Newcomer, str]:
    guest = Newcomer(floor)
    guest.until_the_end()
    guest.press("Print a code")
    return guest, written(floor.tray.papers[-1])["QR"]


def scan(floor: ShopFloor, text: str) -> views.View:
    return floor.do(ev.CodeScanned("scanner", text))


def test_the_code_and_the_pin_are_as_good_as_a_card(floor: ShopFloor) -> None:
    guest, code = with_a_code(floor)
    assert isinstance(guest.page, views.Notice)
    assert guest.page.title.startswith("欢迎")
    assert "纸质会员码" in guest.page.points
    guest.press("Done")
    floor.sync()
    pad = scan(floor, code)
    assert isinstance(pad, views.PinPad)
    home = floor.do(ev.Confirmed(pad.ticket, PIN))
    assert isinstance(home, views.Home)
    assert FRESH not in repr(home)


def test_nothing_is_shown_without_the_pin(floor: ShopFloor) -> None:
    guest, code = with_a_code(floor)
    guest.press("Done")
    floor.sync()
    pad = scan(floor, code)
    assert isinstance(pad, views.PinPad)
    wrong = floor.do(ev.Confirmed(pad.ticket, "000000"))
    assert isinstance(wrong, views.PinPad)
    assert wrong.error
    assert isinstance(floor.do(ev.WentBack()), views.Attract)


def test_it_is_theirs_before_it_is_paper_and_of_no_use_when_it_did_not_print(floor: ShopFloor) -> None:
    floor.tray.ends = ev.Outcome.UNKNOWN
    guest, _code = with_a_code(floor)
    told = guest.page
    assert isinstance(told, views.Notice)
    assert told.code == "K-PR-05"
    assert len(floor.entries(en.Bound)) == 1
    floor.tray.ends = ev.Outcome.CONFIRMED
    floor.do(ev.WentBack())
    guest.press("Print a code")
    assert len(floor.entries(en.Bound)) == 2
    assert isinstance(guest.page, views.Notice)
    assert "纸质会员码" in guest.page.points


def test_without_a_printer_no_code_is_offered(floor: ShopFloor) -> None:
    floor.tray.trouble = "K-PR-01"
    guest = Newcomer(floor)
    guest.until_the_end()
    page = guest.page
    assert isinstance(page, views.Notice)
    assert [choice.tells for choice in page.choices] == [ev.WentBack()]


@pytest.mark.parametrize("connected", [True, False])
def test_a_code_that_nobody_knows_shows_nothing(floor: ShopFloor, connected: bool) -> None:
    if not connected:
        floor.cut()
    told = scan(floor, qr_text(paper_card(b"s" * 16)))
    assert isinstance(told, views.Notice)
    assert told.code == ("K-CD-01" if connected else "K-NW-01")


def test_without_the_network_nobody_looks_at_the_pin(floor: ShopFloor) -> None:
    guest, code = with_a_code(floor)
    guest.press("Done")
    floor.sync()
    scan(floor, code)
    floor.do(ev.WentBack())
    floor.cut()
    pad = scan(floor, code)
    assert isinstance(pad, views.PinPad)
    told = floor.do(ev.Confirmed(pad.ticket, PIN))
    assert isinstance(told, views.Notice)
    assert told.code == "K-NW-02"
    assert isinstance(floor.do(ev.WentBack()), views.Attract)


def test_a_code_that_was_reported_lost_is_refused(floor: ShopFloor) -> None:
    guest, code = with_a_code(floor)
    guest.press("Done")
    (bound,) = floor.entries(en.Bound)
    assert isinstance(bound, en.Bound)
    floor.world.replica.deny(bound.card, "lost")
    told = scan(floor, code)
    assert isinstance(told, views.Notice)
    assert told.code == "K-CD-11"


def test_who_has_no_pin_yet_is_told_how_to_get_one(floor: ShopFloor) -> None:
    floor.cut()
    guest = Newcomer(floor)
    guest.without_network()
    guest.press("Print a code")
    code = written(floor.tray.papers[-1])["QR"]
    guest.press("Done")
    floor.heal()
    floor.sync()
    told = scan(floor, code)
    assert isinstance(told, views.Notice)
    assert told.title == floor.world.say("This account has no PIN yet")
