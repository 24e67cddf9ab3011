"""Flat shapes: filled boxes with an edge or a shadow, pictures and icons."""

from pathlib import Path
from typing import Any

from kivy.core.image import Image as Loaded
from kivy.graphics import BorderImage, Color, Rectangle, RoundedRectangle, SmoothRoundedRectangle
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, OptionProperty, StringProperty

from kiosk.screens.tokens import look
from kiosk.screens.widgets.layout import Column, Layers, Part, Row

ART = Path(__file__).parent.parent / "art" / "png"
"""The pictures the kiosk ships; a shop's own folder may stand before it (see `Gallery`)."""

SHADOW_EDGE = 60
"""Corner of the shadow's nine-patch, in its own pixels."""


class Gallery:
    """Finds and keeps pictures. The shop's own folder is looked at first."""

    def __init__(self) -> None:
        self.own: Path | None = None
        self._kept: dict[str, Any] = {}

    def texture(self, name: str) -> Any:
        """A picture by its name without .png; None when there is none."""
        if name not in self._kept:
            found = next((path for path in self._places(name) if path.is_file()), None)
            self._kept[name] = Loaded(str(found)).texture if found else None
        return self._kept[name]

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
            SmoothRoundedRectangle(pos=pos, size=size, radius=[radius])

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
    """A picture that fills its box (cut at the sides or top), or an icon that keeps its own shape."""

    name = StringProperty("")
    fallback = StringProperty("")
    tint = ColorProperty(look.white)
    anchor = OptionProperty("middle", options=("middle", "floor"))
    round_by = NumericProperty(0)
    rounded = OptionProperty("all", options=("all", "top", "left"))

    def __init__(self, **kwargs: Any) -> None:
        for name in ("name", "tint"):
            self.fbind(name, self.paint)
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
        corner = self.round_by
        radius = {"all": [corner] * 4, "top": [corner, corner, 0, 0], "left": [corner, 0, 0, corner]}[
            self.rounded
        ]
        with self.canvas:
            Color(*self.tint)
            if corner:
                RoundedRectangle(texture=seen, pos=self.pos, size=self.size, radius=radius)
            else:
                Rectangle(texture=seen, pos=self.pos, size=self.size)

    def _seen(self, texture: Any) -> Any:
        width, height = texture.size
        wanted = self.width / self.height
        if width / height > wanted:
            cut = height * wanted
            return texture.get_region((width - cut) / 2, 0, cut, height)
        cut = width / wanted
        return texture.get_region(0, 0 if self.anchor == "floor" else (height - cut) / 2, width, cut)


class Icon(Picture):
    """A white icon in some ink; takes no room without a name."""

    icon = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("wide", look.icon)
        kwargs.setdefault("high", kwargs["wide"])
        kwargs.setdefault("align", "center")
        self.fbind("icon", self._named)
        super().__init__(**kwargs)
        self._named()

    def _named(self, *_: Any) -> None:
        self.name = f"icons/{self.icon}" if self.icon else ""
        self.shown = bool(self.icon)
