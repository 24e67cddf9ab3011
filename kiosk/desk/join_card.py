"""A newcomer's card: one from the stack is held to the reader, and is theirs from then on."""

from typing import Literal

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.bind_card import tail_of
from kiosk.desk.newcomer import Form
from kiosk.desk.pages import Draw, Journey, Page, frame, moment, wait_for
from kiosk.desk.papers import member_code_paper
from kiosk.desk.print_out import print_out
from kiosk.desk.world import ANSWER_S_MAX, World
from kiosk.ledger.entries import Bound
from kiosk.ledger.sync import Account
from kiosk.membership.cards import Card
from kiosk.membership.paper_cards import paper_card
from kiosk.ports import Draft
from kiosk.words import Words, _

ON_PAPER = ev.OptionChosen("card", "paper")


def take_card(world: World, form: Form, card: Card | None) -> Journey[Card | None]:
    """The card that is theirs now, from the stack or on paper. `card`: it lies on the reader already."""
    while True:
        if card is not None and (yield from is_free(world, card)):
            _bind(world, form, card)
            return card
        said = yield from _held_up(world, again=card is not None)
        if said is None:
            return None
        if isinstance(said, Card):
            card = said
            continue
        printed = paper_card(world.ids.nonce())
        # Theirs before it is paper: a number that nobody holds harms nobody, paper that leads nowhere would.
        _bind(world, form, printed)
        if (yield from _print(world, form, printed)):
            return printed
        card = None


def _bind(world: World, form: Form, card: Card) -> None:
    hashed, tail = world.card_key.hash(card), tail_of(card)
    body = Bound(card=hashed, tail=tail)
    world.journal.append(Draft(body, member=form.member, visit=form.visit, operator=form.operator))
    world.hub.nudge()
    # The account lives here at once, also while head office has not heard of it.
    account = Account(
        member=form.member, card=hashed, name=form.shown, card_tail=tail, tier="", points=0, cash=0, escrow=0,
        mark_n=0, as_of=world.clock.now(), lifetime=0, home=True,
    )  # fmt: skip
    world.replica.remember(account)


def is_free(world: World, card: Card) -> Journey[bool]:
    """Whether nobody is known to have it. Head office has the last word, when it hears of it."""
    hashed = world.card_key.hash(card)
    if world.replica.denied(hashed) or world.replica.staff_card(hashed) or world.replica.account(hashed):
        return False
    if world.connected is False:
        return True
    request = world.ids.uuid7()
    world.hub.ask_account(request, hashed)
    answered = yield from wait_for(
        world,
        moment(world, _("Looking at the card")),
        lambda event: event if isinstance(event, ev.AccountAnswered) and event.request == request else None,
        ANSWER_S_MAX,
    )
    answer = answered.answer if answered else None
    return answer is None or answer.standing in {"unknown", "limited"}


def _print(world: World, form: Form, card: Card) -> Journey[bool]:
    """Whether it came out; else they are told, and may have another or none."""
    waiting = Page(
        lambda say, _left: views.Busy(
            frame(world, say),
            say("One moment"),
            say("Your member code is being printed. Please wait for it."),
        ),
        held=True,
    )
    why = world.printer.ready()
    sheet = member_code_paper(world, world.say, form.shown, card)
    why = why or (yield from print_out(world, "member-code", sheet, waiting))
    if why:
        yield from notices.read_it(_not_printed(world, why))
    return not why


def _not_printed(world: World, why: str) -> Draw:
    return notices.notice(
        world,
        "printer",
        lambda say: (
            say("Your member code was not printed well"),
            say("Do not use that paper. You can have another one, or a card from the stack."),
            say("You are a member already."),
        ),
        why,
    )


def _held_up(world: World, *, again: bool) -> Journey[Card | Literal["paper"] | None]:
    """The card that is held to the reader, or paper; None if they would rather have none."""
    page = Page(lambda say, left: _please(world, say, left, again=again), notices.READING_S, taps=True)
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return None
        if event == ON_PAPER and not world.printer.ready():
            return "paper"
        if isinstance(event, ev.CardTapped):
            return event.card


def _please(world: World, say: Words, left: int, *, again: bool) -> views.Notice:
    on_paper = () if world.printer.ready() else (views.Choice(say("Print a code"), ON_PAPER, icon="print"),)
    return views.Notice(
        frame=frame(world, say, "staff"),
        picture="card",
        title=say("This card is somebody's already") if again else say("Take a card from the stack"),
        sentence=say("Please take another one and hold it to the reader.")
        if again
        else say("Hold it to the reader: from then on it is yours."),
        points=say("You are a member already. The card only makes it quicker."),
        choices=(views.Choice(say("No card, thank you"), ev.WentBack()), *on_paper),
        seconds_left=left,
        seconds_total=notices.READING_S,
    )
