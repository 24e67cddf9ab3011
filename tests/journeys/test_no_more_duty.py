"""Staff whom head office sends away while they work: nothing is claimed in their name, nothing is lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from shop import ShopFloor, together, written

from kiosk import events as ev
from kiosk import views
from kiosk.desk.elsewhere import WAIT_S
from kiosk.hub.records import record_of
from kiosk.hub.staff import Person, Staff
from kiosk.ledger import entries as en
from kiosk.membership.claims import ClaimAnswer

HOME, MEI, LIN = "6600000001", "6600000801", "6600000802"
PINS = {MEI: "135790", LIN: "135791"}


@pytest.fixture
def here(tmp_path: Path) -> Iterator[ShopFloor]:
    made = ShopFloor(tmp_path / "here")
    yield made
    made.crash()


@pytest.fixture
def there(tmp_path: Path, here: ShopFloor) -> Iterator[ShopFloor]:
    made = ShopFloor(tmp_path / "there", here, kiosk="04")
    yield made
    made.crash()


def printed(floor: ShopFloor) -> dict[str, str]:
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    floor.do(ev.Left())
    floor.sync()
    return written(floor.tray.papers[-1])


def arrive(floor: ShopFloor, card: str = MEI) -> views.View:
    page = floor.tap(card)
    assert isinstance(page, views.PinPad), page
    return floor.do(ev.Confirmed(page.ticket, PINS[card]))


def signed(floor: ShopFloor) -> list[tuple[str, str]]:
    return [(one.staff, one.what) for one in floor.entries(en.StaffSign) if isinstance(one, en.StaffSign)]


def send_away(floor: ShopFloor, how: str) -> None:
    people = Staff(floor.office.engine, floor.office.settings)
    if how == "blocked":
        people.block("mei")
    else:
        people.add(Person("mei", "陈梅", "technician"), "at head office")


@pytest.mark.parametrize("how", ["blocked", "technician"])
def test_a_claim_that_waits_is_not_made_in_their_name(here: ShopFloor, there: ShopFloor, how: str) -> None:
    """The very sync that brings the right to claim tells that they may not use it."""
    paper = printed(here)
    arrive(there)
    there.do(ev.ClaimDeskOpened(), ev.CodeScanned("scanner", paper["QR"]))
    there.wait(1)
    assert isinstance(there.now, views.Busy)
    send_away(there, how)
    together(int(WAIT_S), there, here)
    assert isinstance(there.now, views.Notice | views.Attract)
    assert there.entries(en.Claim) == []
    assert signed(there) == [("mei", "in"), ("mei", "out")]
    together(40, there, here)
    arrive(there, LIN)
    there.do(ev.ClaimDeskOpened(), ev.CodeScanned("scanner", paper["QR"]))
    together(int(WAIT_S), there, here)
    assert isinstance(there.now, views.Verdict)
    assert there.now.tone == "go"
    number = paper["券号"].replace(" ", "")
    assert record_of(here.office, number)["claimed"] is True


def test_a_question_from_their_page_is_refused_in_words(here: ShopFloor) -> None:
    paper = printed(here)
    send_away(here, "blocked")
    here.sync()
    here.sync()
    here.do(ev.ClaimAsked("late", "", "", "mei", paper["QR"], signed_in=True))
    said = here.counter.heard["late"]
    assert said.result is ClaimAnswer.NOT_ALLOWED
    assert said.sentence
    assert here.entries(en.Claim) == []
    assert here.claim(paper["券号"], paper["校验码"]).result is ClaimAnswer.GIVEN


def test_the_screen_tells_whoever_stands_there(here: ShopFloor) -> None:
    arrive(here)
    send_away(here, "blocked")
    here.sync()
    here.sync()
    notice = here.wait(1)
    assert isinstance(notice, views.Notice)
    assert notice.picture == "lock"
    assert signed(here) == [("mei", "in"), ("mei", "out")]
    assert isinstance(here.do(ev.WentBack()), views.Attract)


def test_calling_staff_keeps_no_page_of_theirs_open(here: ShopFloor) -> None:
    home = arrive(here)
    for _ in range(here.world.shop.idle_s // 10):
        assert not isinstance(here.now, views.Attract)
        here.wait(9)
        here.do(ev.StaffCalled())
    assert isinstance(home, views.StaffHome)
    here.wait(10)
    assert isinstance(here.now, views.Attract)
    assert signed(here) == [("mei", "in"), ("mei", "out")]


def test_a_visitor_who_calls_staff_waits_for_them(here: ShopFloor) -> None:
    here.tap(HOME)
    here.wait(10)
    assert isinstance(here.do(ev.StaffCalled()), views.Notice)
    here.wait(here.world.shop.idle_s + here.world.shop.countdown_s)
    assert isinstance(here.now, views.Notice)
