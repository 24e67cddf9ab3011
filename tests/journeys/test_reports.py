"""What members report: a lost card, a card that is theirs, a line that was not them."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from shop import PIN, ShopFloor, together

from kiosk import events as ev
from kiosk import views
from kiosk.hub.demo_shop import member_id
from kiosk.hub.member_tables import doubts
from kiosk.ledger import entries as en
from kiosk.membership.cards import Card
from tests.journeys.test_phone_sign_in import MINE, come, number, pin

HOME = "6600000001"
ME = member_id(HOME.encode())
FRESH = "6600000777"


def hashed(floor: ShopFloor, number: str, family: str = "virtual-cpu") -> bytes:
    return floor.identity.cards.hash(Card(family, number.encode()))


def report(floor: ShopFloor, number: str = HOME) -> views.View:
    come(floor, MINE)
    page = floor.do(ev.ServicesOpened(), ev.ServiceChosen("lost"))
    assert isinstance(page, views.Listing), page
    sure = floor.do(ev.RowChosen(number[-4:]))
    assert isinstance(sure, views.Notice)
    return floor.do(sure.choices[-1].tells)


def refused(floor: ShopFloor, number: str = HOME) -> str:
    floor.do(ev.Left())
    return code(floor.tap(number))


def test_a_lost_card_is_refused_everywhere_and_the_points_stay(floor: ShopFloor, tmp_path: Path) -> None:
    other = ShopFloor(tmp_path / "other", floor, kiosk="05")
    try:
        assert refused(other) == ""
        other.do(ev.Left())
        told = report(floor)
        assert isinstance(told, views.Notice)
        assert "0001" in told.title
        together(25, floor, other)
        assert (refused(floor), refused(other)) == ("K-CD-11", "K-CD-11")
        floor.do(ev.Left())
        home = come(floor, MINE)
        assert isinstance(home, views.Home)
        assert home.points == "12,480"
        other.cut()
        assert refused(other) == "K-CD-11"
    finally:
        other.crash()


def test_chip_and_stripe_of_one_number_are_one_card_and_others_stay_open(floor: ShopFloor) -> None:
    floor.tap(FRESH)
    floor.do(ev.OptionChosen("card", "mine"))
    number(floor, MINE)
    sure = pin(floor, PIN)
    assert isinstance(sure, views.Notice)
    floor.do(sure.choices[-1].tells, ev.WentBack(), ev.Left())
    floor.sync()
    report(floor)
    floor.sync()
    floor.do(ev.Left())
    assert code(floor.do(ev.CardTapped("swipe", Card("magnetic", HOME.encode())))) == "K-CD-11"
    assert refused(floor, FRESH) == ""
    floor.do(ev.Left())
    come(floor, MINE)
    page = floor.do(ev.ServicesOpened(), ev.ServiceChosen("lost"))
    assert isinstance(page, views.Listing)
    assert [row.tells for row in page.rows] == [ev.RowChosen(FRESH[-4:])]


def code(view: views.View) -> str:
    return view.code if isinstance(view, views.Notice) else ""


def test_cut_off_it_is_refused_here_at_once_and_says_that_others_learn_it_later(floor: ShopFloor) -> None:
    come(floor, MINE)
    floor.do(ev.ServicesOpened(), ev.ServiceChosen("lost"))
    floor.cut()
    sure = floor.do(ev.RowChosen(HOME[-4:]))
    assert isinstance(sure, views.Notice)
    told = floor.do(sure.choices[-1].tells)
    assert isinstance(told, views.Notice)
    assert told.sentence == floor.world.say(
        "Without the network other kiosks learn it later: this one refuses the card from now on."
    )
    assert refused(floor) == "K-CD-11"
    floor.crash()
    floor.open()
    assert refused(floor) == "K-CD-11"
    floor.heal()
    floor.sync()
    with floor.office.engine.begin() as connection:
        asked = sa.text("SELECT why FROM cards WHERE hash = :card")
        assert connection.scalar(asked, {"card": hashed(floor, HOME)}) == "lost"


def test_who_came_by_card_reports_none(floor: ShopFloor) -> None:
    floor.tap(HOME)
    page = floor.do(ev.ServicesOpened())
    assert isinstance(page, views.Menu)
    assert ev.ServiceChosen("lost") not in {tile.tells for tile in page.tiles}


def test_a_card_that_is_nobodys_becomes_theirs_by_phone_and_pin(floor: ShopFloor) -> None:
    told = floor.tap(FRESH)
    assert isinstance(told, views.Notice)
    assert told.code == "K-CD-01"
    floor.do(ev.OptionChosen("card", "mine"))
    number(floor, MINE)
    sure = pin(floor, PIN)
    assert isinstance(sure, views.Notice)
    assert "0777" in sure.title
    floor.do(sure.choices[-1].tells)
    assert isinstance(floor.do(ev.WentBack()), views.Home)
    floor.do(ev.Left())
    floor.sync()
    home = floor.tap(FRESH)
    assert isinstance(home, views.Home)
    assert home.points == "12,480"


@pytest.mark.parametrize("cut", [True, False])
def test_nothing_is_bound_without_proof(floor: ShopFloor, cut: bool) -> None:
    floor.tap(FRESH)
    if cut:
        floor.cut()
    floor.do(ev.OptionChosen("card", "mine"))
    if not cut:
        number(floor, MINE)
        pin(floor, "135791")
    floor.do(ev.Left())
    assert floor.entries(en.Bound) == []


def test_a_line_that_was_not_them_reaches_the_people_at_head_office(floor: ShopFloor) -> None:
    floor.tap(HOME)
    floor.choose("G02")
    floor.confirm()
    floor.do(ev.VoucherTaken())
    floor.tap(HOME)
    history = floor.do(ev.HistoryOpened())
    assert isinstance(history, views.History)
    page = floor.do(ev.OptionChosen("history", "doubt"))
    assert isinstance(page, views.Listing)
    assert [(row.title, row.fact) for row in page.rows] == [
        (row.what, row.points) for row in history.rows[: len(page.rows)]
    ]
    sure = floor.do(ev.RowChosen("1"))
    assert isinstance(sure, views.Notice)
    floor.do(sure.choices[0].tells)
    assert floor.entries(en.Doubt) == []
    sure = floor.do(ev.RowChosen("0"))
    assert isinstance(sure, views.Notice)
    floor.do(sure.choices[-1].tells, sure.choices[-1].tells)
    floor.sync()
    with floor.office.engine.begin() as connection:
        (row,) = connection.execute(sa.select(doubts)).all()
    assert (row.member, row.points, row.seen_by) == (ME, -980, "")
