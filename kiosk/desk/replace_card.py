"""A new card for a member, given by staff: it takes the place of an old one, or stands beside it.

The member proves themselves by phone number and PIN, with their own fingers: staff never hear a PIN. One
entry puts the old card away and makes the new one theirs, so that a pulled plug leaves one of them valid,
never both. Points and balance are the account's: nothing of it moves.
"""

import msgspec

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.bind_card import tail_of
from kiosk.desk.join_card import is_free
from kiosk.desk.lost_card import serving
from kiosk.desk.pages import Draw, Journey, Page
from kiosk.desk.phone_sign_in import known_by_phone
from kiosk.desk.staff_answers import is_sure
from kiosk.desk.staff_pages import Locked, staff_frame, staff_page
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.ledger.entries import Replaced
from kiosk.ledger.feed import Colleague
from kiosk.ledger.sync import OwnCard
from kiosk.membership.cards import Card
from kiosk.ports import Draft
from kiosk.words import Words

WHY = "replaced"
_BESIDE = "beside"


def replace_card(world: World, colleague: Colleague) -> Journey[None]:
    """From the member's proof to a card in their hand."""
    visitor = yield from known_by_phone(world)
    if visitor is None:
        raise Locked  # whoever stands there now is not staff
    old = yield from _which(world, colleague, visitor)
    while old is not None:
        card = yield from _held_up(world, colleague, visitor)
        if card is None:
            return
        if (yield from _is_sure(world, colleague, old, tail_of(card))):
            _journal(world, colleague, visitor, old, card)
            yield from notices.read_it(done(world, old, tail_of(card)))
            return


def _which(world: World, colleague: Colleague, visitor: Visitor) -> Journey[tuple[OwnCard, ...] | None]:
    """The cards that go: chip and stripe of one plastic card bear the same number. (): none; None: back."""
    theirs = serving(world, visitor)
    if not theirs:
        return ()
    ticket = world.ids.uuid7()
    page = staff_page(world, which_goes(world, colleague, visitor, ticket))
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return None
        if isinstance(event, ev.OptionChosen) and event.ticket == ticket:
            if event.option == _BESIDE:
                return ()
            old = tuple(one for one in theirs if one.tail == event.option)
            if old:
                return old


def which_goes(world: World, colleague: Colleague, visitor: Visitor, ticket: str) -> Draw:
    """Their cards that are served, and none of them."""

    def draw(say: Words, left: int) -> views.Question:
        cards = tuple(
            views.Option(
                say("Card ending {tail}", tail=tail),
                ev.OptionChosen(ticket, tail),
                icon="card",
                note=say("The new one takes its place"),
            )
            for tail in dict.fromkeys(one.tail for one in serving(world, visitor))
        )
        beside = views.Option(
            say("None, a further card"),
            ev.OptionChosen(ticket, _BESIDE),
            icon="plus",
            note=say("Both lead to the same points"),
        )
        return views.Question(
            frame=staff_frame(world, say, colleague, left, "back"),
            title=say("Which card goes?"),
            sentence=say("{name}. Points and balance stay in the account.", name=visitor.account.name),
            options=(*cards, beside),
        )

    return draw


def _held_up(world: World, colleague: Colleague, visitor: Visitor) -> Journey[Card | None]:
    """A card that is nobody's yet, from the stack; None if they rather not."""
    again = False
    while True:
        page = Page(please(world, colleague, visitor, again=again), countdown_s=notices.READING_S, taps=True)
        event = yield page
        if isinstance(event, ev.WentBack):
            return None
        if not isinstance(event, ev.CardTapped):
            continue
        if (yield from is_free(world, event.card)):
            return event.card
        again = True


def please(world: World, colleague: Colleague, visitor: Visitor, *, again: bool) -> Draw:
    """Hold a new card to the reader; `again`: the one before was somebody's."""
    return lambda say, left: views.Notice(
        frame=staff_frame(world, say, colleague, left),
        picture="card",
        title=say("This card is somebody's already") if again else say("Take a card from the stack"),
        sentence=say("Please take another one and hold it to the reader.")
        if again
        else say("Hold it to the reader: it becomes the card of {name}.", name=visitor.account.name),
        choices=(views.Choice(say("Not now"), ev.WentBack()),),
        seconds_left=left,
        seconds_total=notices.READING_S,
    )


def _is_sure(world: World, colleague: Colleague, old: tuple[OwnCard, ...], tail: str) -> Journey[bool]:
    ticket = world.ids.uuid7()
    page = Page(sure(world, colleague, ticket, (old, tail)), countdown_s=notices.READING_S)
    return (yield from is_sure(page, ticket))


def sure(world: World, colleague: Colleague, ticket: str, change: tuple[tuple[OwnCard, ...], str]) -> Draw:
    """What goes and what comes, once more: (the old cards, the end of the new one's number)."""
    old, tail = change

    def draw(say: Words, left: int) -> views.Notice:
        gone = say("Card {old} goes for good, card {new} takes its place.", old=_tail(old), new=tail)
        return views.Notice(
            frame=staff_frame(world, say, colleague, left),
            picture="card",
            title=say("Hand out card {tail}?", tail=tail),
            sentence=gone if old else say("It leads to the same account as the cards before."),
            points=say("Points and balance stay in the account."),
            choices=(
                views.Choice(say("Another card"), ev.WentBack()),
                views.Choice(say("Hand it out"), ev.Submitted(ticket), icon="check", primary=True),
            ),
            seconds_left=left,
            seconds_total=notices.READING_S,
        )

    return draw


def _journal(
    world: World, colleague: Colleague, visitor: Visitor, old: tuple[OwnCard, ...], card: Card
) -> None:
    hashed, account = world.card_key.hash(card), visitor.account
    body = Replaced(card=hashed, tail=tail_of(card), old=tuple(one.card for one in old))
    world.journal.append(Draft(body, member=account.member, visit=visitor.visit, operator=colleague.id))
    for one in old:
        world.replica.deny(one.card, WHY)
    # Served here at once where this is their home, before head office has heard of it.
    world.replica.remember(msgspec.structs.replace(account, card=hashed, card_tail=body.tail))
    world.hub.nudge()


def _tail(cards: tuple[OwnCard, ...]) -> str:
    return cards[0].tail if cards else ""


def done(world: World, old: tuple[OwnCard, ...], tail: str) -> Draw:
    """Where the new card works, and the old one does not."""
    cut = world.connected is False

    def words(say: Words) -> tuple[str, str, str]:
        if cut:
            told = say("It works here; other kiosks learn it as soon as there is a network again.")
        elif old:
            told = say("All kiosks know it within moments, and refuse card {tail}.", tail=_tail(old))
        else:
            told = say("All kiosks know it within moments.")
        title = say("Card {tail} is handed out", tail=tail)
        return title, told, say("Points and balance stay in the account.")

    return notices.notice(world, "card", words)
