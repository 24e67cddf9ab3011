"""A newcomer's card: one from the stack is held to the reader, and is theirs from then on."""

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.bind_card import tail_of
from kiosk.desk.newcomer import Form
from kiosk.desk.pages import Journey, Page, frame, moment, wait_for
from kiosk.desk.world import ANSWER_S_MAX, World
from kiosk.ledger.entries import Bound
from kiosk.ledger.sync import Account
from kiosk.membership.cards import Card
from kiosk.ports import Draft
from kiosk.words import Words, _


def take_card(world: World, form: Form, card: Card | None) -> Journey[str]:
    """The end of the number of the card that is theirs now; '' without one. `card`: it lies there already."""
    while True:
        if card is not None and (yield from is_free(world, card)):
            return _bind(world, form, card)
        card = yield from _held_up(world, again=card is not None)
        if card is None:
            return ""


def _bind(world: World, form: Form, card: Card) -> str:
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
    return tail


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


def _held_up(world: World, *, again: bool) -> Journey[Card | None]:
    """The card that is held to the reader; None if they would rather have none."""
    page = Page(lambda say, left: _please(world, say, left, again=again), notices.READING_S, taps=True)
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return None
        if isinstance(event, ev.CardTapped):
            return event.card


def _please(world: World, say: Words, left: int, *, again: bool) -> views.Notice:
    return views.Notice(
        frame=frame(world, say, "staff"),
        picture="card",
        title=say("This card is somebody's already") if again else say("Take a card from the stack"),
        sentence=say("Please take another one and hold it to the reader.")
        if again
        else say("Hold it to the reader: from then on it is yours."),
        points=say("You are a member already. The card only makes it quicker."),
        choices=(views.Choice(say("No card, thank you"), ev.WentBack()),),
        seconds_left=left,
        seconds_total=notices.READING_S,
    )
