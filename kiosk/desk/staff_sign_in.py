"""Somebody of the staff proves themselves by their PIN, and is on record from signing in to signing out."""

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.pages import Draw, Journey, Page, frame, moment
from kiosk.desk.pin import CHECKING, Looked, Subject, ask_twice, look
from kiosk.desk.rights import obtain
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Returned, StaffSign
from kiosk.ledger.feed import Colleague
from kiosk.ports import Draft
from kiosk.words import Words

ROUTE = "staff"


def sign_in(world: World, colleague: Colleague, visit: str) -> Journey[Colleague | None]:
    """From their card to who works here now, or None after saying why not. `sign_out` ends it."""
    left: int | None = None
    while True:
        ticket, tries = world.ids.uuid7(), left
        event = yield from _answer(world, colleague, ticket, tries)
        if event is None:
            return None
        looked = yield from prove(world, colleague, visit, event.pin)
        if looked.right:
            return colleague
        if looked.why:
            locked = looked.why == "locked"
            yield from notices.read_it(_locked(world) if locked else _cannot_look(world))
            return None
        left = looked.left


def prove(world: World, colleague: Colleague, visit: str, pin: str) -> Journey[Looked]:
    """One PIN, one try. A right one is on record as signed in, the one that locked them as locked."""
    here = world.shop.offline_pin and bool(colleague.verifier)
    subject = Subject(acc.staff(colleague.id), colleague, ROUTE, here, acc.STAFF_TRIES if here else 0)
    try:
        looked = yield from look(world, subject, visit, pin)
    finally:
        if not subject.here:  # tries stay where a PIN can be checked without the network
            _give_back(world, subject.name)
    if looked.right:
        _record(world, StaffSign(staff=colleague.id, what="in"), visit)
    elif looked.why == "locked":
        _record(world, StaffSign(staff=colleague.id, what="locked"), visit)
    return looked


def pretend(world: World, staff: str, pin: str) -> Journey[Looked]:
    """What `prove` asks and hears, for a staff number that nobody has: head office counts and answers alike.

    No try is spent: whoever has some and is blocked gets them back.
    """
    if world.connected is False:
        return Looked(why="later")
    name = acc.staff(staff)
    try:
        short = yield from obtain(world, acc.TRIES, 1, name, moment(world, CHECKING))
    finally:
        _give_back(world, name)
    if short == "later":
        return Looked(why="later")
    answer = yield from ask_twice(world, name, ROUTE, world.ids.uuid7(), pin)
    if answer is None:
        return Looked(why="later")
    locked = answer.result == "locked" or answer.left < 1
    return Looked(why="locked" if locked else "", left=answer.left)


def sign_out(world: World, colleague: Colleague, visit: str) -> None:
    """They went, or their page locked."""
    _record(world, StaffSign(staff=colleague.id, what="out"), visit)


def _record(world: World, body: StaffSign, visit: str) -> None:
    world.journal.append(Draft(body, visit=visit, operator=body.staff))
    world.hub.nudge()


def _give_back(world: World, name: str) -> None:
    """Tries that were not spent go back to head office."""
    held = world.journal.rights(acc.TRIES, name)
    if held:
        world.journal.append(Draft(Returned(asset=acc.TRIES, amount=held, member=name), member=name))
        world.hub.nudge()


def _answer(
    world: World, colleague: Colleague, ticket: str, tries: int | None
) -> Journey[ev.Confirmed | None]:
    page = Page(_pad(world, colleague, ticket, tries))
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return None
        if isinstance(event, ev.Confirmed) and event.ticket == ticket:
            return event


def _pad(world: World, colleague: Colleague, ticket: str, tries: int | None) -> Draw:
    def draw(say: Words, _left: int) -> views.PinPad:
        wrong = "" if tries is None else say("That PIN was not right. {left} tries left.", left=tries)
        return views.PinPad(
            frame=frame(world, say, "leave"),
            title=say("Staff sign-in"),
            sentence=say("Hello, {name}. Please type your PIN for the kiosks.", name=colleague.name),
            ticket=ticket,
            pin_label=say("Staff PIN"),
            pin_hint=say("Cover the pad with your hand. Nobody else needs to know it."),
            pin_length=world.shop.pin_length,
            error=wrong,
            clear=say("Clear"),
            backspace=say("Delete"),
            cancel=say("Cancel"),
            confirm=say("Sign in"),
        )

    return draw


def _locked(world: World) -> Draw:
    return notices.notice(
        world,
        "lock",
        lambda say: (
            say("Your staff PIN is locked"),
            say("It was entered wrong too many times. Two colleagues at head office can open it again."),
            say("Nothing was changed."),
        ),
        "K-PN-02",
    )


def _cannot_look(world: World) -> Draw:
    return notices.notice(
        world,
        "network",
        lambda say: (
            say("Not possible without the network"),
            say("Head office did not answer, and this kiosk may not check your PIN by itself."),
            say("Nothing was changed."),
        ),
        "K-NW-02",
    )
