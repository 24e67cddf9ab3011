"""A newcomer's phone: typed, shown once more, and proven by a code that reaches it.

Whether somebody is a member already is told to the phone alone: these pages look and take the same. Without
the network the number is noted as it was typed, and proven later.
"""

from typing import Literal

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.ask_hub import ask_twice
from kiosk.desk.newcomer import Form
from kiosk.desk.number_entry import PHONE, NumberAsk, enter_number, grouped, number_or_choice
from kiosk.desk.pages import Journey, Page, frame
from kiosk.desk.pin import ask_twice as ask_code
from kiosk.desk.pin_care import CODE_DIGITS, CODE_ROUTE
from kiosk.desk.pin_words import NEW_CODE, told
from kiosk.desk.visitor import PHONE_NUMBER
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import CodeAsked, PinTried, PinTry
from kiosk.ledger.sync import CodeAnswer
from kiosk.membership.cards import Card
from kiosk.ports import Draft
from kiosk.words import Words, _

Proven = Literal["proven", "later", "over", "back"]
"""later: head office cannot be asked now; over: they were told why it does not go on."""


def phone(world: World, form: Form) -> Journey[bool]:
    """Their number, proven or to be proven later. False: back, or they were told why it ends here."""
    while True:
        typed = yield from enter_number(world, _number(form))
        if typed is None:
            return False
        if typed != form.phone:
            form.phone, form.proof = typed, ""
        if form.proof:
            return True
        if not (yield from _is_right(world, form)):
            continue
        result = yield from _proven(world, form)
        if result in {"proven", "later"}:
            return True
        if result == "over":
            return False


def _number(form: Form) -> NumberAsk:
    return NumberAsk(
        title=_("Your mobile number"),
        label=_("Mobile number"),
        sentence=_("It is how we know you without a card. A code goes to it."),
        value=form.phone,
        hint=_("Nobody is told whether a number is a member's."),
        submit=_("Go on"),
    )


def _is_right(world: World, form: Form) -> Journey[bool]:
    """The number once more, large: a code must not go to a stranger."""
    ticket = world.ids.uuid7()
    page = Page(lambda say, _left: _check(world, say, form, ticket))
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return False
        if event == ev.Submitted(ticket):
            return True


def _check(world: World, say: Words, form: Form, ticket: str) -> views.Notice:
    cut = world.connected is False
    return views.Notice(
        frame=frame(world, say, "staff", "leave"),
        picture="bell",
        title=" ".join(grouped(form.phone, PHONE)),
        sentence=say("Is this your number? There is no network to check it, so please look closely.")
        if cut
        else say("Is this your number? We send a code to it."),
        choices=(
            views.Choice(say("Change it"), ev.WentBack()),
            views.Choice(
                say("Yes, it is mine") if cut else say("Send me a code"),
                ev.Submitted(ticket),
                icon="check",
                primary=True,
            ),
        ),
    )


def _proven(world: World, form: Form) -> Journey[Proven]:
    """Send a code and look at what was typed, as often as they ask for another one."""
    while True:
        (asked,) = world.journal.append(Draft(CodeAsked(), visit=form.visit, operator=form.operator))
        sent = yield from _ask_code(world, form.phone, asked.id)
        if sent is None:
            return "later"
        if sent.result != "sent":
            yield from notices.read_it(told(world, sent.result))
            return "over"
        result = yield from _typed(world, form)
        if result != "again":
            return result


def _ask_code(world: World, number: str, entry: str) -> Journey[CodeAnswer | None]:
    return (
        yield from ask_twice(
            world,
            CodeAnswer,
            lambda request: world.hub.ask_join_code(request, number, entry),
            _("Head office is sending the code"),
        )
    )


def _typed(world: World, form: Form) -> Journey[Proven | Literal["again"]]:
    name = acc.phone(world.card_key.hash(Card(PHONE_NUMBER, form.phone.encode())))
    wrong = False
    while True:
        said = yield from number_or_choice(world, _code(form, wrong=wrong), _another)
        if said is None:
            return "back"
        if said == NEW_CODE:
            return "again"
        if not isinstance(said, str):
            continue
        if world.journal.rights(acc.LOOKS) < 1:
            yield from notices.read_it(told(world, "too-often"))
            return "over"
        (spent,) = world.journal.append(
            Draft(PinTry(route=CODE_ROUTE), visit=form.visit, operator=form.operator)
        )
        looked = yield from ask_code(world, acc.code(name), CODE_ROUTE, spent.id, said)
        if looked is None:
            return "later"
        right = looked.result == "right"
        tried = PinTried(route=CODE_ROUTE, ok=right, where="hub")
        world.journal.append(Draft(tried, visit=form.visit, operator=form.operator))
        if right:
            form.proof = spent.id
            return "proven"
        if looked.result == "locked" or not looked.left:
            yield from notices.read_it(told(world, "code-over"))
            return "over"
        wrong = True


def _code(form: Form, *, wrong: bool) -> NumberAsk:
    return NumberAsk(
        title=_("The code from your phone"),
        label=_("Six digits"),
        sentence=_("We sent it a moment ago. It is good for five minutes."),
        groups=CODE_DIGITS,
        hint=_("Our staff never ask for this code."),
        error=_("That code was not right. Please look once more.") if wrong else "",
        submit=_("Go on"),
        fact=lambda _say: " ".join(grouped(form.phone, PHONE)),
    )


def _another(say: Words) -> tuple[views.Choice, ...]:
    return (views.Choice(say("Send another code"), NEW_CODE, icon="bell"),)
