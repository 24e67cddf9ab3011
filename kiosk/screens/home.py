"""How much, until when, what today; redeem beneath."""

from pathlib import Path

from kivy.lang import Builder

from kiosk.screens.widgets import tier_card
from kiosk.screens.widgets.buttons import pushed
from kiosk.screens.widgets.framing import Page
from kiosk.screens.widgets.rows import history_line
from kiosk.screens.widgets.words import HIDDEN

__all__ = ["HomeUpright", "HomeWide", "tier_card"]

NEWEST = 3
"""History lines on this page; the others are on their own."""


class HomePage(Page):
    """Draws views.Home."""

    def drawn(self) -> None:
        """History and choices."""
        view, ids = self.view, self.ids
        # Without values there is no history to tell of, not even that there is none.
        ids.latest.shown = bool(view.history_title) and bool(view.points.strip(HIDDEN))
        ids.history.show(view.history[:NEWEST], history_line)
        ids.redeem.fill([view.redeem], pushed)
        ids.choices.shown = bool(view.choices)
        ids.choices.fill(view.choices, pushed)


class HomeUpright(HomePage):
    """Portrait."""


class HomeWide(HomePage):
    """Landscape."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
