"""The tier card: the moon holds the balance, the ledge closes the card."""

from pathlib import Path
from typing import Any

from kivy.graphics import (
    Color,
    RoundedRectangle,
    SmoothEllipse,
    SmoothRoundedRectangle,
    StencilPop,
    StencilPush,
    StencilUnUse,
    StencilUse,
)
from kivy.lang import Builder
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, ObjectProperty

from kiosk.screens.tokens import look
from kiosk.screens.widgets.box import Box, Painted
from kiosk.screens.widgets.layers import Layers
from kiosk.screens.widgets.layout import Part


class MoonFace(Part):
    """The drawn side of the card."""

    tier = ObjectProperty("member")
    closed = BooleanProperty(False)
    """Whether the card ends here, so that all its corners are round."""

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Place, and draw here."""
        super().place(x, y, width, height)
        self._draw()

    def on_closed(self, *_: Any) -> None:
        """Draw again."""
        self._draw()

    def on_tier(self, *_: Any) -> None:
        """Draw again."""
        self._draw()

    def moon(self) -> tuple[float, float, float]:
        """Middle and diameter of the moon."""
        size = min(look.moon, self.height - look.tier_ledge - look.s16)
        return self.right - look.s40 - size / 2, self.top - look.s16 / 2 - size / 2, size

    def _draw(self) -> None:
        colours = look.tiers.get(self.tier, look.tiers["member"])
        x, y, moon = self.moon()
        ring = moon * look.ring_moon / look.moon
        low = look.r_card if self.closed else 0
        corners = [look.r_card, look.r_card, low, low]
        self.canvas.clear()
        with self.canvas:
            StencilPush()
            RoundedRectangle(pos=self.pos, size=self.size, radius=corners)
            StencilUse()
            Color(*colours.face)
            RoundedRectangle(pos=self.pos, size=self.size, radius=corners)
            Color(*colours.ring)
            SmoothEllipse(pos=(x - ring / 2, y - ring / 2), size=(ring, ring))
            Color(*colours.moon)
            SmoothEllipse(pos=(x - moon / 2, y - moon / 2), size=(moon, moon))
            Color(*colours.ledge)
            RoundedRectangle(pos=self.pos, size=(self.width, look.tier_ledge), radius=[0])
            StencilUnUse()
            RoundedRectangle(pos=self.pos, size=self.size, radius=corners)
            StencilPop()


class Bar(Painted):
    """How far it is: a bar filled with ink."""

    share = NumericProperty(0)

    def paint(self, *_: Any) -> None:
        """The outline, then what is done."""
        super().paint()
        if self.canvas is None or self.share <= 0:
            return
        with self.canvas.before:
            Color(*look.ink)
            filled = max(self.height, self.width * min(1.0, self.share))
            SmoothRoundedRectangle(pos=self.pos, size=(filled, self.height), radius=[self.height / 2])

    def on_share(self, *_: Any) -> None:
        """Draw again."""
        self.paint()


class MoonWords(Layers):
    """Label and balance in the middle of the moon."""


class TierCard(Box):
    """Tier, points, balance, and the way to the next tier."""

    view = ObjectProperty(rebind=True)
    ink = ColorProperty(look.ink)

    def on_view(self, *_: Any) -> None:
        """The tier's ink."""
        self.ink = look.tiers.get(self.view.tier, look.tiers["member"]).ink


class Face(Layers):
    """Picture, words at the left, words in the moon."""

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """The words in the moon follow the moon."""
        super().place(x, y, width, height)
        face, words, balance, tail = reversed(self.children)
        middle, level, moon = face.moon()
        words.place(x, y + look.tier_ledge, middle - moon / 2 - x, height - look.tier_ledge)
        tail.place(x, y, middle - x, look.tier_ledge)
        balance.place(middle - moon / 2, level - moon / 2, moon, moon)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
