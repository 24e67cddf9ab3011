"""What stands around every page: the strip at the top, the sentence while offline, the foot bar."""

from itertools import pairwise
from pathlib import Path
from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.lang import Builder
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty

from kiosk.events import Event, Left, StaffCalled, WentBack
from kiosk.screens.tokens import look
from kiosk.screens.widgets.box import Box, Painted, Picture, Slab
from kiosk.screens.widgets.buttons import Pressable, Push, Tile
from kiosk.screens.widgets.layers import Layers
from kiosk.screens.widgets.layout import Part, Row, Sheet, sheet_of, visible
from kiosk.views import Foot

FEET: dict[Foot, tuple[str, Event]] = {
    "back": ("back", WentBack()),
    "staff": ("bell", StaffCalled()),
    "leave": ("exit", Left()),
}
"""Icon and event of each place in the foot, in their order from the left."""


class Page(Painted, Sheet):
    """A page: draws one view, whose type never changes while it stands."""

    view = ObjectProperty(rebind=True)
    frame = ObjectProperty(rebind=True)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("frame", kwargs["view"].frame)
        super().__init__(**kwargs)
        self.fill_ink = look.canvas
        self.fbind("view", self._turn)
        self.drawn()

    def _turn(self, *_: Any) -> None:
        self.frame = self.view.frame
        self.drawn()
        self.arrange_soon()

    def drawn(self) -> None:
        """Fill the lists of this page from its view."""

    def inside(self) -> list[Any]:
        """Everything but a foot that stands aside as a rail."""
        rail = self._rail()
        return [part for part in super().inside() if part is not rail]

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Place; on a small panel the foot is a rail at the right."""
        rail = self._rail()
        super().place(x, y, width - (look.rail if rail else 0), height)
        if rail is not None:
            Part.place(self, x, y, width, height)
            self.paint()
            rail.place(x + width - look.rail, y, look.rail, height)

    def _rail(self) -> Any:
        if not look.small:
            return None
        return next((part for part in self.children if isinstance(part, FootBar)), None)


class Strip(Row):
    """The shop at the left, one fact at the right."""

    frame = ObjectProperty(rebind=True)
    fact = StringProperty("")
    over_picture = BooleanProperty(False)

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Place; over a narrow picture the shop's name stands alone."""
        above = self.parent.parent if self.parent is not None else None
        layers = above.children if isinstance(above, Layers) else ()
        self.over_picture = any(isinstance(part, Picture) for part in layers)
        fact, wide = self.ids.fact, width >= look.strip_least
        fact.shown = bool(fact.text) and wide
        self.ids.mark.shown = wide or not look.small
        super().place(x, y, width, height)


class OfflineBanner(Slab):
    """A sentence while something does not work: the network, or the printer."""

    sentence = StringProperty("")


class FootBar(Box):
    """Three places that never move: back, staff, leave. An unused place stays empty."""

    frame = ObjectProperty(rebind=True)
    aside = StringProperty("")
    """The button for easier use, where there is no way back."""

    def on_frame(self, *_: Any) -> None:
        """Build the places."""
        labels = dict(zip(self.frame.foot, self.frame.foot_labels, strict=False))
        self._places().fill([(place, labels.get(place, ""), self.aside) for place in FEET], self._place)

    def on_aside(self, *_: Any) -> None:
        """Build the places."""
        self.on_frame()

    def _places(self) -> Any:
        return self.ids.rail if look.small else self.ids.places

    def _place(self, named: tuple[Foot, str, str]) -> Any:
        place, label, aside = named
        icon, event = FEET[place]
        if aside and place == "back" and not label:
            ease = self._button(aside, "ease", None)
            ease.bind(on_release=lambda *_: sheet_of(self).ease())
            return ease
        if not label:
            return Part(grow=1)
        return self._button(label, icon, event)

    def _button(self, label: str, icon: str, event: Event | None) -> Push | Tile:
        if look.small:
            return Tile(label=label, icon=icon, tells=event, kind="plain", round_by=0, pad_x=look.s4, grow=1)
        return Push(label=label, icon=icon, tells=event, kind="plain", style="body", round_by=0, pad_y=0)

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Place, and draw a line before it, and between neighbours."""
        super().place(x, y, width, height)
        self.canvas.after.clear()
        with self.canvas.after:
            Color(*look.hair)
            if look.small:
                Rectangle(pos=(x, y), size=(look.thin, height))
            else:
                Rectangle(pos=(x, y + height - look.thin), size=(width, look.thin))
            for one, other in pairwise(visible(self._places().children)):
                if isinstance(one, Pressable) and isinstance(other, Pressable):
                    self._line(other)

    def _line(self, after: Any) -> None:
        if look.small:
            Rectangle(pos=(after.x, after.top), size=(after.width, look.thin))
        else:
            Rectangle(pos=after.pos, size=(look.thin, after.height))


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
