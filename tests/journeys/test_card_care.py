"""Staff and a member's card: lost, found, frozen by the store, opened again, here and elsewhere."""

from pathlib import Path

import pytest
from shop import PIN, ShopFloor, together
from test_phone_sign_in import MINE, number, pin
from test_replace_card import FRESH, OLD, hashed, option, why
from test_staff_sign_in import LIN, MEI, typed

from kiosk import events as ev
from kiosk import views
from kiosk.hub.changes import deny
from kiosk.ledger import entries as en


def at_the_desk(floor: ShopFloor, colleague: str = MEI, secret: str = "135790") -> views.View:
    floor.tap(colleague)
    typed(floor, secret)
    return floor.do(ev.CardCareOpened())


def step(floor: ShopFloor, does: str, reason: str, *, cut: bool = False) -> views.View:
    """Hold the card, choose, give the reason, be sure; `cut`: the network goes after signing in."""
    say = floor.world.say
    at_the_desk(floor)
    if cut:
        floor.cut()
        floor.do(ev.LinkChanged(up=False))
    floor.tap(OLD)
    option(floor, say(does))
    sure = option(floor, say(reason))
    assert isinstance(sure, views.Notice), sure
    return floor.do(sure.choices[-1].tells)


def lose(floor: ShopFloor, *, cut: bool = False) -> views.View:
    return step(floor, "Report it lost", "It was stolen", cut=cut)


def find(floor: ShopFloor, *, cut: bool = False) -> views.View:
    return step(floor, "Found: open it again", "Somebody handed it in", cut=cut)


def code(floor: ShopFloor) -> str:
    floor.do(ev.Left())
    page = floor.tap(OLD)
    floor.do(ev.Left())
    return page.code if isinstance(page, views.Notice) else ""


def test_lost_and_found_reach_every_kiosk(floor: ShopFloor, tmp_path: Path) -> None:
    other = ShopFloor(tmp_path / "other", floor, kiosk="05")
    try:
        done = lose(floor)
        assert isinstance(done, views.Notice)
        assert "0001" in done.title
        together(25, floor, other)
        assert (code(floor), code(other)) == ("K-CD-11", "K-CD-11")
        find(floor)
        together(25, floor, other)
        assert (code(floor), code(other)) == ("", "")
        other.cut()
        assert code(other) == ""
    finally:
        other.crash()


def test_without_the_network_it_holds_here_at_once_and_elsewhere_later(floor: ShopFloor) -> None:
    done = lose(floor, cut=True)
    assert isinstance(done, views.Notice)
    assert done.sentence == floor.world.say(
        "It holds at this kiosk now; other kiosks learn it as soon as there is a network again."
    )
    assert code(floor) == "K-CD-11"
    assert why(floor, OLD) == ""
    floor.heal()
    assert why(floor, OLD) == "lost"


def test_a_card_that_was_found_without_the_network_is_served_with_it(floor: ShopFloor) -> None:
    lose(floor)
    floor.sync()
    floor.do(ev.Left())
    done = find(floor, cut=True)
    assert isinstance(done, views.Notice)
    assert floor.replica.denied(hashed(OLD)) == ""
    assert why(floor, OLD) == "lost"
    floor.heal()
    floor.do(ev.LinkChanged(up=True))
    assert why(floor, OLD) == ""
    assert code(floor) == ""


def test_every_step_bears_its_operator_and_reason(floor: ShopFloor) -> None:
    lose(floor)
    assert floor.entries(en.CardStep) == [en.CardStep(card=hashed(OLD), step="lose", was="", reason="stolen")]
    rows = floor.journal._database.execute("SELECT stored FROM entries ORDER BY n")
    (entry,) = [one for (stored,) in rows if (one := en.decode(stored)).kind == "card"]
    assert entry.operator == "mei"
    floor.sync()
    assert why(floor, OLD) == "lost"


def test_a_manager_freezes_and_opens(floor: ShopFloor) -> None:
    step(floor, "Freeze it", "Somebody else may be using it")
    floor.sync()
    assert why(floor, OLD) == "held"
    assert code(floor) == "K-CD-12"
    step(floor, "Open it again", "It was looked into: all is well")
    floor.sync()
    assert why(floor, OLD) == ""
    assert code(floor) == ""


def test_an_assistant_only_reports_lost(floor: ShopFloor) -> None:
    at_the_desk(floor, LIN, "135791")
    page = floor.tap(OLD)
    assert isinstance(page, views.Question)
    assert [one.label for one in page.options] == [floor.world.say("Report it lost")]


@pytest.mark.parametrize("state", ["frozen", "cancelled", "replaced"])
def test_what_a_store_cannot_undo_is_told(floor: ShopFloor, state: str) -> None:
    with floor.office.engine.begin() as connection:
        deny(connection, hashed(OLD), state)
    at_the_desk(floor)
    page = floor.tap(OLD)
    assert isinstance(page, views.Notice)
    assert page.points == floor.world.say("There is nothing that you can change about it here.")
    assert floor.entries(en.CardStep) == []


@pytest.mark.parametrize("card", [FRESH, LIN])
def test_a_card_of_no_member_stays_as_it_is(floor: ShopFloor, card: str) -> None:
    at_the_desk(floor)
    page = floor.tap(card)
    assert isinstance(page, views.Notice)
    assert page.title == floor.world.say("This card is no member's")
    assert floor.entries(en.CardStep) == []


def test_a_card_that_is_not_at_hand_is_named_by_its_owner(floor: ShopFloor) -> None:
    page = at_the_desk(floor)
    assert isinstance(page, views.Notice)
    floor.do(page.choices[-1].tells)
    number(floor, MINE)
    pin(floor, PIN)
    option(floor, "0001")
    option(floor, floor.world.say("Report it lost"))
    sure = option(floor, floor.world.say("The owner cannot find it"))
    assert isinstance(sure, views.Notice)
    floor.do(sure.choices[-1].tells, sure.choices[-1].tells)
    assert len(floor.entries(en.CardStep)) == 1


def test_the_loser_of_two_kiosks_serves_what_head_office_says(floor: ShopFloor) -> None:
    lose(floor, cut=True)
    with floor.office.engine.begin() as connection:
        deny(connection, hashed(OLD), "frozen")
    floor.heal()
    floor.wait(60)
    assert why(floor, OLD) == "frozen"
    assert floor.replica.denied(hashed(OLD)) == "frozen"
