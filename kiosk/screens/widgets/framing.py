"""What stands around every page: the strip at the top, the sentence while offline, the foot bar."""

from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import ObjectProperty, StringProperty

from kiosk.events import Event, Left, StaffCalled, WentBack
from kiosk.screens.tokens import look
from kiosk.screens.widgets.box import Box, Painted, Slab
from kiosk.screens.widgets.buttons import Push
from kiosk.screens.widgets.layout import Row, Sheet
from kiosk.views import Foot

FEET: dict[Foot, tuple[str, Event]] = {
    "back": ("back", WentBack()),
    "staff": ("bell", StaffCalled()),
    "leave": ("exit", Left()),
}
"""Icon and event of each place in the foot, in their order from the left."""


class Page(Painted, Sheet):
    """A page: draws one view, whose type never changes while it stands."""

    view = ObjectProperty()
    frame = ObjectProperty()

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

    frame = ObjectProperty()
    fact = StringProperty("")


class OfflineBanner(Slab):
    """A sentence while the hub cannot be reached."""

    sentence = StringProperty("")


class FootBar(Box):
    """Three places that never move: back, staff, leave. An unused place stays empty."""

    frame = ObjectProperty()

    def on_frame(self, *_: Any) -> None:
        """Build the places."""
        labels = dict(zip(self.frame.foot, self.frame.foot_labels, strict=False))
        self.ids.places.fill([(place, labels.get(place, "")) for place in FEET], self._place)

    def _place(self, named: tuple[Foot, str]) -> Any:
        place, label = named
        icon, event = FEET[place]
        if not label:
            return Painted(fill_ink=look.surface)
        return Push(label=label, icon=icon, tells=event, kind="plain", style="body", round_by=0)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
