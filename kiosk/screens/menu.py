"""What else can be done here: one large tile each."""

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import StringProperty

from kiosk.screens import listing
from kiosk.screens.tokens import look
from kiosk.screens.widgets import layers
from kiosk.screens.widgets.box import Box
from kiosk.screens.widgets.buttons import Pressable
from kiosk.screens.widgets.framing import Page
from kiosk.views import Choice

__all__ = ["MenuUpright", "MenuWide", "layers", "listing"]


class MenuTile(Pressable, Box):
    """One service: icon, name, small print."""

    label = StringProperty("")
    icon = StringProperty("")
    note = StringProperty("")

    def wants_height(self, width: float) -> float:
        """Large, and larger for long words."""
        return max(look.staff_tile, super().wants_height(width))


def _tile(choice: Choice) -> MenuTile:
    return MenuTile(label=choice.label, icon=choice.icon, note=choice.note, tells=choice.tells)


class MenuPage(Page):
    """Draws views.Menu: of all tiles one page, the one with the view's first tile."""

    def grid(self) -> tuple[int, int]:
        """Columns and rows that find room."""
        raise NotImplementedError

    def drawn(self) -> None:
        """The tiles, and the pager where they need more than one page."""
        (across, down), everything = self.grid(), self.view.tiles
        room = across * down
        pages = max(1, -(-len(everything) // room))
        page = min(max(1, -(-self.view.start // room)), pages)
        shown = everything[(page - 1) * room : page * room]
        tiles = self.ids.tiles
        tiles.columns, tiles.rows = across, max(1, -(-len(shown) // across))
        tiles.fill(shown, _tile)
        self._turn_to(page, pages, room)

    def _turn_to(self, page: int, pages: int, room: int) -> None:
        pager, words = self.ids.pager, self.view.turning
        pager.shown, pager.step, pager.page, pager.pages = pages > 1, room, page, pages
        pager.page_text = words.text.format(page=page, pages=pages)
        pager.previous = words.previous if page > 1 else words.first
        pager.following = words.following if page < pages else words.last


class MenuUpright(MenuPage):
    """Portrait; under low reach fewer rows, with larger text fewer tiles."""

    def grid(self) -> tuple[int, int]:
        """Eight tiles a page."""
        if look.low:
            return (2, 2) if look.large else (3, 2)
        return (2, 3) if look.large else (2, 4)


class MenuWide(MenuPage):
    """Landscape: what it is at the top, the tiles in two rows."""

    def grid(self) -> tuple[int, int]:
        """Eight tiles a page; on a small panel six, or three under a banner."""
        if look.small:
            return (3, 1) if self.frame.offline else (3, 2)
        return (4, 2)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
