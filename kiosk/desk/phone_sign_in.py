"""A member without a card: phone number and PIN, and head office says whose they are, or nothing.

Nothing is told of a number without its PIN, and a number that nobody has is answered as any other. Every look
is one of the few that head office lends this kiosk, spent durably before it. Without the network nobody can
be known by a phone: what would tell them apart does not lie here.
"""

from dataclasses import dataclass

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.ask_hub import ask_twice
from kiosk.desk.customer import serve
from kiosk.desk.identify import same_log
from kiosk.desk.member_pin import pad, typed_pin
from kiosk.desk.number_entry import NumberAsk, number_or_choice
from kiosk.desk.pages import Draw, Journey
from kiosk.desk.pin_care import by_code
from kiosk.desk.visitor import PHONE_NUMBER, Visitor
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import PinTried, PinTry
from kiosk.ledger.sync import PhoneAnswer
from kiosk.membership.cards import Card
from kiosk.ports import Draft
from kiosk.words import Words, _

ROUTE = "phone"
_FORGOT = ev.OptionChosen("phone", "forgot")


@dataclass(frozen=True, slots=True)
class Caller:
    """A phone as it was typed: its name, its end, and the visit it is typed in."""

    name: str
    tail: str
    visit: str


def phone_sign_in(world: World) -> Journey[None]:
    """From the invitation to a cleared screen."""
    visitor = yield from known_by_phone(world)
    if visitor is not None:
        yield from serve(world, visitor)


def known_by_phone(world: World) -> Journey[Visitor | None]:
    """Who proves by number and PIN whose phone it is; None after saying why not."""
    while True:
        if world.connected is False:
            yield from notices.read_it(needs_network(world))
            return None
        said = yield from number_or_choice(world, _number(), _choices)
        if said is None:
            return None
        if said == _FORGOT:
            yield from _forgotten(world)
            continue
        if isinstance(said, str):
            visitor = yield from _prove(world, _caller(world, said))
            if visitor is not None:
                return visitor


def _choices(say: Words) -> tuple[views.Choice, ...]:
    return (views.Choice(say("I have forgotten my PIN"), _FORGOT, icon="lock"),)


def _number() -> NumberAsk:
    return NumberAsk(
        title=_("Your phone number"),
        label=_("Mobile number"),
        sentence=_("The one you gave when you joined. It is your member card."),
        hint=_("Nobody is told whether a number is a member's."),
        submit=_("Go on"),
    )


def _caller(world: World, number: str) -> Caller:
    hashed = world.card_key.hash(Card(PHONE_NUMBER, number.encode()))
    return Caller(acc.phone(hashed), number[-4:], world.ids.uuid7())


def _prove(world: World, caller: Caller) -> Journey[Visitor | None]:
    """Their PIN until it is right, or a page that says why nothing more goes."""
    left: int | None = None
    while True:
        ticket = world.ids.uuid7()
        typed = yield from typed_pin(ticket, pad(world, ticket, lambda say: _purpose(say, caller), left))
        if typed is None:
            return None
        answer = yield from _look(world, caller, typed)
        if answer is None:
            return None
        if answer.result == "right":
            return (yield from _known(world, caller, answer))
        if answer.result == "locked" or not answer.left:
            yield from notices.read_it(locked(world))
            return None
        left = answer.left


def _purpose(say: Words, caller: Caller) -> tuple[str, str, str]:
    sentence = say("For the number ending {tail}. You will see your points then.", tail=caller.tail)
    return say("Your PIN"), sentence, say("Show my points")


def _look(world: World, caller: Caller, pin: str) -> Journey[PhoneAnswer | None]:
    """Spend a look, then ask. None after saying why nobody looked."""
    if world.connected is False:
        yield from notices.read_it(needs_network(world))
        return None
    if world.journal.rights(acc.LOOKS) < 1:
        yield from notices.read_it(too_often(world))
        return None
    (spent,) = world.journal.append(Draft(PinTry(route=ROUTE), visit=caller.visit))
    world.hub.nudge()
    answer = yield from ask_twice(
        world,
        PhoneAnswer,
        lambda request: world.hub.ask_phone(request, caller.name, spent.id, pin),
        _("Checking your PIN"),
    )
    if answer is None:
        yield from notices.read_it(needs_network(world))
        return None
    right = answer.result == "right"
    member = answer.account.member if answer.account is not None else None
    tried = PinTried(route=ROUTE, ok=right, where="hub")
    world.journal.append(Draft(tried, member=member, visit=caller.visit))
    return answer


def _known(world: World, caller: Caller, answer: PhoneAnswer) -> Journey[Visitor | None]:
    account = answer.account
    if account is None:
        yield from notices.read_it(notices.denied_card(world, answer.why))
        return None
    same_log(world, account)
    return Visitor(
        caller.visit,
        account,
        PHONE_NUMBER,
        elsewhere=answer.vouchers,
        cards=answer.cards,
        benefits=answer.benefits,
        lottery=answer.lottery,
    )


def _forgotten(world: World) -> Journey[None]:
    """A new PIN for the owner of a phone, by a code that reaches it."""
    ask = NumberAsk(
        title=_("Your phone number"),
        label=_("Mobile number"),
        sentence=_("We send a code to it. With the code you choose a new PIN."),
        hint=_("Nobody is told whether a number is a member's."),
        submit=_("Send me a code"),
    )
    said = yield from number_or_choice(world, ask, lambda _say: ())
    if isinstance(said, str):
        caller = _caller(world, said)
        yield from by_code(world, caller.name, caller.visit)


def needs_network(world: World) -> Draw:
    """What waits for the network, and what does not."""
    return notices.notice(
        world,
        "network",
        lambda say: (
            say("Phone numbers need the network"),
            say("Head office did not answer. With your card you can see your points here even now."),
            say("Nothing was changed. Your points are safe."),
        ),
        "K-NW-03",
    )


def too_often(world: World) -> Draw:
    """The looks that head office lent for this hour are used up."""
    return notices.notice(
        world,
        "clock",
        lambda say: (
            say("Too many tries at this kiosk"),
            say("Please wait a while, or tap your card. Our staff can help too."),
            say("Nothing was changed. Your points are safe."),
        ),
        "K-PN-03",
    )


def locked(world: World) -> Draw:
    """The PIN for this number was wrong too many times."""
    return notices.notice(
        world,
        "lock",
        lambda say: (
            say("This way in is locked"),
            say("The PIN was wrong too many times. A code to the phone opens it, and cards still work."),
            say("Nothing was changed. Your points are safe."),
        ),
        "K-PN-01",
    )
