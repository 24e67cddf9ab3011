"""A member's own PIN: changed with the old one, or set by a code that reaches their phone.

The code opens what wrong PINs had locked, and gives the first PIN to whoever has none. All of it needs head
office: PINs lie nowhere else. What is asked of it is journalled before, and the same question asked again is
the same question.
"""

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.ask_hub import ask_twice
from kiosk.desk.member_pin import pad, prove, typed_pin
from kiosk.desk.number_entry import number_or_choice
from kiosk.desk.pages import Draw, Journey, Page, frame
from kiosk.desk.pin import ask_twice as ask_pin
from kiosk.desk.pin_words import NEW_CODE, code_pages, told
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import CodeAsked, PinSet, PinSetting, PinTried, PinTry
from kiosk.ledger.sync import CodeAnswer, NewPinAnswer
from kiosk.membership.pins import is_weak
from kiosk.ports import Draft, PinChange
from kiosk.words import Words, _

CODE_ROUTE = "code"
CODE_DIGITS = (6,)
_WEAK = _("Too common. Please take another: no birthday, no digits in a row.")
_DIFFERENT = _("The two were not the same. Please begin again.")
_SAME = _("That is your PIN already. Please take another.")


def pin_care(world: World, visitor: Visitor) -> Journey[bool]:
    """The page about the PIN; the visitor goes on afterwards."""
    ticket = world.ids.uuid7()
    event = yield from _chosen(world, visitor, ticket)
    if event is None:
        return False
    if world.connected is False:
        yield from notices.read_it(told(world, "later"))
        return False
    try:
        if event.option == "change":
            yield from _change(world, visitor)
        else:
            yield from by_code(world, visitor.account.member, visitor.visit)
    finally:
        if not visitor.by_phone:
            # What their home kiosk checks a PIN against without the network comes with their account.
            world.hub.ask_account(world.ids.uuid7(), visitor.account.card)
    return False


def _chosen(world: World, visitor: Visitor, ticket: str) -> Journey[ev.OptionChosen | None]:
    page = Page(lambda say, _left: question(world, say, visitor, ticket))
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return None
        if isinstance(event, ev.OptionChosen) and event.ticket == ticket:
            return event


def question(world: World, say: Words, visitor: Visitor, ticket: str) -> views.Question:
    """What about the PIN?"""
    change = views.Option(
        say("Change my PIN"), ev.OptionChosen(ticket, "change"), icon="lock", note=say("You know the old one")
    )
    by_phone = views.Option(
        say("Set my first PIN") if visitor.no_pin else say("Forgotten, or locked"),
        ev.OptionChosen(ticket, "code"),
        icon="shield",
        note=say("By a code that we send to your phone"),
    )
    return views.Question(
        frame=frame(world, say, "back", "staff", "leave"),
        title=say("Your PIN"),
        sentence=say("You need it to use points. Nobody of our staff can see it."),
        options=(by_phone,) if visitor.no_pin else (change, by_phone),
    )


def _change(world: World, visitor: Visitor) -> Journey[None]:
    checked = yield from prove(
        world,
        visitor,
        lambda say: (say("Your PIN now"), say("First the one you have, then the new one."), say("Go on")),
    )
    if checked is not None and checked.proof:
        yield from _set(world, visitor.account.member, visitor.visit, checked.proof, by_code=False)
    elif checked is not None:
        yield from notices.read_it(told(world, "later"))


def by_code(world: World, name: str, visit: str) -> Journey[None]:
    """Send a code, look at it, set a new PIN. `name`: a member's id, or a phone's name."""
    while True:
        answer = yield from _send(world, name, visit)
        if answer is None or answer.result != "sent":
            yield from notices.read_it(told(world, answer.result if answer else "later"))
            return
        proof = yield from _typed_code(world, name, visit, answer)
        if proof == NEW_CODE:
            continue
        if isinstance(proof, str):
            yield from _set(world, name, visit, proof, by_code=True)
        return


def _send(world: World, name: str, visit: str) -> Journey[CodeAnswer | None]:
    (asked,) = world.journal.append(Draft(CodeAsked(), member=_member(name), visit=visit))
    world.hub.nudge()
    return (
        yield from ask_twice(
            world,
            CodeAnswer,
            lambda request: world.hub.ask_code(request, name, asked.id),
            _("Head office is sending the code"),
        )
    )


def _typed_code(world: World, name: str, visit: str, sent: CodeAnswer) -> Journey[str | ev.Event | None]:
    """The try by which a code was right, NEW_CODE for another one, None after saying why not."""
    left: int | None = None
    while True:
        ask = code_pages(CODE_DIGITS, sent, left)
        said = yield from number_or_choice(world, ask, _another)
        if not isinstance(said, str):
            return said
        if world.journal.rights(acc.LOOKS) < 1:
            yield from notices.read_it(told(world, "too-often"))
            return None
        (spent,) = world.journal.append(Draft(PinTry(route=CODE_ROUTE), visit=visit))
        looked = yield from ask_pin(world, acc.code(name), CODE_ROUTE, spent.id, said)
        if looked is None:
            yield from notices.read_it(told(world, "later"))
            return None
        right = looked.result == "right"
        tried = PinTried(route=CODE_ROUTE, ok=right, where="hub")
        world.journal.append(Draft(tried, member=_member(name), visit=visit))
        if right:
            return spent.id
        if looked.result == "locked" or not looked.left:
            yield from notices.read_it(told(world, "code-over"))
            return None
        left = looked.left


def _another(say: Words) -> tuple[views.Choice, ...]:
    return (views.Choice(say("Send another code"), NEW_CODE, icon="bell"),)


def _set(world: World, name: str, visit: str, proof: str, *, by_code: bool) -> Journey[None]:
    """The new PIN, twice; journalled, then set by head office, then told."""
    error = ""
    while True:
        pin = yield from new_pin(world, error)
        if pin is None:
            return
        body = PinSetting(by="code" if by_code else "pin", proof=proof)
        (entry,) = world.journal.append(Draft(body, member=_member(name), visit=visit))
        change = PinChange(name, entry.id, proof, pin)
        answer = yield from _asknew_pin(world, change)
        result = answer.result if answer is not None else "later"
        ended = PinSet(change=entry.id, ok=result == "done", why="" if result == "done" else result)
        world.journal.append(Draft(ended, member=_member(name), visit=visit))
        world.hub.nudge()
        if result in {"weak", "same"}:
            error = _WEAK if result == "weak" else _SAME
            continue
        yield from notices.read_it(told(world, result))
        return


def _asknew_pin(world: World, change: PinChange) -> Journey[NewPinAnswer | None]:
    return (
        yield from ask_twice(
            world,
            NewPinAnswer,
            lambda request: world.hub.ask_new_pin(request, change),
            _("Head office is setting your PIN"),
        )
    )


def new_pin(world: World, error: str) -> Journey[str | None]:
    """Six digits that were typed twice alike, and are not what everybody chooses."""
    while True:
        first = yield from _typed(world, error, again=False)
        if first is None:
            return None
        if is_weak(first):
            error = _WEAK
            continue
        second = yield from _typed(world, "", again=True)
        if second is None or second == first:
            return second
        error = _DIFFERENT


def _typed(world: World, error: str, *, again: bool) -> Journey[str | None]:
    ticket = world.ids.uuid7()
    return (yield from typed_pin(ticket, _pad(world, ticket, error, again=again)))


def _pad(world: World, ticket: str, error: str, *, again: bool) -> Draw:
    def purpose(say: Words) -> tuple[str, str, str]:
        if again:
            return (
                say("The new PIN once more"),
                say("So that no slip of the finger locks you out."),
                say("Set it"),
            )
        return say("Your new PIN"), say("Six digits that nobody guesses."), say("Go on")

    return pad(world, ticket, purpose, None, error)


def _member(name: str) -> str | None:
    """Whose entry this is: nobody's as long as only a phone is known."""
    return None if name.startswith(acc.PHONE) else name
