"""Visitors who walk away: what stays on the glass, and whose page it is when the next card comes."""

from collections.abc import Callable

import pytest
from shop import PIN, ShopFloor

from kiosk import events as ev
from kiosk import views
from tests.journeys.test_give_points import FRIEND, friend_asked, give
from tests.journeys.test_phone_sign_in import MINE, come, number

THEIRS = ("12,480", "张", "0001", "6600", "100")
"""Balance and name of the giver and the friend, the ends of card and phone, what is being given."""
AWAY_S = 31


def asked_for_a_card(floor: ShopFloor) -> None:
    friend_asked(floor)


def asked_how_many(floor: ShopFloor) -> None:
    friend_asked(floor)
    floor.tap(FRIEND)


def asked_for_the_givers_pin(floor: ShopFloor) -> None:
    give(floor, pin="000000")


def asked_for_a_pin_by_phone(floor: ShopFloor) -> None:
    floor.do(ev.PhoneSignInOpened())
    number(floor, MINE)


def asked_for_a_code(floor: ShopFloor) -> None:
    come(floor, MINE)
    page = floor.do(ev.ServicesOpened(), ev.ServiceChosen("pin"))
    assert isinstance(page, views.Question)
    floor.do(next(one.tells for one in page.options if getattr(one.tells, "option", "") == "code"))
    assert isinstance(floor.now, views.NumberEntry)


def typing_a_phone_number(floor: ShopFloor) -> None:
    page = floor.do(ev.PhoneSignInOpened())
    assert isinstance(page, views.NumberEntry)
    floor.do(*(ev.TextKeyed(page.entry, digit) for digit in MINE[:8]))


PAGES = [
    asked_for_a_card,
    asked_how_many,
    asked_for_the_givers_pin,
    asked_for_a_pin_by_phone,
    asked_for_a_code,
    typing_a_phone_number,
]


@pytest.mark.parametrize("reach", PAGES)
def test_nothing_of_a_person_stays_and_the_next_card_is_a_new_visit(
    floor: ShopFloor, reach: Callable[[ShopFloor], None]
) -> None:
    reach(floor)
    asked = floor.wait(AWAY_S)
    assert isinstance(asked, views.StillThere)
    shown = repr(asked.behind)
    assert [one for one in (*THEIRS, MINE[:3], MINE[3:7]) if one in shown] == []
    home = floor.tap(FRIEND)  # whoever taps then begins a visit of their own
    assert isinstance(home, views.Home)
    assert home.points != "12,480"


def test_while_staff_are_called_a_card_is_no_friends(floor: ShopFloor) -> None:
    friend_asked(floor)
    floor.do(ev.StaffCalled())
    assert isinstance(floor.tap(FRIEND), views.Home)


def test_who_stays_goes_on(floor: ShopFloor) -> None:
    friend_asked(floor)
    floor.wait(AWAY_S)
    floor.do(ev.Stayed())
    assert isinstance(floor.tap(FRIEND), views.Question)


def test_a_phone_and_its_pin_end_with_the_visit(floor: ShopFloor) -> None:
    asked_for_a_pin_by_phone(floor)
    pad = floor.now
    assert isinstance(floor.wait(AWAY_S + 60), views.Attract)
    assert isinstance(pad, views.PinPad)
    assert isinstance(floor.do(ev.Confirmed(pad.ticket, PIN)), views.Attract)
