"""A new card from staff: the account stays, the old card goes, and never are both or neither valid."""

import pytest
import sqlalchemy as sa
from shop import PIN, ShopFloor
from test_phone_sign_in import MINE, NEW, number, pin
from test_staff_sign_in import MEI, typed

from kiosk import events as ev
from kiosk import views
from kiosk.hub.tables import cards
from kiosk.ledger import entries as en
from kiosk.membership.cards import Card, keyed_hash

OLD, FRESH, OTHERS = "6600000001", "8800000777", "6600000002"


def hashed(card: str) -> bytes:
    return keyed_hash(b"k" * 32, Card("virtual-cpu", card.encode()))


def why(floor: ShopFloor, card: str) -> str | None:
    """What head office says of a card; None: it is nobody's."""
    with floor.office.engine.begin() as connection:
        return connection.scalar(sa.select(cards.c.why).where(cards.c.hash == hashed(card)))


def at_the_desk(floor: ShopFloor) -> views.View:
    """Mei opens it, the member types number and PIN."""
    floor.tap(MEI)
    typed(floor)
    floor.do(ev.ReplaceCardOpened())
    number(floor, MINE)
    return pin(floor, PIN)


def option(floor: ShopFloor, label: str) -> views.View:
    page = floor.now
    assert isinstance(page, views.Question), page
    (told,) = [one.tells for one in page.options if label in one.label]
    return floor.do(told)


def hand_out(floor: ShopFloor) -> views.View:
    page = floor.now
    assert isinstance(page, views.Notice), page
    return floor.do(page.choices[-1].tells)


def test_the_new_card_leads_to_the_account_and_the_old_one_nowhere(floor: ShopFloor) -> None:
    at_the_desk(floor)
    option(floor, "0001")
    floor.tap(FRESH)
    done = hand_out(floor)
    assert isinstance(done, views.Notice)
    assert "0777" in done.title
    (body,) = floor.entries(en.Replaced)
    assert body == en.Replaced(card=hashed(FRESH), tail="0777", old=(hashed(OLD), *body.old[1:]))
    floor.sync()
    assert (why(floor, OLD), why(floor, FRESH)) == ("replaced", "")
    floor.do(ev.Left())
    home = floor.tap(FRESH)
    assert isinstance(home, views.Home)
    assert home.points == "12,480"
    floor.do(ev.Left())
    refused = floor.tap(OLD)
    assert isinstance(refused, views.Notice)
    assert refused.code == "K-CD-15"


def test_it_is_on_record_who_gave_it(floor: ShopFloor) -> None:
    at_the_desk(floor)
    option(floor, "0001")
    floor.tap(FRESH)
    hand_out(floor)
    rows = floor.journal._database.execute("SELECT stored FROM entries ORDER BY n")
    (entry,) = [one for (stored,) in rows if (one := en.decode(stored)).kind == "replace"]
    assert entry.operator == "mei"


def test_a_further_card_leaves_the_others_alone(floor: ShopFloor) -> None:
    at_the_desk(floor)
    option(floor, floor.world.say("None, a further card"))
    floor.tap(FRESH)
    hand_out(floor)
    floor.sync()
    assert (why(floor, OLD), why(floor, FRESH)) == ("", "")


@pytest.mark.parametrize("card", [OTHERS, OLD, MEI])
def test_a_card_of_somebody_is_not_given_away(floor: ShopFloor, card: str) -> None:
    at_the_desk(floor)
    option(floor, "0001")
    asked = floor.tap(card)
    assert isinstance(asked, views.Notice)
    assert asked.title == floor.world.say("This card is somebody's already")
    assert floor.entries(en.Replaced) == []
    assert why(floor, OLD) == ""


def test_whoever_does_not_know_the_pin_gets_no_card(floor: ShopFloor) -> None:
    floor.tap(MEI)
    typed(floor)
    floor.do(ev.ReplaceCardOpened())
    number(floor, MINE)
    page = pin(floor, NEW)
    assert isinstance(page, views.PinPad)
    assert page.error
    assert floor.entries(en.Replaced) == []


def test_a_plug_that_is_pulled_before_the_entry_changes_nothing(floor: ShopFloor) -> None:
    at_the_desk(floor)
    option(floor, "0001")
    floor.tap(FRESH)
    floor.crash()
    floor.open()
    floor.sync()
    assert (why(floor, OLD), why(floor, FRESH)) == ("", None)


def test_a_plug_that_is_pulled_after_the_entry_leaves_the_new_card(floor: ShopFloor) -> None:
    at_the_desk(floor)
    option(floor, "0001")
    floor.tap(FRESH)
    floor.wire.cut = True
    hand_out(floor)
    floor.crash()
    floor.open()
    assert floor.replica.denied(hashed(OLD)) == "replaced"
    floor.wire.cut = False
    floor.sync()
    assert (why(floor, OLD), why(floor, FRESH)) == ("replaced", "")


def test_two_taps_hand_it_out_once(floor: ShopFloor) -> None:
    at_the_desk(floor)
    option(floor, "0001")
    page = floor.tap(FRESH)
    assert isinstance(page, views.Notice)
    floor.do(page.choices[-1].tells, page.choices[-1].tells)
    assert len(floor.entries(en.Replaced)) == 1


def test_without_the_network_nobody_is_proven(floor: ShopFloor) -> None:
    floor.tap(MEI)
    typed(floor)
    floor.wire.cut = True
    floor.do(ev.LinkChanged(up=False))
    page = floor.do(ev.ReplaceCardOpened())
    assert isinstance(page, views.Notice)
    assert page.code == "K-NW-03"
    floor.do(ev.WentBack())
    assert isinstance(floor.now, views.Attract)


def test_a_member_who_goes_back_comes_to_no_page_of_staff(floor: ShopFloor) -> None:
    floor.tap(MEI)
    typed(floor)
    floor.do(ev.ReplaceCardOpened())
    floor.do(ev.WentBack())
    assert isinstance(floor.now, views.Attract)
    assert floor.kinds()[-2:] == ["staff", "staff"]
