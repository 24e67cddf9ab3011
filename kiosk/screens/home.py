"""How much, until when, what today; redeem beneath."""

from pathlib import Path

from kivy.lang import Builder

from kiosk.screens.listing import ListLine, list_line
from kiosk.screens.tokens import look
from kiosk.screens.widgets import tier_card
from kiosk.screens.widgets.buttons import Push, pushed
from kiosk.screens.widgets.framing import Page
from kiosk.screens.widgets.rows import history_line
from kiosk.screens.widgets.words import HIDDEN
from kiosk.views import Choice, ListRow

__all__ = ["HomeUpright", "HomeWide", "tier_card"]

NEWEST, NEWEST_SMALL = 3, 1
"""Lines on this page, of today and of the history; the others are on pages of their own."""


class HomePage(Page):
    """Draws views.Home."""

    def drawn(self) -> None:
        """History and choices."""
        view, ids = self.view, self.ids
        # Without values there is nothing to tell of, not even that there is none.
        crowded = look.small and bool(view.frame.offline)
        told = bool(view.points.strip(HIDDEN)) and not crowded
        room = NEWEST_SMALL if look.small else NEWEST - look.large
        today = view.today[:room] if told else ()
        ids.today.shown = bool(today)
        ids.days.show(today, _today_line)
        # A second heading takes as much as a line. Lying panels, and hands that must not reach up, have one.
        left = room - len(today) if look.portrait and not look.low else room * (not today)
        ids.latest.shown = bool(view.history_title) and told and left > 0
        ids.history.show(view.history[: max(1, left)], history_line)
        ids.redeem.fill([view.redeem], pushed)
        ids.choices.shown = bool(view.choices)
        ids.choices.fill(view.choices, _beside if len(view.choices) > 1 else pushed)


def _today_line(choice: Choice) -> ListLine:
    return list_line(ListRow(choice.label, note=choice.note, tells=choice.tells, icon=choice.icon))


def _beside(choice: Choice) -> Push:
    """One of several; on a small panel there is no room for icons beside one another."""
    push = pushed(choice)
    push.icon = "" if look.small else choice.icon
    return push


class HomeUpright(HomePage):
    """Portrait."""


class HomeWide(HomePage):
    """Landscape."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
