"""Chips and segments: one of a few is chosen, and a tick says so beside the colour."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

from kivy.lang import Builder
from kivy.properties import BooleanProperty, NumericProperty, OptionProperty, StringProperty

from kiosk.events import LanguageChosen
from kiosk.screens.tokens import look
from kiosk.screens.widgets.box import Painted, Slab
from kiosk.screens.widgets.buttons import Pressable, Push
from kiosk.screens.widgets.layout import Column, Row
from kiosk.views import Language, Tab

LONG_TABS = 24
"""Half-widths on all chips together from which they take the smaller style, all of them."""
TINY_LABEL = 5
"""A chip with fewer characters keeps its wide sides, or no finger would find it."""


def chips(tabs: Sequence[Tab]) -> Callable[[Tab], Push]:
    """How to make a chip among these."""
    long = sum(map(_half_widths, tabs)) > LONG_TABS
    return lambda tab: chip(tab, "note" if long else "body")


def _half_widths(tab: Tab) -> int:
    """A Chinese character is twice as wide as a letter."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in tab.label)


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
        round_by=look.r_card if look.small else look.chip / 2,
        least=look.chip,
        high=look.chip,
        pad_x=_sides(tiny=tiny, plain=style == "body"),
        lines=2 if look.small else 1,
    )


def _sides(*, tiny: bool, plain: bool) -> float:
    if look.large:
        return look.s8
    if look.small:
        return look.s32 if tiny else look.s8
    return look.s32 if tiny or plain else look.s16


class Chips(Column):
    """Chips beside one another; in two rows where one has no `room` (pixels; 0: always one)."""

    room = NumericProperty(0)
    pack_row = OptionProperty("start", options=("start", "fill"))
    between = NumericProperty(0)

    def show(self, tabs: Sequence[Tab]) -> None:
        """These tabs."""
        self.shown = bool(tabs)
        self.gap = look.s8
        make = chips(tabs)
        widths = [make(tab).wants_width() for tab in tabs]
        total = sum(widths) + self.between * (len(tabs) - 1)
        half = -(-len(tabs) // 2) if self.room and total > self.room else len(tabs)
        self.fill([one for one in (tuple(tabs[:half]), tuple(tabs[half:])) if one], self._row)

    def _row(self, tabs: tuple[Tab, ...]) -> Row:
        row = Row(pack=self.pack_row, gap=self.between)
        row.fill(tabs, chips(tabs))
        return row


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
