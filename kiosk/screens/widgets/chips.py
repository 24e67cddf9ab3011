"""Chips and segments: one of a few is chosen, and a tick says so beside the colour."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import BooleanProperty, StringProperty

from kiosk.events import LanguageChosen
from kiosk.screens.tokens import look
from kiosk.screens.widgets.box import Painted, Slab
from kiosk.screens.widgets.buttons import Pressable, Push
from kiosk.views import Language, Tab

LONG_TABS = 24
"""Characters on all chips together from which they take the smaller style, all of them."""
TINY_LABEL = 5
"""A chip with fewer characters keeps its wide sides, or no finger would find it."""


def chips(tabs: Sequence[Tab]) -> Callable[[Tab], Push]:
    """How to make a chip among these."""
    long = sum(len(tab.label) for tab in tabs) > LONG_TABS
    return lambda tab: chip(tab, "note" if long else "body")


def chip(tab: Tab, style: str) -> Push:
    """A category."""
    tiny = len(tab.label) < TINY_LABEL and not tab.chosen
    return Push(
        label=tab.label,
        icon="check" if tab.chosen else "",
        tells=tab.tells,
        kind="chosen" if tab.chosen else "chip",
        style=style,
        bold=tab.chosen,
        round_by=look.chip / 2,
        least=look.chip,
        high=look.chip,
        pad_x=look.s16 if style == "note" and not tiny else look.s32,
        lines=1,
    )


class Languages(Slab):
    """Three languages in one tray."""

    def show(self, languages: tuple[Language, ...]) -> None:
        """These languages."""
        self.fill(languages, _segment)


def _segment(language: Language) -> Push:
    return Push(
        label=language.name,
        icon="check" if language.chosen else "",
        tells=LanguageChosen(language.code),
        kind="chosen" if language.chosen else "segment",
        style="body",
        bold=language.chosen,
        round_by=look.language / 2,
        lines=1,
    )


class ReachSwitch(Pressable, Slab):
    """A switch with its label and its state in words."""

    label = StringProperty("")
    word = StringProperty("")
    lit = BooleanProperty(False)


class Toggle(Painted):
    """The drawn switch."""

    lit = BooleanProperty(False)

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Place, and put the dot at its end."""
        super().place(x, y, width, height)
        self._slide()

    def _slide(self, *_: Any) -> None:
        for dot in self.children:
            size = look.switch_dot
            gap = (self.height - size) / 2
            dot.place(self.right - size - gap if self.lit else self.x + gap, self.y + gap, size, size)

    def on_lit(self, *_: Any) -> None:
        """Slide."""
        self._slide()


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
