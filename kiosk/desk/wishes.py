"""Gifts that somebody would like and cannot have now: out of stock, or still too dear."""

from kiosk import events as ev
from kiosk import views
from kiosk.desk.pages import Journey, Page, frame, paged
from kiosk.desk.shelf import Shopper, status, wanting
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.ledger.entries import Told
from kiosk.membership.gifts import Offer
from kiosk.ports import Draft
from kiosk.words import Words

ROWS = 6
"""Rows a page."""


def wishes(world: World, visitor: Visitor) -> Journey[bool]:
    """The list, until they go back: a touch notes a wish, once for each gift."""
    number = 1

    def draw(say: Words, _left: int) -> views.View:
        return _listing(world, say, _wanting(world, visitor), visitor.wished, number)

    while True:
        event = yield Page(draw)
        if isinstance(event, ev.WentBack):
            return False
        if isinstance(event, ev.PageTurned):
            number = event.page
        if isinstance(event, ev.RowChosen):
            note_wish(world, visitor, event.row)


def note_wish(world: World, visitor: Visitor, gift: str) -> None:
    """This gift, one day: once, and only what they cannot have now."""
    if gift in visitor.wished or gift not in {one.gift.id for one in _wanting(world, visitor)}:
        return
    visitor.wished.add(gift)
    told = Told(what="wish", topic=gift)
    world.journal.append(Draft(told, member=visitor.account.member, visit=visitor.visit))
    world.hub.nudge()


def any_wanting(world: World, visitor: Visitor) -> bool:
    """Whether there is anything to wish for."""
    return bool(_wanting(world, visitor))


def _wanting(world: World, visitor: Visitor) -> tuple[Offer, ...]:
    return wanting(world, Shopper(visitor.account.member, visitor.points(world)))


def _listing(
    world: World, say: Words, wanting: tuple[Offer, ...], noted: set[str], number: int
) -> views.Listing:
    shown, pages = paged(say, wanting, number, ROWS)
    return views.Listing(
        frame=frame(world, say, "back", "staff", "leave"),
        title=say("My wishes"),
        sentence=say("Touch what you would like to find on the shelf. The shop orders by these wishes."),
        rows=tuple(_row(say, one, noted=one.gift.id in noted) for one in shown),
        empty=say("Every gift is within your reach."),
        pages=pages,
    )


def _row(say: Words, one: Offer, *, noted: bool) -> views.ListRow:
    return views.ListRow(
        title=say.of(one.gift.name),
        note=status(say, one),
        fact=say("Noted") if noted else "",
        tells=None if noted else ev.RowChosen(one.gift.id),
        verb="" if noted else say("I wish for it"),
        icon="check" if noted else "heart",
        picture="" if noted else one.gift.picture,
    )
