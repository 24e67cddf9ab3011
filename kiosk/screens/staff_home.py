"""What somebody of the staff may do here: a few large tiles, and who they are."""

from pathlib import Path

from kivy.lang import Builder

from kiosk.screens.tokens import look
from kiosk.screens.widgets.buttons import Push, pushed
from kiosk.screens.widgets.framing import Page
from kiosk.views import Choice

__all__ = ["StaffHomeUpright", "StaffHomeWide"]


class StaffHomePage(Page):
    """Draws views.StaffHome."""

    def drawn(self) -> None:
        """The tiles."""
        self.ids.tiles.fill(self.view.tiles, _tile)


def _tile(choice: Choice) -> Push:
    return pushed(choice, least=look.staff_tile)


class StaffHomeUpright(StaffHomePage):
    """Portrait."""


class StaffHomeWide(StaffHomePage):
    """Landscape: who at the left, what at the right."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
