"""Text as data: never markup, never clipped; a sentence that does not fit takes the next smaller style."""

from functools import lru_cache, partial
from typing import Any

from kivy.core.text import Label as Drawn
from kivy.graphics import Color, Rectangle, RoundedRectangle
from kivy.properties import BooleanProperty, ColorProperty, NumericProperty, OptionProperty, StringProperty

from kiosk.screens.tokens import STYLES, look
from kiosk.screens.widgets.breaking import balanced
from kiosk.screens.widgets.layout import Part

HIDDEN = "•"
"""A value made only of these is drawn as a bar: it was taken out of the page."""

HEADLINES = ("title", "outcome", "huge")
"""Styles that a brand's headline face may set, where they are bold."""
RAISE = 0.05
"""Noto's line box sits low around its characters; raised by this share of the size it looks centred."""
DROP = 0.31
"""From the foot of Noto's line box to its baseline, as a share of the size (before raising)."""


@lru_cache(maxsize=4096)
def extent(text: str, font: str, size: float) -> tuple[float, float]:
    """Width and natural line height of one line."""
    width, height = Drawn(font_name=font, font_size=size).get_extents(text or " ")
    return float(width if text else 0), float(height)


def shown_text(text: str) -> str:
    """What may be drawn of a string: printable characters and line ends."""
    return "".join(ch for ch in text if ch.isprintable() or ch == "\n")


class Words(Part):
    """A piece of text. `lines` is how many it may take before its style steps down (to `floor`)."""

    text = StringProperty("")
    style = OptionProperty("body", options=STYLES)
    floor = OptionProperty("note", options=STYLES)
    bold = BooleanProperty(False)
    ink = ColorProperty(look.ink)
    lines = NumericProperty(1)
    halign = OptionProperty("left", options=("left", "center", "right"))
    hides_when_empty = BooleanProperty(True)

    def __init__(self, **kwargs: Any) -> None:
        self._drawn_as: tuple[Any, ...] = ()
        self.drawn_lines: list[str] = []
        self.drawn_style = "note"
        self.texture_size = (0.0, 0.0)
        self.fbind("text", self._changed)
        self.fbind("ink", self._repaint)
        kwargs.setdefault("ink", look.ink)
        super().__init__(**kwargs)
        self._changed()

    def _changed(self, *_: Any) -> None:
        self.shown = bool(self.text) or not self.hides_when_empty
        self.ask()

    def font(self, style: str) -> str:
        """The font file in use; a brand's headline face where it has every character."""
        if look.headline and self.bold and style in HEADLINES and look.heads(self.text):
            return look.headline
        return look.bold if self.bold else look.regular

    def measure(self, style: str, text: str) -> float:
        """Width of one line in a style."""
        return extent(text, self.font(style), look.size_of(style))[0]

    def masked(self) -> bool:
        """Whether the value was taken out."""
        return bool(self.text) and not self.text.strip(HIDDEN)

    def wants_width(self) -> float:
        """On one line, in its own style."""
        if self.wide:
            return float(self.wide)
        if self.masked():
            return look.bar_text
        return max(self.measure(self.style, line) for line in shown_text(self.text).split("\n")) + 1

    def tight(self, width: float) -> float:
        """The widest of its lines."""
        style, lines = self.settle(width)
        return min(width, max(self.measure(style, line) for line in lines) + 1)

    def settle(self, width: float) -> tuple[str, list[str]]:
        """The style and lines for this width."""
        text = shown_text(self.text)
        styles = STYLES[STYLES.index(self.floor) : STYLES.index(self.style) + 1]
        for style in reversed(styles or (self.style,)):
            lines = balanced(text, width, partial(self.measure, style))
            widest = max(self.measure(style, line) for line in lines)
            if len(lines) <= self.lines and widest <= width + 1:
                break
        return style, lines

    def wants_height(self, width: float) -> float:
        """Its lines."""
        if self.high:
            return float(self.high)
        style, lines = self.settle(width)
        return look.line_of(style) + (len(lines) - 1) * self._leading(style)

    def _leading(self, style: str) -> float:
        return extent("", self.font(style), look.size_of(style))[1]

    def drop(self, width: float) -> float:
        """From the foot of its box to the baseline of its last line."""
        style, _ = self.settle(width)
        return (look.line_of(style) - self._leading(style)) / 2 + look.size_of(style) * (DROP + RAISE)

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Draw here."""
        super().place(x, y, width, height)
        self._repaint()

    def _repaint(self, *_: Any) -> None:
        if self.canvas is None:
            return
        self.canvas.clear()
        if not self.shown or self.width <= 0 or not look.regular:
            return
        self.drawn_style, self.drawn_lines = self.settle(self.width)
        with self.canvas:
            Color(*self.ink)
            if self.masked():
                self.texture_size = (min(self.width, look.bar_text), look.mask)
                RoundedRectangle(pos=self.spot(), size=self.texture_size, radius=[look.mask / 2])
                return
            texture = self._texture()
            self.texture_size = texture.size
            x, y = self.spot()
            Rectangle(
                texture=texture, pos=(x, y + round(look.size_of(self.drawn_style) * RAISE)), size=texture.size
            )

    def spot(self) -> tuple[float, float]:
        """Where the texture goes: along `halign`, in the middle of the height."""
        over = self.width - self.texture_size[0]
        x = self.x + {"left": 0.0, "center": over / 2, "right": over}[self.halign]
        return round(x), round(self.y + (self.height - self.texture_size[1]) / 2)

    def _texture(self) -> Any:
        key = (
            tuple(self.drawn_lines),
            self.font(self.drawn_style),
            look.size_of(self.drawn_style),
            self.halign,
        )
        if self._drawn_as[:4] != key:
            drawn = Drawn(
                text="\n".join(self.drawn_lines),
                font_name=self.font(self.drawn_style),
                font_size=look.size_of(self.drawn_style),
                halign=self.halign,
                strip=False,
            )
            drawn.refresh()
            self._drawn_as = (*key, drawn.texture)
        return self._drawn_as[4]
