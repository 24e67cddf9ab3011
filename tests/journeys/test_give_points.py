"""Points for a friend: whole or not at all, once a day, under the giver's PIN."""

import pytest
import sqlalchemy as sa
from shop import PIN, ShopFloor

from kiosk import events as ev
from kiosk import views
from kiosk.hub.tables import entries
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.membership.cards import Card

GIVER, FRIEND = "6600000001", "6600000021"
AMOUNT = 100


def friend_asked(floor: ShopFloor, giver: str = GIVER) -> views.Question:
    floor.do(ev.Left())
    floor.tap(giver)
    page = floor.do(ev.ServicesOpened(), ev.ServiceChosen("give"))
    assert isinstance(page, views.Question), page
    return page


def give(floor: ShopFloor, friend: str = FRIEND, pin: str = PIN, amount: int = AMOUNT) -> views.View:
    friend_asked(floor)
    page = floor.tap(friend)
    assert isinstance(page, views.Question), page
    (tile,) = (one for one in page.options if getattr(one.tells, "option", "") == str(amount))
    pad = floor.do(tile.tells)
    assert isinstance(pad, views.PinPad), pad
    return floor.do(ev.Confirmed(pad.ticket, pin))


def points(floor: ShopFloor, card: str) -> int:
    floor.do(ev.Left())
    floor.sync()
    home = floor.tap(card)
    assert isinstance(home, views.Home)
    floor.do(ev.Left())
    return int(home.points.replace(",", ""))


def test_the_points_are_the_friends(floor: ShopFloor) -> None:
    before = points(floor, GIVER), points(floor, FRIEND)
    page = give(floor)
    assert isinstance(page, views.Notice)
    assert page.picture == "gift"
    assert (points(floor, GIVER), points(floor, FRIEND)) == (before[0] - AMOUNT, before[1] + AMOUNT)
    with floor.office.engine.begin() as connection:
        assert set(connection.scalars(sa.select(entries.c.verdict))) == {"posted"}


def test_both_entries_or_none(floor: ShopFloor) -> None:
    give(floor)
    (gave,), (received,) = floor.entries(en.Gave), floor.entries(en.Received)
    assert isinstance(gave, en.Gave)
    assert isinstance(received, en.Received)
    assert (gave.giving, gave.points) == (received.giving, received.points)
    assert not [key for key in floor.journal.balances() if key[0].startswith(acc.GIVING)]


def test_once_a_day(floor: ShopFloor) -> None:
    give(floor)
    before = points(floor, FRIEND)
    page = give(floor)
    assert isinstance(page, views.Notice)
    assert page.picture == "clock"
    assert points(floor, FRIEND) == before
    floor.clock.pass_by(86_400)
    give(floor)
    assert points(floor, FRIEND) == before + AMOUNT


def test_a_wrong_pin_moves_nothing(floor: ShopFloor) -> None:
    page = give(floor, pin="000000")
    assert isinstance(page, views.PinPad)
    assert page.error
    assert floor.entries(en.Gave) == []


@pytest.mark.parametrize("card", [GIVER, "6600000999", "6600000901"])
def test_no_friend_of_that_card(floor: ShopFloor, card: str) -> None:
    friend_asked(floor)
    page = floor.tap(card)
    assert isinstance(page, views.Notice)
    assert isinstance(floor.do(ev.WentBack()), views.Menu)
    assert floor.entries(en.Gave) == []


def test_without_the_network_nothing_is_given(floor: ShopFloor) -> None:
    floor.cut()
    page = give(floor, friend="6600000003")
    assert isinstance(page, views.Notice)
    assert page.picture == "network"
    assert floor.entries(en.Gave) == []


def test_the_friends_page_shows_a_masked_name_alone(floor: ShopFloor) -> None:
    friend_asked(floor)
    page = floor.tap(FRIEND)
    assert isinstance(page, views.Question)
    friend = floor.replica.account(floor.world.card_key.hash(Card("virtual-cpu", FRIEND.encode())))
    assert friend is None or "*" in friend.name
    assert "*" in page.title


def test_anywhere_else_a_card_begins_its_own_visit(floor: ShopFloor) -> None:
    floor.tap(GIVER)
    floor.do(ev.ServicesOpened())
    assert isinstance(floor.tap(FRIEND), views.Home)
