"""What is open at a kiosk beside prints to look for: staff see its story, also without the network."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from shop import ShopFloor, together, written
from test_card_points import DEBITING, Floor, Mishap

from kiosk import events as ev
from kiosk import views
from kiosk.desk.elsewhere import WAIT_S
from kiosk.ledger import entries as en

HOME, MEI, PIN = "6600000001", "6600000801", "135790"


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    made = Floor(tmp_path)
    yield made
    made.crash()


def arrive(floor: ShopFloor) -> views.StaffHome:
    page = floor.tap(MEI)
    assert isinstance(page, views.PinPad), page
    home = floor.do(ev.Confirmed(page.ticket, PIN))
    assert isinstance(home, views.StaffHome), home
    return home


def tile_note(home: views.StaffHome) -> str:
    return next(tile.note for tile in home.tiles if tile.tells == ev.OpenVouchersOpened())


def listed(floor: ShopFloor) -> tuple[views.OpenVoucher, ...]:
    view = floor.do(ev.OpenVouchersOpened())
    assert isinstance(view, views.OpenVouchers), view
    return view.rows


def notice(view: views.View) -> views.Notice:
    assert isinstance(view, views.Notice), view
    return view


def card_in_doubt(floor: Floor) -> str:
    """A card left before it told whether it paid; the name of its move."""
    floor.cut()
    floor.redeem(floor.chips[0], Mishap("after", DEBITING))
    floor.take()
    floor.heal()
    (begun,) = floor.entries(en.Carding)
    assert isinstance(begun, en.Carding)
    return begun.move


def test_a_card_in_doubt_is_listed_with_its_story_until_it_has_told(floor: Floor) -> None:
    calm = tile_note(arrive(floor))
    assert listed(floor) == ()
    floor.do(ev.Left())
    move = card_in_doubt(floor)
    assert tile_note(arrive(floor)) != calm
    (row,) = listed(floor)
    (answer,) = row.answers
    assert answer.tells == ev.RowChosen(move)
    assert "*" in row.member
    told = notice(floor.do(answer.tells))
    assert (told.code_label, told.code_facts) == (row.member, (row.when,))
    assert isinstance(floor.do(ev.WentBack()), views.OpenVouchers)
    floor.do(ev.Left())
    floor.put(floor.chips[0])
    floor.take()
    assert tile_note(arrive(floor)) == calm
    assert listed(floor) == ()


def test_it_is_told_after_a_power_cut_and_without_the_network_too(floor: Floor) -> None:
    move = card_in_doubt(floor)
    floor.crash()
    floor.open()
    arrive(floor)
    floor.cut()
    (row,) = listed(floor)
    assert row.answers[0].tells == ev.RowChosen(move)
    before = floor.kinds()
    notice(floor.do(ev.RowChosen(move)))
    assert floor.kinds() == before, "reading a story journals nothing"


def test_a_name_that_nothing_has_opens_nothing(floor: Floor) -> None:
    arrive(floor)
    listed(floor)
    assert isinstance(floor.do(ev.RowChosen("nobody's")), views.OpenVouchers)


def test_a_print_whose_right_left_is_told_until_its_end_comes_back(tmp_path: Path) -> None:
    here = ShopFloor(tmp_path / "here")
    there = ShopFloor(tmp_path / "there", here, kiosk="04")
    here.tray.ends = ev.Outcome.UNKNOWN
    here.tap(HOME)
    here.choose("G02")
    here.confirm()
    here.do(ev.Left())
    here.sync()
    number, check = (written(here.tray.papers[-1])[label] for label in ("券号", "校验码"))
    arrive(here)
    (row,) = listed(here)
    assert len(row.answers) == 3
    there.present(number, check)
    for floor in (there, here):  # asked for, and let go; what the other one made of it has not come back
        floor.sync()
    arrive(here)
    (row,) = listed(here)
    (answer,) = row.answers
    told = notice(here.do(answer.tells))
    assert told.code.replace(" ", "") == number.replace(" ", "")
    together(int(WAIT_S), here, there)
    arrive(here)
    assert listed(here) == ()
    there.crash()
    here.crash()
