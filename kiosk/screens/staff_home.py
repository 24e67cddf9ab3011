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
BELOW = 6
"""Tiles below one another on a portrait one; more stand in two columns, or in three within low reach."""


class StaffHomePage(Page):
    """Draws views.StaffHome."""

    def drawn(self) -> None:
        """The tiles."""
        tiles, count = self.ids.tiles, len(self.view.tiles)
        many = count > BELOW
        upright = 1 + (many or look.low) + (many and look.low)
        cramped = look.low and look.large
        crowded = cramped or (many and (look.small or look.low or look.large))
        lying = BESIDE + 1 if crowded else min(max(count, 1), BESIDE)
        tiles.columns = upright if look.portrait else lying
        tiles.rows = max(1, -(-count // tiles.columns))
        tiles.fill(self.view.tiles, _bare_tile if crowded else _tile)


def _tile(choice: Choice) -> Push:
    if look.small or (look.low and look.large):
        choice = replace(choice, icon="")  # its words need the width
    return pushed(choice, least=look.staff_tile)


def _bare_tile(choice: Choice) -> Push:
    """Only what it is called: there is no room for what it is for."""
    return _tile(replace(choice, note=""))


class StaffHomeUpright(StaffHomePage):
    """Portrait."""


class StaffHomeWide(StaffHomePage):
    """Landscape: who above, what below in columns."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
