"""Journeys as generators: a journey yields pages and is sent the events that concern it."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from typing import TypeVar

from kiosk.desk.world import Front, World
from kiosk.events import Event, Ticked
from kiosk.views import Busy, Foot, Frame, Pages, Turning, View
from kiosk.words import Words, _

MOMENT_S = 0.4
"""A wait shorter than this needs no page of its own."""

Draw = Callable[[Words, int], View]
"""Words and seconds left -> a view. Called again when the language, the link or the seconds change."""


@dataclass(frozen=True, slots=True)
class Page:
    """What to show until the next event.

    `countdown_s` > 0: the page has its own clock and ends the visit itself; 0: the visit's idle dialog does.
    `held`: something is under way (a print): nobody can leave, no clock runs.
    `after_s` > 0: most answers come sooner, so the page before stays that long and nothing flashes.
    `staff`: somebody of the staff is signed in and works at it: there is nobody else to call.
    `taps`: a card that is held to a reader meanwhile is meant for it; else it begins a visit of its own.
    `scans`: bar codes that are scanned meanwhile are meant for it; other pages hear nothing of them.
    """

    draw: Draw
    countdown_s: int = 0
    held: bool = False
    after_s: float = 0.0
    scans: bool = False
    taps: bool = False
    staff: bool = False


T = TypeVar("T")
Journey = Generator[Page, Event, T]


class VisitEnded(Exception):
    """Thrown into a journey: the visitor left, or time ran out. Finish what is owed and return."""


FOOT_WORDS: dict[Foot, str] = {"back": _("Back"), "staff": _("Call staff"), "leave": _("Exit")}


def frame(world: Front, say: Words, *foot: Foot) -> Frame:
    """What stands around a page."""
    return Frame(
        language=say.language,
        shop=say.of(world.shop.name),
        fact=say("Kiosk {number}", number=world.kiosk_number),
        foot=foot,
        foot_labels=tuple(say(FOOT_WORDS[part]) for part in foot),
        offline=say("No network right now. Your points are safe.") if world.connected is False else "",
    )


def serving(world: World, say: Words, *foot: Foot) -> Frame:
    """What stands around a page that may lead to a voucher: it says beforehand when none can be printed."""
    around = frame(world, say, *foot)
    if not world.printer.ready():
        return around
    # It goes before the network's: what is in reach without the network cannot be had without a printer.
    return replace(around, offline=say("No vouchers can be printed right now. Your points are safe."))


Item = TypeVar("Item")


def paged(say: Words, items: tuple[Item, ...], number: int, size: int) -> tuple[tuple[Item, ...], Pages]:
    """The items of page `number` (from 1; of a page that does not exist the nearest), and where it is."""
    pages = max(1, -(-len(items) // size))
    page = min(max(1, number), pages)
    return items[(page - 1) * size : page * size], Pages(
        page=page,
        pages=pages,
        text=say("Page {page} of {pages}", page=page, pages=pages),
        previous=say("Previous") if page > 1 else say("First page"),
        following=say("Next") if page < pages else say("Last page"),
    )


def turning(say: Words) -> Turning:
    """The words of a pager whose pages the screen counts."""
    return Turning(
        text=say("Page {page} of {pages}", page="{page}", pages="{pages}"),
        first=say("First page"),
        previous=say("Previous"),
        following=say("Next"),
        last=say("Last page"),
    )


def moment(world: World, sentence: str) -> Page:
    """One moment, please: shown only if it takes longer than one."""

    def draw(say: Words, _left: int) -> View:
        return Busy(frame(world, say), say("One moment"), say(sentence))

    return Page(draw, after_s=MOMENT_S)


def wait_for(
    world: World, page: Page, wanted: Callable[[Event], T | None], seconds: float
) -> Journey[T | None]:
    """Show a page until `wanted` makes something of an event; None when the seconds are over."""
    deadline = world.clock.monotonic() + seconds
    while True:
        event = yield page
        found = wanted(event)
        if found is not None:
            return found
        if isinstance(event, Ticked) and event.now >= deadline:
            return None
