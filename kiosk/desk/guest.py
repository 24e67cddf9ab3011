"""Somebody without a card: the gifts to look at, what is on, the opening hours, how to become a member.

Nothing is asked, nothing is kept, and the page clears itself like every visit.
"""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.activities import anything_going_on, what_is_on
from kiosk.desk.join import join, may_join
from kiosk.desk.pages import Journey, Page, frame, paged, turning
from kiosk.desk.shelf import Shopper, browse
from kiosk.desk.world import World
from kiosk.words import Words, _


@dataclass(frozen=True, slots=True)
class GuestService:
    """One row: what somebody may look at who is nobody's visitor. `offered` says whether it is there now."""

    name: str
    label: str
    icon: str
    journey: Callable[[World], Journey[None]]
    offered: Callable[[World], bool] = lambda _world: True


def look_at_gifts(world: World) -> Journey[None]:
    """The shelf; whoever touches a gift is asked to come with a card."""
    while (yield from browse(world, Shopper())) is not None:
        page = Page(lambda say, _left: notices.tap_first(world, say))
        event = yield page
        while not isinstance(event, ev.WentBack):
            event = yield page


def look_around(world: World) -> Journey[None]:
    """The page of what there is without a card, until they go back."""
    start = 1

    def draw(say: Words, _left: int) -> views.View:
        return views.Menu(
            frame=frame(world, say, "back", "staff", "leave"),
            title=say("Browse"),
            sentence=say("No card is needed for this. Nothing is kept about you."),
            tiles=tuple(
                views.Choice(say(row.label), ev.ServiceChosen(row.name), icon=row.icon)
                for row in _offered(world)
            ),
            turning=turning(say),
            start=start,
        )

    while True:
        event = yield Page(draw)
        if isinstance(event, ev.WentBack):
            return
        if isinstance(event, ev.PageTurned):
            start = event.page
        if isinstance(event, ev.ServiceChosen):
            chosen = next((row for row in _offered(world) if row.name == event.service), None)
            if chosen is not None:
                yield from chosen.journey(world)


def _offered(world: World) -> tuple[GuestService, ...]:
    return tuple(row for row in GUEST_SERVICES if row.offered(world))


def _hours(world: World) -> Journey[None]:
    def draw(say: Words, _left: int) -> views.View:
        return _article(world, say, say("Opening hours"), (say.of(world.rules().hours),))

    yield from _read(Page(draw))


def _how_to_join(world: World) -> Journey[None]:
    """At this kiosk, where the shop takes members in here; else they read how."""
    if may_join(world):
        yield from join(world)
        return

    def draw(say: Words, _left: int) -> views.View:
        place = say.of(world.rules().voucher.pickup)
        return _article(world, say, say("Become a member"), (
            say("Membership is free, and your points count from your first purchase."),
            say("1. Go to: {place}", place=place),
            say("2. Our staff give you a card and ask for a phone number. Nothing else is needed."),
            say("3. Hold the card to the reader here, set your PIN, and choose your first gift."),
        ))  # fmt: skip

    yield from _read(Page(draw))


def _article(world: World, say: Words, title: str, paragraphs: tuple[str, ...]) -> views.Article:
    _, pages = paged(say, (), 1, 1)
    around = frame(world, say, "back", "staff", "leave")
    return views.Article(frame=around, title=title, paragraphs=paragraphs, pages=pages)


def _read(page: Page) -> Journey[None]:
    while not isinstance((yield page), ev.WentBack):
        pass


GUEST_SERVICES: tuple[GuestService, ...] = (
    GuestService("gifts", _("The gifts"), "gift", look_at_gifts),
    GuestService("activities", _("What is on"), "calendar", what_is_on, anything_going_on),
    GuestService("hours", _("Opening hours"), "clock", _hours, lambda world: bool(world.rules().hours)),
    GuestService("join", _("Become a member"), "card", _how_to_join),
)
