"""Gifts as pieces: what came can be given at once, what is gone leaves the books, no promised gift does."""

import pytest
import sqlalchemy as sa
from shop import ShopFloor
from test_credit_desk import KIM, hire, onward, pick
from test_shift import count
from test_staff_sign_in import LIN, MEI, typed

from kiosk import events as ev
from kiosk import views
from kiosk.desk.surplus import KEPT
from kiosk.hub.inspection import inspect
from kiosk.hub.tables import balances, entries
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en

GIFT = "G22"


def at_the_desk(floor: ShopFloor) -> views.Listing:
    floor.tap(MEI)
    typed(floor)
    page = floor.do(ev.StockDeskOpened())
    assert isinstance(page, views.Listing), page
    return page


def pieces(floor: ShopFloor, gift: str = GIFT) -> int:
    """What the list says of it."""
    page = floor.now
    assert isinstance(page, views.Listing), page
    for number in range(1, page.pages.pages + 1):
        page = floor.do(ev.PageTurned(number))
        assert isinstance(page, views.Listing)
        for row in page.rows:
            if row.tells == ev.RowChosen(gift):
                return int(row.fact.split()[0])
    raise AssertionError(gift)


def book(floor: ShopFloor, why: str, number: str) -> views.View:
    floor.do(ev.RowChosen(GIFT))
    pick(floor, why)
    asked = count(floor, number)
    return onward(floor) if isinstance(asked, views.Notice) else asked


def agree(floor: ShopFloor) -> views.View:
    """The colleague's card and PIN."""
    floor.tap(KIM)
    return typed(floor, "246802")


def stocked(floor: ShopFloor) -> list[en.Body]:
    return floor.entries(en.Stocked)


def in_the_shop(floor: ShopFloor, gift: str = GIFT) -> int:
    """Everything of it that head office knows of: the world owes the rest."""
    with floor.office.engine.begin() as connection:
        b = balances.c
        asked = sa.select(b.amount).where(b.account == acc.WORLD, b.asset == acc.gift(gift))
        return -int(connection.scalar(asked) or 0)


def verdicts(floor: ShopFloor) -> list[tuple[str, str]]:
    e = entries.c
    with floor.office.engine.begin() as connection:
        asked = sa.select(e.verdict, e.reason).where(e.kind == en.Stocked.KIND).order_by(e.device, e.n)
        return [(verdict, reason) for verdict, reason in connection.execute(asked)]


def cut_off(floor: ShopFloor) -> None:
    floor.wire.cut = True
    floor.do(ev.LinkChanged(up=False))


def test_what_was_delivered_is_everybodys(floor: ShopFloor) -> None:
    at_the_desk(floor)
    before, had = pieces(floor), in_the_shop(floor)
    told = book(floor, "received", "24")
    assert isinstance(told, views.Notice)
    assert stocked(floor) == [en.Stocked(gift=GIFT, pieces=24, why="received")]
    floor.do(ev.WentBack())
    assert pieces(floor) == before + 24
    floor.do(ev.Left())
    floor.sync()
    floor.sync()
    assert verdicts(floor) == [("posted", "")]
    assert in_the_shop(floor) == had + 24
    at_the_desk(floor)
    assert pieces(floor) == before + 24
    with floor.office.engine.begin() as connection:
        assert list(inspect(connection)) == []


def test_a_second_touch_books_nothing_twice(floor: ShopFloor) -> None:
    at_the_desk(floor)
    floor.do(ev.RowChosen(GIFT))
    pick(floor, "received")
    page = count(floor, "24")
    assert isinstance(page, views.Notice)
    floor.do(page.choices[-1].tells, page.choices[-1].tells)
    assert len(stocked(floor)) == 1


def test_without_the_network_this_kiosk_gives_them_and_keeps_no_more_than_it_needs(floor: ShopFloor) -> None:
    at_the_desk(floor)
    before, held = pieces(floor), floor.journal.rights(acc.gift(GIFT))
    cut_off(floor)
    book(floor, "received", "24")
    floor.do(ev.WentBack())
    assert pieces(floor) == before + 24
    assert floor.journal.rights(acc.gift(GIFT)) == held + 24
    floor.do(ev.Left())
    floor.heal()
    floor.wait(70)
    assert floor.journal.rights(acc.gift(GIFT)) == KEPT
    floor.sync()
    assert verdicts(floor) == [("posted", "")]
    at_the_desk(floor)
    assert pieces(floor) == before + 24


def test_what_is_broken_leaves_the_books_when_a_second_person_agrees(floor: ShopFloor) -> None:
    hire(floor)
    at_the_desk(floor)
    before, had = pieces(floor), in_the_shop(floor)
    asked = book(floor, "broken", "5")
    assert isinstance(asked, views.Notice)
    assert stocked(floor) == []
    agree(floor)
    assert stocked(floor) == [en.Stocked(gift=GIFT, pieces=5, why="broken", second="kim")]
    floor.do(ev.WentBack())
    assert pieces(floor) == before - 5
    floor.sync()
    assert verdicts(floor) == [("posted", "")]
    assert in_the_shop(floor) == had - 5


@pytest.mark.parametrize("card", [MEI, LIN])
def test_nobody_agrees_with_themselves_nor_without_the_role(floor: ShopFloor, card: str) -> None:
    at_the_desk(floor)
    book(floor, "missing", "1")
    page = floor.tap(card)
    assert isinstance(page, views.Notice)
    assert page.title == floor.world.say("This card may not agree to it")
    floor.do(ev.WentBack())
    assert stocked(floor) == []


def test_a_promised_gift_never_leaves_the_books(floor: ShopFloor) -> None:
    hire(floor)
    floor.tap("6600000001")
    floor.choose(GIFT)
    floor.confirm()
    floor.do(ev.Left())
    at_the_desk(floor)
    book(floor, "missing", str(pieces(floor) + 1))
    agree(floor)
    told = floor.now
    assert isinstance(told, views.Notice)
    assert told.title == floor.world.say("Not so many are free")
    assert stocked(floor) == []


def test_without_the_network_only_the_kiosks_own_pieces_leave(floor: ShopFloor) -> None:
    hire(floor)
    agree(floor)  # whoever was here once can sign in without the network
    floor.do(ev.Left())
    at_the_desk(floor)
    held = floor.journal.rights(acc.gift(GIFT))
    cut_off(floor)
    book(floor, "broken", str(held + 1))
    agree(floor)
    told = floor.now
    assert isinstance(told, views.Notice)
    assert told.title == floor.world.say("Not possible without the network")
    assert stocked(floor) == []
    floor.do(ev.WentBack())
    book(floor, "broken", str(held))
    agree(floor)
    assert stocked(floor) == [en.Stocked(gift=GIFT, pieces=held, why="broken", second="kim")]
    assert floor.journal.rights(acc.gift(GIFT)) == 0


@pytest.mark.parametrize("typed_number", ["0", "1001"])
def test_only_so_many_at_once(floor: ShopFloor, typed_number: str) -> None:
    at_the_desk(floor)
    page = book(floor, "received", typed_number)
    assert isinstance(page, views.NumberEntry)
    assert page.error


def test_an_assistant_books_no_gifts(floor: ShopFloor) -> None:
    floor.tap(LIN)
    home = typed(floor, "135791")
    assert isinstance(home, views.StaffHome)
    assert ev.StockDeskOpened() not in [tile.tells for tile in home.tiles]


def pull_the_plug(floor: ShopFloor) -> None:
    floor.crash()
    floor.open()


def test_a_power_cut_before_the_touch_books_nothing_and_after_it_everything(floor: ShopFloor) -> None:
    at_the_desk(floor)
    floor.do(ev.RowChosen(GIFT))
    pick(floor, "received")
    count(floor, "24")
    pull_the_plug(floor)
    assert stocked(floor) == []
    at_the_desk(floor)
    book(floor, "received", "24")
    pull_the_plug(floor)
    assert stocked(floor) == [en.Stocked(gift=GIFT, pieces=24, why="received")]
