"""Things of one kind, a line each; a line that leads somewhere is pressed as a whole."""

from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import ObjectProperty

from kiosk.screens.tokens import look
from kiosk.screens.widgets import rows
from kiosk.screens.widgets.box import Plate, Slab
from kiosk.screens.widgets.buttons import Pressable
from kiosk.screens.widgets.framing import Page
from kiosk.screens.widgets.layout import Row
from kiosk.views import ListRow

__all__ = ["ListingUpright", "ListingWide", "rows"]


class Dots(Row):
    """So many filled ones of so many, as on a stamp card."""

    dots = ObjectProperty((0, 0))

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.on_dots()

    def on_dots(self, *_: Any) -> None:
        """One for each stamp that the card takes."""
        filled, every = self.dots
        self.shown = every > 0
        self.fill([place < filled for place in range(every)], _dot)


def _dot(is_filled: bool) -> Plate:
    ink = look.accent if is_filled else look.surface
    size = look.pin_dot
    return Plate(wide=size, high=size, round_by=size, fill_ink=ink, edge_ink=look.edge, edge_width=look.line)


class ListLine(Slab):
    """A line that can only be read."""

    row = ObjectProperty(rebind=True)
    text_ink = look.ink


class OpenLine(Pressable, ListLine):
    """A line that leads somewhere."""


def list_line(row: ListRow) -> ListLine:
    """A part for a row."""
    if row.tells is None:
        return ListLine(row=row)
    return OpenLine(row=row, tells=row.tells, kind="plain")


class ListingPage(Page):
    """Draws views.Listing."""

    def drawn(self) -> None:
        """The lines."""
        self.ids.rows.show(self.view.rows, list_line)


class ListingUpright(ListingPage):
    """Portrait."""


COLUMN = 3
"""Lines in a column before a second one begins."""


class ListingWide(ListingPage):
    """Landscape: two columns when one is not enough."""

    def drawn(self) -> None:
        """The lines, the later half at the right."""
        shown = self.view.rows
        half = len(shown) if len(shown) <= COLUMN else -(-len(shown) // 2)
        self.ids.rows.show(shown[:half], list_line)
        self.ids.more.shown = bool(shown[half:])
        self.ids.more.show(shown[half:], list_line)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
