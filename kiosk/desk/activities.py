"""What is on in the shop, and when it is open: out of the rule pack, so the network is not needed."""

from kiosk import events as ev
from kiosk import views
from kiosk.desk.pages import Journey, Page, frame, paged
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.membership.rules import ActivityRule
from kiosk.words import Words

ROWS = 6
"""Rows a page."""


def activities(world: World, _visitor: Visitor) -> Journey[bool]:
    """The list for a member; False: they come back to the services."""
    yield from what_is_on(world)
    return False


def anything_on(world: World, _visitor: Visitor) -> bool:
    """Whether there is anything to tell a member."""
    return anything_going_on(world)


def what_is_on(world: World) -> Journey[None]:
    """The list, until they go back; a touch opens an activity."""
    number = 1

    def draw(say: Words, _left: int) -> views.View:
        return _listing(world, say, number)

    while True:
        event = yield Page(draw)
        if isinstance(event, ev.WentBack):
            return
        if isinstance(event, ev.PageTurned):
            number = event.page
        if isinstance(event, ev.RowChosen) and event.row in (found := _on(world)):
            yield from _read(world, found[event.row])


def anything_going_on(world: World) -> bool:
    """Whether there is anything to tell."""
    return bool(_on(world))


def _on(world: World) -> dict[str, ActivityRule]:
    today = world.say.local(world.clock.now()).date()
    return {name: rule for name, rule in world.rules().activities.items() if rule.until >= today}


def _listing(world: World, say: Words, number: int) -> views.Listing:
    shown, pages = paged(say, tuple(_on(world).items()), number, ROWS)
    return views.Listing(
        frame=frame(world, say, "back", "staff", "leave"),
        title=say("What is on"),
        sentence=say.of(world.rules().hours),
        rows=tuple(
            views.ListRow(
                title=say.of(rule.name),
                note=" · ".join((say.of(rule.when), say.of(rule.where))),
                tells=ev.RowChosen(name),
                verb=say("Open"),
                icon="store",
                picture=rule.picture,
            )
            for name, rule in shown
        ),
        empty=say("Nothing is on at the moment."),
        pages=pages,
    )


def _read(world: World, rule: ActivityRule) -> Journey[None]:
    def draw(say: Words, _left: int) -> views.View:
        _, pages = paged(say, (), 1, 1)
        return views.Article(
            frame=frame(world, say, "back", "staff", "leave"),
            title=say.of(rule.name),
            paragraphs=(say.of(rule.when), say.of(rule.where), say.of(rule.text)),
            pages=pages,
            picture=rule.picture,
        )

    page = Page(draw)
    while not isinstance((yield page), ev.WentBack):
        pass
