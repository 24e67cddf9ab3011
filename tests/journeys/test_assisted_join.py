"""Staff help somebody to join: they tick, the newcomer types, and it is on record who helped."""

import pytest
import sqlalchemy as sa
from newcomer import FRESH, Newcomer
from shop import ShopFloor
from test_staff_sign_in import MEI, signed, typed

from kiosk import events as ev
from kiosk import views
from kiosk.hub.joining_tables import newcomers
from kiosk.ledger import entries as en

CARD = "8800000777"


def log(floor: ShopFloor) -> list[en.Entry]:
    rows = floor.journal._database.execute("SELECT stored FROM entries ORDER BY n")
    return [en.decode(stored) for (stored,) in rows]


def begin(floor: ShopFloor, wanted: str) -> Newcomer:
    """Mei signs in and opens it; who stands at the glass after her."""
    floor.tap(MEI)
    typed(floor)
    floor.do(ev.AssistedJoinOpened())
    page = floor.now
    assert isinstance(page, views.Question), page
    (told,) = [one.tells for one in page.options if one.label == floor.world.say(wanted)]
    floor.do(told)
    return Newcomer(floor)


def agree(guest: Newcomer) -> None:
    guest.press("I have read them and agree")
    guest.press("Go on")


def number(guest: Newcomer) -> None:
    guest.digits(FRESH)
    guest.press("Send me a code")
    guest.code()


def test_staff_tick_and_the_newcomer_types(floor: ShopFloor) -> None:
    guest = begin(floor, "Member")
    assert isinstance(floor.now, views.Question)
    assert floor.now.frame.fact == "陈梅"
    guest.press("That is all")
    assert signed(floor) == [("mei", "in"), ("mei", "out")]
    agree(guest)
    number(guest)
    guest.name()
    guest.pin()
    guest.pin()
    floor.tap(CARD)
    assert isinstance(floor.now, views.Notice)
    assert "0777" in floor.now.points
    helped = {entry.kind: entry.operator for entry in log(floor)[-5:]}
    assert helped == dict.fromkeys(("code", "try", "tried", "join", "bind"), "mei")
    floor.sync()
    with floor.office.engine.begin() as connection:
        wrong = connection.exec_driver_sql("SELECT count(*) FROM entries WHERE verdict <> 'posted'").scalar()
    assert wrong == 0


def test_a_number_alone_opens_an_account_at_once(floor: ShopFloor) -> None:
    guest = begin(floor, "Phone number only")
    assert signed(floor) == [("mei", "in"), ("mei", "out")]
    agree(guest)
    number(guest)
    assert isinstance(floor.now, views.Notice)
    assert FRESH[-4:] in floor.now.sentence
    (body,) = floor.entries(en.Joined)
    assert isinstance(body, en.Joined)
    assert body.what == "prospect"
    floor.sync()
    with floor.office.engine.begin() as connection:
        assert connection.scalars(sa.select(newcomers.c.what)).all() == ["prospect"]


@pytest.mark.parametrize("wanted", ["Member", "Phone number only"])
def test_who_goes_back_comes_to_no_page_of_staff(floor: ShopFloor, wanted: str) -> None:
    guest = begin(floor, wanted)
    if wanted == "Member":
        guest.press("That is all")
    floor.do(ev.WentBack())
    assert isinstance(floor.now, views.Attract)
    assert floor.entries(en.Joined) == []


def test_staff_who_go_back_are_still_signed_in(floor: ShopFloor) -> None:
    begin(floor, "Member")
    floor.do(ev.WentBack())
    floor.do(ev.WentBack())
    assert isinstance(floor.now, views.StaffHome)
    assert signed(floor) == [("mei", "in")]


def test_a_pulled_plug_before_the_last_page_leaves_nobody(floor: ShopFloor) -> None:
    guest = begin(floor, "Member")
    guest.press("That is all")
    agree(guest)
    number(guest)
    guest.name()
    floor.crash()
    floor.open()
    floor.sync()
    assert floor.entries(en.Joined) == []


def test_without_the_network_the_number_is_noted(floor: ShopFloor) -> None:
    guest = begin(floor, "Phone number only")
    floor.wire.cut = True
    floor.do(ev.LinkChanged(up=False))
    agree(guest)
    guest.digits(FRESH)
    guest.press("Yes, it is mine")
    (body,) = floor.entries(en.Joined)
    assert isinstance(body, en.Joined)
    assert (body.what, body.proof) == ("prospect", "")
