"""The gift shelf: four tiles a page; out of reach is a grey picture, a lock, and the shortfall in words."""

from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import ColorProperty, ObjectProperty, StringProperty

from kiosk.events import GiftChosen, GiftWished
from kiosk.screens.tokens import look
from kiosk.screens.widgets import chips
from kiosk.screens.widgets.box import Box
from kiosk.screens.widgets.buttons import Pressable
from kiosk.screens.widgets.framing import Page
from kiosk.views import GiftTile

__all__ = ["ShelfLow", "ShelfSmall", "ShelfUpright", "ShelfWide", "chips"]


class GiftCard(Pressable, Box):
    """One gift. Within reach it can be chosen, else wished for: all of it is the heart's target."""

    tile = ObjectProperty(rebind=True)
    picture = StringProperty("gift")
    price_ink = ColorProperty(look.ink)

    def on_tile(self, *_: Any) -> None:
        """Reachable or not."""
        tile = self.tile
        self.kind = "card" if tile.reachable else "faint"
        self.able = tile.reachable or (bool(tile.wish) and not tile.wished)
        self.tells = (GiftChosen if tile.reachable else GiftWished)(tile.gift)
        self.picture = tile.picture if tile.reachable else f"{tile.picture}_grey"
        self.price_ink = look.ink if tile.reachable else look.ink2


def gift_card(tile: GiftTile) -> GiftCard:
    """A card for a tile."""
    return GiftCard(tile=tile)


class ShelfPage(Page):
    """Draws views.Shelf."""

    def drawn(self) -> None:
        """Tabs and tiles."""
        view, ids = self.view, self.ids
        ids.tabs.show(view.tabs)
        ids.tiles.fill(view.tiles, gift_card)
        ids.empty.text = "" if view.tiles else view.empty


class ShelfUpright(ShelfPage):
    """Portrait: the filters stand under the shelf, where a seated visitor reaches them."""


class ShelfWide(ShelfPage):
    """Landscape: four beside one another."""


class ShelfLow(ShelfPage):
    """Portrait, everything to press in the lower half: four beside one another under a picture."""


class ShelfSmall(ShelfPage):
    """A small panel: the title beside the points, the switch beside the pager."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
