"""A lost card, reported by its owner who came by phone number and PIN: nobody serves it any more.

It is denied here at once, and everywhere as soon as head office has heard. The points were never on the card:
they stay the member's.
"""

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.pages import Draw, Journey, Page, frame, paged
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.ledger.entries import Lost
from kiosk.ledger.sync import OwnCard
from kiosk.ports import Draft
from kiosk.words import Words

ROWS = 6
WHY = "lost"


def may_report(world: World, visitor: Visitor) -> bool:
    """Whether they have a card that is still served."""
    return bool(serving(world, visitor))


def serving(world: World, visitor: Visitor) -> tuple[OwnCard, ...]:
    """Their cards that nobody reported yet."""
    return tuple(one for one in visitor.cards if not world.replica.denied(one.card))


def report_lost(world: World, visitor: Visitor) -> Journey[bool]:
    """Which card, are they sure, what happens; the visitor goes on afterwards."""
    number = 1

    def draw(say: Words, _left: int) -> views.View:
        return listing(world, say, visitor, number)

    while True:
        event = yield Page(draw)
        if isinstance(event, ev.WentBack):
            return False
        if isinstance(event, ev.PageTurned):
            number = event.page
        if isinstance(event, ev.RowChosen):
            lost = tuple(one for one in serving(world, visitor) if one.tail == event.row)
            if lost and (yield from _report(world, visitor, lost)):
                return False


def listing(world: World, say: Words, visitor: Visitor, number: int) -> views.Listing:
    """Their cards; one plastic card may be several to us: chip and stripe bear the same number."""
    cards = tuple(
        views.ListRow(
            title=say("Card ending {tail}", tail=tail),
            tells=ev.RowChosen(tail),
            verb=say("Report lost"),
            icon="card",
        )
        for tail in dict.fromkeys(one.tail for one in serving(world, visitor))
    )
    shown, pages = paged(say, cards, number, ROWS)
    return views.Listing(
        frame=frame(world, say, "back", "staff", "leave"),
        title=say("Which card is lost?"),
        sentence=say("Your points stay with you, whatever becomes of the card."),
        rows=shown,
        empty=say("No card of yours is in use."),
        pages=pages,
    )


def _report(world: World, visitor: Visitor, lost: tuple[OwnCard, ...]) -> Journey[bool]:
    ticket, tail = world.ids.uuid7(), lost[0].tail
    page = Page(_sure(world, ticket, tail), countdown_s=notices.READING_S)
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return False
        if event == ev.Submitted(ticket):
            break
    member, visit = visitor.account.member, visitor.visit
    world.journal.append(*(Draft(Lost(card=one.card), member=member, visit=visit) for one in lost))
    for one in lost:
        world.replica.deny(one.card, WHY)
    world.hub.nudge()
    yield from notices.read_it(_reported(world, tail))
    return True


def _sure(world: World, ticket: str, tail: str) -> Draw:
    def draw(say: Words, left: int) -> views.Notice:
        return views.Notice(
            frame=frame(world, say, "back", "staff", "leave"),
            picture="card",
            title=say("Report card {tail} as lost?", tail=tail),
            sentence=say(
                "Nobody can use it any more, you neither. If it turns up again, our staff can open it."
            ),
            points=say("Points and balance stay in your account. Phone number and PIN go on working."),
            choices=(
                views.Choice(say("Keep it open"), ev.WentBack(), icon="back"),
                views.Choice(say("Report it lost"), ev.Submitted(ticket), icon="lock", primary=True),
            ),
            seconds_left=left,
            seconds_total=notices.READING_S,
        )

    return draw


def _reported(world: World, tail: str) -> Draw:
    waits = world.connected is False

    def words(say: Words) -> tuple[str, str, str]:
        here = say("Without the network other kiosks learn it later: this one refuses the card from now on.")
        everywhere = say(
            "This kiosk refuses it from now on, all others within moments. Our staff have a new one for you."
        )
        return (
            say("Card {tail} is reported lost", tail=tail),
            here if waits else everywhere,
            say("Your points are safe."),
        )

    return notices.notice(world, "card", words)
