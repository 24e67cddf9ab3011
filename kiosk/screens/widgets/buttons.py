"""What can be pressed. A press says the button's event to its page, once."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import (
    BooleanProperty,
    ColorProperty,
    NumericProperty,
    ObjectProperty,
    OptionProperty,
    StringProperty,
)
from kivy.uix.behaviors import ButtonBehavior

from kiosk.events import Event
from kiosk.screens.tokens import STYLES, look
from kiosk.screens.widgets.box import Box, Slab
from kiosk.screens.widgets.layout import Column, Part, Row, told
from kiosk.views import Choice

KINDS = {
    "primary": ("accent", "accent_pressed", "accent_edge", "on_accent"),
    "secondary": ("surface", "mist", "edge", "ink"),
    "card": ("surface", "mist", "edge", "ink"),
    "faint": ("canvas", "mist", "hair", "ink2"),
    "quiet": ("mist", "glaze", "edge", "ink"),
    "plain": ("surface", "mist", "clear", "ink"),
    "sand": ("sand", "sand_pressed", "clear", "on_sand"),
    "chosen": ("ink", "ink", "clear", "on_ink"),
    "chip": ("surface", "mist", "edge", "ink"),
    "segment": ("mist", "glaze", "clear", "ink"),
    "key": ("surface", "glaze", "key_edge", "ink"),
    "function": ("glaze", "lip", "key_edge", "ink"),
    "resting": ("canvas", "canvas", "hair", "ink2"),
}
"""Fill, pressed fill, edge and text of each kind of button: colours of the palette."""


class Pressable(ButtonBehavior):
    """Tells an event when pressed, unless it is not able to."""

    tells = ObjectProperty(None, allownone=True)
    able = BooleanProperty(True)
    kind = OptionProperty("secondary", options=tuple(KINDS))
    text_ink = ColorProperty(look.ink)

    def __init__(self, **kwargs: Any) -> None:
        for name in ("kind", "able", "state"):
            self.fbind(name, self.dress)
        super().__init__(**kwargs)
        self.dress()

    def dress(self, *_: Any) -> None:
        """Take the colours of kind and state."""
        fill, pressed, edge, ink = (
            getattr(look, one) for one in KINDS[self.kind if self.able else "resting"]
        )
        self.fill_ink = pressed if self.state == "down" else fill
        self.edge_ink, self.text_ink = edge, ink
        self.edge_width = (look.thin if self.kind == "card" else look.line) if edge[3] else 0

    def on_release(self) -> None:
        """Say it."""
        if self.able and self.tells is not None:
            told(self, self.tells)


class Push(Pressable, Slab):
    """A button: icon and words in a row."""

    label = StringProperty("")
    note = StringProperty("")
    icon = StringProperty("")
    icon_after = StringProperty("")
    style = OptionProperty("button", options=STYLES)
    lines = NumericProperty(2)
    bold = BooleanProperty(True)


class Tile(Pressable, Box):
    """A button: icon above words."""

    label = StringProperty("")
    icon = StringProperty("")


def pushed(choice: Choice, **kwargs: Any) -> Push:
    """A button for a choice."""
    kind = "primary" if choice.primary else "secondary"
    return Push(
        label=choice.label, note=choice.note, icon=choice.icon, tells=choice.tells, kind=kind, **kwargs
    )


class Choices(Column):
    """What can be done on a page: the primary one large, the others beside or above it."""

    choices = ObjectProperty(())
    said: tuple[Event, ...] = ()

    def on_choices(self, *_: Any) -> None:
        """Build the buttons."""
        self.gap = look.s24
        self.shown = bool(self.choices)
        self.fill(self._rows(), self._row)

    def _rows(self) -> list[tuple[Choice, ...]]:
        others = [one for one in self.choices if not one.primary]
        primary = [one for one in self.choices if one.primary]
        if len(others) == 1 and len(primary) == 1:
            return [(others[0], primary[0])]
        pairs = [tuple(others[i : i + 2]) for i in range(0, len(others), 2)]
        return [(one,) for one in primary] + pairs

    def _row(self, choices: Sequence[Choice]) -> Part:
        row = Row(gap=look.gutter, least=look.secondary)
        for one in choices:
            button = pushed(one, least=look.secondary, grow=3 if one.primary else 2)
            if look.large and len(choices) > 1 and not one.primary:
                button.icon = ""  # the words need the room
            row.add_widget(button)
        return row


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
