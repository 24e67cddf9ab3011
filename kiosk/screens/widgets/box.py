"""Flat shapes: filled boxes with an edge or a shadow, pictures and icons."""

import logging
from io import BytesIO
from pathlib import Path
from typing import Any

from kivy.core.image import Image as Loaded
from kivy.graphics import (
    BorderImage,
    Color,
    Rectangle,
    RoundedRectangle,
    SmoothRoundedRectangle,
    StencilPop,
    StencilPush,
    StencilUnUse,
    StencilUse,
)
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, OptionProperty, StringProperty

from kiosk.screens.tokens import look
from kiosk.screens.widgets.layers import Layers
from kiosk.screens.widgets.layout import Column, Part, Row

log = logging.getLogger(__name__)

ART = Path(__file__).parent.parent / "art" / "png"
"""The pictures the kiosk ships; a shop's own folder may stand before it (see `Gallery`)."""

SHADOW_EDGE = 60
"""Corner of the shadow's nine-patch, in its own pixels."""


CORNERS = {
    "all": (1, 1, 1, 1),
    "top": (1, 1, 0, 0),
    "left": (1, 0, 0, 1),
    "top_left": (1, 0, 0, 0),
    "bottom_right": (0, 0, 1, 0),
}
"""Which corners are round: top left, top right, bottom right, bottom left."""


class Gallery:
    """Finds and keeps pictures. The shop's own folder is looked at first."""

    def __init__(self) -> None:
        self.own: Path | None = None
        self._kept: dict[str, Any] = {}
        self._given: dict[str, bytes] = {}

    def texture(self, name: str) -> Any:
        """A picture by its name without .png; None when there is none."""
        if name not in self._kept:
            self._kept[name] = self._load(name)
        return self._kept[name]

    def give(self, name: str, png: bytes) -> None:
        """A picture that lies in no folder, under a name of its own; b'' takes it away again."""
        self._kept.pop(name, None)
        self._given.pop(name, None)
        if png:
            self._given[name] = png

    def _load(self, name: str) -> Any:
        if name in self._given:
            try:
                return Loaded(BytesIO(self._given[name]), ext="png", nocache=True).texture
            except Exception as spoilt:  # Kivy raises what it likes on a picture that is none
                log.error("a picture of the pack cannot be drawn: %s", spoilt)
                return None
        found = next((path for path in self._places(name) if path.is_file()), None)
        return Loaded(str(found)).texture if found else None

    def _places(self, name: str) -> list[Path]:
        if not all(ch.isalnum() or ch in "_-/" for ch in name):
            return []
        return [folder / f"{name}.png" for folder in (self.own, ART) if folder]


gallery = Gallery()


class Painted(Part):
    """A box behind its parts."""

    fill_ink = ColorProperty(look.clear)
    edge_ink = ColorProperty(look.clear)
    edge_width = NumericProperty(0)
    round_by = NumericProperty(0)
    corners = OptionProperty("all", options=tuple(CORNERS))
    lip = BooleanProperty(False)
    shadow = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        for name in ("fill_ink", "edge_ink", "edge_width", "round_by"):
            self.fbind(name, self.paint)
        super().__init__(**kwargs)

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Place, and paint here."""
        super().place(x, y, width, height)
        self.paint()

    def paint(self, *_: Any) -> None:
        """Shadow, edge, fill, from behind to front."""
        if self.canvas is None:
            return
        canvas = self.canvas.before
        canvas.clear()
        with canvas:
            if self.shadow:
                self._paint_shadow()
            if self.lip:
                Color(*look.lip)
                self._box(0, fall=look.lip_fall)
            if self.edge_width and self.edge_ink[3]:
                Color(*self.edge_ink)
                self._box(0)
            if self.fill_ink[3]:
                Color(*self.fill_ink)
                self._box(self.edge_width)

    def _box(self, inset: float, fall: float = 0) -> None:
        pos = (self.x + inset, self.y + inset - fall)
        size = (max(0, self.width - 2 * inset), max(0, self.height - 2 * inset))
        radius = min(max(0, self.round_by - inset), min(size) / 2)
        if radius < 1:
            Rectangle(pos=pos, size=size)
        else:
            SmoothRoundedRectangle(pos=pos, size=size, radius=[radius * one for one in CORNERS[self.corners]])

    def _paint_shadow(self) -> None:
        spread = look.shadow
        corner = SHADOW_EDGE * look.unit
        Color(*look.white)
        BorderImage(
            texture=gallery.texture("shadow"),
            pos=(self.x - spread, self.y - spread - look.shadow_fall),
            size=(self.width + 2 * spread, self.height + 2 * spread),
            border=(SHADOW_EDGE,) * 4,
            display_border=(corner,) * 4,
        )


class Box(Painted, Column):
    """A painted column."""


class Slab(Painted, Row):
    """A painted row."""


class Plate(Painted, Layers):
    """Painted layers."""


class Picture(Part):
    """A picture, always whole: what is left of its box continues the picture's edges."""

    name = StringProperty("")
    fallback = StringProperty("")
    tint = ColorProperty(look.white)
    round_by = NumericProperty(0)
    corners = OptionProperty("all", options=tuple(CORNERS))

    def __init__(self, **kwargs: Any) -> None:
        for name in ("name", "tint"):
            self.fbind(name, self.paint)
        kwargs.setdefault("tint", look.picture_tint)
        super().__init__(**kwargs)

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Place, and paint here."""
        super().place(x, y, width, height)
        self.paint()

    def paint(self, *_: Any) -> None:
        """Draw the part of the picture that fits."""
        if self.canvas is None:
            return
        self.canvas.clear()
        texture = gallery.texture(self.name) or gallery.texture(self.fallback)
        if texture is None or self.width <= 0 or self.height <= 0:
            return
        seen = self._seen(texture)
        with self.canvas:
            if self.round_by:
                self._cut(StencilPush, StencilUse)
            Color(*self.tint)
            Rectangle(texture=texture, tex_coords=seen, pos=self.pos, size=self.size)
            if self.round_by:
                self._cut(StencilUnUse, StencilPop)

    def _cut(self, before: Any, after: Any) -> None:
        before()
        radius = [self.round_by * one for one in CORNERS[self.corners]]
        RoundedRectangle(pos=self.pos, size=self.size, radius=radius)
        after()

    def _seen(self, texture: Any) -> tuple[float, ...]:
        """Texture coordinates: the whole picture, its plain wall and ledge drawn on beyond its edges."""
        width, height = texture.size
        scale = min(self.width / width, self.height / height)
        across, tall = self.width / (width * scale), self.height / (height * scale)
        left, low = (1 - across) / 2, (1 - tall) * look.below_picture
        # Kivy's own coordinates tell where this texture lies, and which way up.
        u0, v0, u1, _, _, v1, *_ = texture.tex_coords
        wide, high = u1 - u0, v1 - v0
        start, end = u0 + left * wide, u0 + (left + across) * wide
        foot, head = v0 + low * high, v0 + (low + tall) * high
        return (start, foot, end, foot, end, head, start, head)


class Icon(Picture):
    """A white icon in some ink; takes no room without a name."""

    icon = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("wide", look.icon)
        kwargs.setdefault("high", kwargs["wide"])
        kwargs.setdefault("align", "center")
        kwargs.setdefault("tint", look.on_accent)
        self.fbind("icon", self._named)
        super().__init__(**kwargs)
        self._named()

    def _named(self, *_: Any) -> None:
        self.name = f"icons/{self.icon}" if self.icon else ""
        self.shown = bool(self.icon)
