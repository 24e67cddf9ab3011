"""Coupons and cards: gifts that wait for the member, and what is on their cards of stamps and uses."""

from kiosk import events as ev
from kiosk import views
from kiosk.desk.by_right import Counted, Waiting, counted, take, waiting
from kiosk.desk.pages import Journey, Page, paged, serving
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.words import Words

ROWS = 6
"""Rows a page."""


def coupons(world: World, visitor: Visitor) -> Journey[bool]:
    """The list, until they go back; True when the visitor is done for today."""
    number = 1

    def draw(say: Words, _left: int) -> views.View:
        return _listing(world, say, visitor, number)

    while True:
        event = yield Page(draw)
        if isinstance(event, ev.WentBack):
            return False
        if isinstance(event, ev.PageTurned):
            number = event.page
        if isinstance(event, ev.RowChosen):
            ending = yield from take_named(world, visitor, event.row)
            if ending in {"leave", "home"}:
                return ending == "leave"


def take_named(world: World, visitor: Visitor, asset: str) -> Journey[str]:
    """Take the gift that waits under this right; where to go next, '' when none does any more."""
    chosen = next((one for one in waiting(world, visitor) if one.right.asset == asset), None)
    return (yield from take(world, visitor, chosen)) if chosen is not None else ""


def any_here(world: World, _visitor: Visitor) -> bool:
    """Whether the shop gives anything of the kind."""
    rules = world.rules()
    return bool(rules.cards) or any(rule.gift for rule in rules.entitlements.values())


def tile_note(world: World, say: Words, visitor: Visitor) -> str:
    """How many gifts wait, for the tile."""
    count = len(waiting(world, visitor))
    return say("{count} waiting for you", count=count) if count else ""


def until(world: World, say: Words, one: Waiting | Counted) -> str:
    """Its last day, '' if it has none."""
    if one.until is None:
        return ""
    today = say.local(world.clock.now()).date()
    soon = isinstance(one, Waiting) and one.ends_soon(today)
    day = say.day(one.until) if one.until.year == today.year else say.full_day(one.until)
    return say("ends soon: {day}", day=day) if soon else say("good until {day}", day=day)


def _listing(world: World, say: Words, visitor: Visitor, number: int) -> views.Listing:
    gifts = tuple(_gift(world, say, one) for one in waiting(world, visitor))
    cards = tuple(_card(world, say, one) for one in counted(world, visitor))
    shown, pages = paged(say, (*gifts, *cards), number, ROWS)
    return views.Listing(
        frame=serving(world, say, "back", "staff", "leave"),
        title=say("Coupons and cards"),
        sentence=say("Without the network we cannot see your coupons and cards. They are safe.")
        if visitor.benefits is None
        else say("Touch a gift to print its voucher. As of {time}.", time=say.time(visitor.account.as_of)),
        rows=shown,
        empty=say("No gift or card is waiting for you at the moment."),
        pages=pages,
    )


def _gift(world: World, say: Words, one: Waiting) -> views.ListRow:
    return views.ListRow(
        title=say.of(one.gift.name),
        note=" · ".join(filter(None, (say.of(one.name), until(world, say, one)))),
        fact=say("free"),
        tells=ev.RowChosen(one.right.asset),
        verb=say("Take it"),
        icon="gift",
        picture=one.gift.picture,
    )


def _card(world: World, say: Words, one: Counted) -> views.ListRow:
    stamped = one.asset.startswith(acc.STAMPS)
    left = max(0, one.full - one.count)
    note = say("Stamps to your gift: {count}", count=left) if stamped and left else ""
    return views.ListRow(
        title=say.of(one.name),
        note=" · ".join(filter(None, (note, until(world, say, one)))),
        fact=say("{count} of {full} stamps", count=one.count, full=one.full)
        if stamped
        else say("{count} uses left", count=one.count),
        icon="calendar" if stamped else "card",
        dots=(min(one.count, one.full), one.full) if stamped else (0, 0),
    )
