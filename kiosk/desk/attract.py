"""Nobody is here: the invitation, and the gift shelf for whoever only wants to look."""

from dataclasses import replace

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.pages import Journey, Page, frame
from kiosk.desk.shelf import Shopper, browse
from kiosk.desk.world import Front, World
from kiosk.words import LANGUAGES, Words


def attract(world: World, readers_gone: set[str]) -> Journey[None]:
    """The page between visits. A card ends it from outside."""
    page = Page(lambda say, _left: invitation(world, say, bool(readers_gone)))
    while True:
        event = yield page
        if isinstance(event, ev.ShelfOpened):
            yield from _look_around(world)
            return
        if isinstance(event, ev.CardUnreadable):
            yield from notices.read_it(notices.unreadable(world))
            return


def _look_around(world: World) -> Journey[None]:
    while (yield from browse(world, Shopper())) is not None:
        page = Page(lambda say, _left: notices.tap_first(world, say))
        event = yield page
        while not isinstance(event, ev.WentBack):
            event = yield page


def invitation(world: Front, say: Words, reader_gone: bool = False) -> views.Attract:
    """The page nobody has touched yet."""
    around = frame(world, say, "staff")
    if world.paper_low:  # for staff who pass by; it is no business of members yet
        around = replace(around, fact=say("Kiosk {number}, paper low", number=world.kiosk_number))
    return views.Attract(
        frame=around,
        invitation=say("Please tap your member card"),
        sentence=say("See your points, choose a gift, take your voucher"),
        reader=say("The card reader is resting. Please ask our staff.")
        if reader_gone
        else say("The card reader is below the screen"),
        languages=tuple(views.Language(code, name, code == say.language) for code, name in LANGUAGES.items()),
        choices=(
            views.Choice(say("Browse the gifts"), ev.ShelfOpened(), icon="gift"),
            views.Choice(say("Call staff"), ev.StaffCalled(), icon="bell"),
        ),
    )
