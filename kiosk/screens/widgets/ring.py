"""Time left: a ring that empties, with the seconds in digits."""

from typing import Any

from kivy.graphics import Color, SmoothLine
from kivy.properties import BooleanProperty, NumericProperty

from kiosk.screens.tokens import look
from kiosk.screens.widgets.layers import Layers
from kiosk.screens.widgets.words import Words


class Ring(Layers):
    """Redrawn once a second, when its view changes."""

    seconds_left = NumericProperty(0)
    seconds_total = NumericProperty(1)
    large = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        self._digits = Words(style="body", bold=True, halign="center")
        super().__init__(**kwargs)
        self.align = "center"
        self.add_widget(self._digits)
        for name in ("seconds_left", "seconds_total", "large"):
            self.fbind(name, self._draw)
        self._draw()

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Place, and draw here."""
        super().place(x, y, width, height)
        self._draw()

    def _draw(self, *_: Any) -> None:
        size = look.ring_large if self.large else look.ring
        line = look.ring_line_large if self.large else look.ring_line
        self.wide = self.high = size
        self._digits.style = "outcome" if self.large else "button"
        self._digits.text = str(int(self.seconds_left))
        share = min(1.0, max(0.0, self.seconds_left / max(1, self.seconds_total)))
        radius = min(self.width, self.height) / 2 - line
        self.canvas.before.clear()
        if radius <= 0:
            return
        with self.canvas.before:
            Color(*look.hair)
            SmoothLine(circle=(*self.center, radius), width=line / 2)
            Color(*look.ink)
            if share > 0:
                SmoothLine(circle=(*self.center, radius, 360 * (1 - share), 360), width=line / 2)
