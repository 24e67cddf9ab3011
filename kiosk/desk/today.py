"""What a member can get today: up to three lines on their first page, each a tap into its journey."""

from collections.abc import Iterator

from kiosk import events as ev
from kiosk import views
from kiosk.desk import checkin
from kiosk.desk.activities import activities, anything_on
from kiosk.desk.by_right import waiting
from kiosk.desk.coupons import coupons, take_named, until
from kiosk.desk.pages import Journey
from kiosk.desk.shelf import Shopper, offers
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.membership.gifts import Reach
from kiosk.words import Words

LINES = 3
PANEL = "today"
"""The ticket of its choices."""
CHECK_IN, COUPONS, ACTIVITIES, GIFT = "checkin", "coupons", "activities", "gift:"


def lines(world: World, say: Words, visitor: Visitor) -> tuple[views.Choice, ...]:
    """The panel's lines, the most fleeting first; never none while there is anything to look forward to."""
    today = (*_gifts(world, say, visitor), *_check_in(world, say, visitor), *_in_reach(world, say, visitor))
    return (today or tuple(_next(world, say, visitor)))[:LINES]


def follow(world: World, visitor: Visitor, option: str) -> Journey[bool]:
    """The journey of a line; True when the visitor is done for today."""
    if option == CHECK_IN:
        return (yield from checkin.check_in(world, visitor))
    if option == COUPONS:
        return (yield from coupons(world, visitor))
    if option == ACTIVITIES:
        return (yield from activities(world, visitor))
    return (yield from take_named(world, visitor, option.removeprefix(GIFT))) == "leave"


def _gifts(world: World, say: Words, visitor: Visitor) -> Iterator[views.Choice]:
    """One by its name; of several the first, and how many more."""
    found = waiting(world, visitor)
    if not found:
        return
    first = found[0]
    yield _line(
        say("A gift for you: {gift}", gift=say.of(first.gift.name)),
        GIFT + first.right.asset,
        "gift",
        " · ".join(filter(None, (say.of(first.name), until(world, say, first)))),
    )
    if len(found) > 1:
        yield _line(say("More gifts waiting for you: {count}", count=len(found) - 1), COUPONS, "ticket", "")


def _check_in(world: World, say: Words, visitor: Visitor) -> Iterator[views.Choice]:
    if checkin.is_due(world, visitor):
        yield _line(say("Daily check-in"), CHECK_IN, "calendar", checkin.note(world, say, visitor))


def _in_reach(world: World, say: Words, visitor: Visitor) -> Iterator[views.Choice]:
    count = sum(one.reach is Reach.NOW for one in offers(world, _shopper(world, visitor)))
    if count:
        yield views.Choice(
            say("{count} gifts within your points", count=count), ev.ShelfOpened(), icon="store"
        )


def _next(world: World, say: Words, visitor: Visitor) -> Iterator[views.Choice]:
    """What comes next when there is nothing today."""
    saved_for = [one for one in offers(world, _shopper(world, visitor)) if one.reach is Reach.TOO_DEAR]
    if saved_for:
        nearest = min(saved_for, key=lambda one: one.missing)
        missing = say.points(nearest.missing)
        yield views.Choice(
            say("{points} points to your next gift", points=missing),
            ev.ShelfOpened(),
            icon="gift",
            note=say.of(nearest.gift.name),
        )
    if anything_on(world, visitor):
        yield views.Choice(say("What is on"), ev.OptionChosen(PANEL, ACTIVITIES), icon="store")


def _line(label: str, option: str, icon: str, note: str) -> views.Choice:
    return views.Choice(label, ev.OptionChosen(PANEL, option), icon=icon, note=note)


def _shopper(world: World, visitor: Visitor) -> Shopper:
    here = visitor.pocket.points if visitor.pocket else 0
    return Shopper(visitor.account.member, visitor.points(world), here)
