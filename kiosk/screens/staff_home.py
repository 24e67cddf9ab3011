"""What somebody of the staff may do here: a few large tiles, and who they are."""

from dataclasses import replace
from pathlib import Path

from kivy.lang import Builder

from kiosk.screens.tokens import look
from kiosk.screens.widgets.buttons import Push, pushed
from kiosk.screens.widgets.framing import Page
from kiosk.views import Choice

__all__ = ["StaffHomeUpright", "StaffHomeWide"]


BESIDE = 3
"""Tiles beside one another on a landscape panel."""


class StaffHomePage(Page):
    """Draws views.StaffHome."""

    def drawn(self) -> None:
        """The tiles."""
        tiles, count = self.ids.tiles, len(self.view.tiles)
        tiles.columns = 1 if look.portrait else min(max(count, 1), BESIDE)
        tiles.rows = max(1, -(-count // tiles.columns))
        tiles.fill(self.view.tiles, _tile)


def _tile(choice: Choice) -> Push:
    if look.small:
        choice = replace(choice, icon="")  # its words need the width
    return pushed(choice, least=look.staff_tile)


class StaffHomeUpright(StaffHomePage):
    """Portrait."""


class StaffHomeWide(StaffHomePage):
    """Landscape: who above, what below in columns."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
