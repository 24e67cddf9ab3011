"""A card that nobody has yet: staff help its holder to join, or they make it theirs by phone and PIN."""

from dataclasses import replace
from typing import Literal

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.pages import Draw, Journey, Page, frame
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.ledger.entries import Bound
from kiosk.membership.cards import Card
from kiosk.ports import Draft
from kiosk.words import Words

_MINE = ev.OptionChosen("card", "mine")
_JOIN = ev.OptionChosen("card", "join")
Wish = Literal["mine", "join"]


def whose_is_it(world: World) -> Journey[Wish | None]:
    """What to do about an unknown card: it is theirs and they prove it, or they join with it."""
    page = Page(_unknown(world), countdown_s=notices.READING_S)
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return None
        if event == _MINE:
            return "mine"
        if event == _JOIN and _may_join(world):
            return "join"


def bind(world: World, visitor: Visitor, card: Card) -> Journey[None]:
    """Make the card that lies there this member's, if they say so once more."""
    ticket, tail = world.ids.uuid7(), tail_of(card)
    page = Page(_sure(world, ticket, tail), countdown_s=notices.READING_S)
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return
        if event == ev.Submitted(ticket):
            break
    body = Bound(card=world.card_key.hash(card), tail=tail)
    world.journal.append(Draft(body, member=visitor.account.member, visit=visitor.visit))
    world.hub.nudge()
    yield from notices.read_it(_bound(world, tail))


def tail_of(card: Card) -> str:
    """The end of a card's number, as its owner reads it: digits as they are printed, else hexadecimal."""
    text = card.number.decode("ascii") if card.number.isalnum() else card.number.hex().upper()
    return text[-4:]


def _unknown(world: World) -> Draw:
    told = notices.unknown_card(world)

    def draw(say: Words, left: int) -> views.View:
        view = told(say, left)
        assert isinstance(view, views.Notice)
        offered = []
        if _may_join(world):
            offered.append(views.Choice(say("Join with this card"), _JOIN, icon="star"))
        if world.shop.phones and world.connected is not False:
            offered.append(views.Choice(say("It is mine: phone and PIN"), _MINE, icon="user"))
        if not offered:
            return view
        offered[-1] = replace(offered[-1], primary=True)
        return replace(view, choices=(*(replace(one, primary=False) for one in view.choices), *offered))

    return draw


def _may_join(world: World) -> bool:
    return world.shop.phones and world.rules().joining.terms > 0


def _sure(world: World, ticket: str, tail: str) -> Draw:
    def draw(say: Words, left: int) -> views.Notice:
        return views.Notice(
            frame=frame(world, say, "staff", "leave"),
            picture="card",
            title=say("Make card {tail} yours?", tail=tail),
            sentence=say(
                "From then on you can tap it to see your points. Only take a card that is your own."
            ),
            points=say("Your points stay where they are, in your account."),
            choices=(
                views.Choice(say("Not now"), ev.WentBack()),
                views.Choice(say("Yes, it is my card"), ev.Submitted(ticket), icon="check", primary=True),
            ),
            seconds_left=left,
            seconds_total=notices.READING_S,
        )

    return draw


def _bound(world: World, tail: str) -> Draw:
    return notices.notice(
        world,
        "card",
        lambda say: (
            say("Card {tail} is yours now", tail=tail),
            say("Head office notes it in a moment. Next time just tap it here."),
            say("Your points are safe."),
        ),
    )
