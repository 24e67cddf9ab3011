"""What stands around every page: the strip at the top, the sentence while offline, the foot bar."""

from itertools import pairwise
from pathlib import Path
from typing import Any

from kivy.graphics import Color, Rectangle
from kivy.lang import Builder
from kivy.properties import ObjectProperty, StringProperty

from kiosk.events import Event, Left, StaffCalled, WentBack
from kiosk.screens.tokens import look
from kiosk.screens.widgets.box import Box, Painted, Slab
from kiosk.screens.widgets.buttons import Push
from kiosk.screens.widgets.layout import Part, Row, Sheet, visible
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


class Strip(Row):
    """The shop at the left, one fact at the right."""

    frame = ObjectProperty(rebind=True)
    fact = StringProperty("")


class OfflineBanner(Slab):
    """A sentence while something does not work: the network, or the printer."""

    sentence = StringProperty("")


class FootBar(Box):
    """Three places that never move: back, staff, leave. An unused place stays empty."""

    frame = ObjectProperty(rebind=True)

    def on_frame(self, *_: Any) -> None:
        """Build the places."""
        labels = dict(zip(self.frame.foot, self.frame.foot_labels, strict=False))
        self.ids.places.fill([(place, labels.get(place, "")) for place in FEET], self._place)

    def _place(self, named: tuple[Foot, str]) -> Any:
        place, label = named
        icon, event = FEET[place]
        if not label:
            return Part()
        return Push(label=label, icon=icon, tells=event, kind="plain", style="body", round_by=0)

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Place, and draw a line above, and between neighbours."""
        super().place(x, y, width, height)
        places = visible(self.ids.places.children)
        self.canvas.after.clear()
        with self.canvas.after:
            Color(*look.hair)
            Rectangle(pos=(x, y + height - look.thin), size=(width, look.thin))
            for left, right in pairwise(places):
                if isinstance(left, Push) and isinstance(right, Push):
                    Rectangle(pos=right.pos, size=(look.thin, right.height))


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
