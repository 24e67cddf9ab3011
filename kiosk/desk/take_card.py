"""A card that was left in a reader which swallows cards: asked for until it is taken, then for staff."""

import logging

from kiosk import events as ev
from kiosk import views
from kiosk.desk.pages import Journey, Page, frame
from kiosk.desk.world import World
from kiosk.words import Words

log = logging.getLogger(__name__)

REMIND_S = 15
"""Seconds until the page is shown anew."""
ALARM_S = 30.0
"""Seconds after which nobody comes back by themselves: staff keep the card."""


class LeftIn:
    """Which of the swallowing readers hold a card, and since when somebody is asked to take it."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._holding: set[str] = set()
        self._since: float | None = None
        self._told = False

    def hear(self, event: ev.Event) -> None:
        """A card came, went, or its reader did."""
        match event:
            case ev.CardTapped(reader=reader) if reader in self._world.shop.inserted_readers:
                self._holding.add(reader)
                self._since, self._told = None, False
            case ev.CardRemoved(reader=reader) | ev.ReaderChanged(reader=reader, present=False):
                self._holding.discard(reader)

    @property
    def any(self) -> bool:
        """Whether a card is in one of them."""
        return bool(self._holding)

    def ask(self) -> Journey[None]:
        """The page that asks for it; its removal ends it from outside."""
        now = self._world.clock.monotonic()
        if self._since is None:
            self._since = now
        since = self._since
        if now - since >= ALARM_S and not self._told:
            self._told = True
            log.warning("K-CD-07 a card was left in %s", ", ".join(sorted(self._holding)))
        page = Page(lambda say, _left: reminder(self._world, say, since), countdown_s=REMIND_S)
        while True:
            yield page


def reminder(world: World, say: Words, since: float) -> views.Notice:
    """Take your card; after a while with the code for staff."""
    late = world.clock.monotonic() - since >= ALARM_S
    return views.Notice(
        frame=frame(world, say, "staff"),
        picture="card",
        title=say("Please take your card"),
        sentence=say("It is still in the reader.")
        if not late
        else say("It is still in the reader. Our staff keep it for you if you are gone."),
        points=say("Your visit has ended, nobody can see your points."),
        code_label=say("Code for staff") if late else "",
        code="K-CD-07" if late else "",
        code_facts=(say.time(world.clock.now()), say("Kiosk {number}", number=world.kiosk_number))
        if late
        else (),
    )
