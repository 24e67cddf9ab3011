"""The on-screen keyboard: rows of keys in columns, and the bar over them. Every key says itself."""

from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty

from kiosk.events import TextKeyed
from kiosk.screens.tokens import look
from kiosk.screens.widgets.box import Slab
from kiosk.screens.widgets.buttons import Push
from kiosk.screens.widgets.layout import Column, Padded, Part, Row, told, visible
from kiosk.screens.widgets.words import Words
from kiosk.views import Key

MANY = 10
"""So many keys in a row have no room for small print on a small panel, or for print that is large."""
ROWS = 4
"""Rows of nearly every pad."""


class PadKey(Push):
    """One key. Letters are said when the finger comes down; the last key of the page when it leaves."""

    def __init__(self, entry: str, key: Key, columns: int = 0, **kwargs: Any) -> None:
        self.units = key.units
        self.said = TextKeyed(entry, key.key)
        word = len(key.label) > 1
        candidate = key.key.startswith("choose:")
        kwargs = {
            "style": "title" if not word else "button" if candidate else "body",
            "bold": word and key.kind != "key",
        } | kwargs
        note = "" if columns >= MANY and (look.small or look.large) else key.note
        beside = note and (look.large or not look.portrait)
        super().__init__(
            label=key.label,
            note="" if beside else note,
            icon="" if look.large else key.icon,
            kind=key.kind,
            able=key.able,
            tells=self.said if key.kind == "primary" else None,
            round_by=look.r_key,
            lip=True,
            pad_x=look.s4,
            pad_y=0,
            gap=look.s8,
            lines=1,
            **kwargs,
        )
        if beside:
            self.add_widget(Words(text=note, style="note", ink=self.text_ink, align="center"))

    def on_press(self) -> None:
        """Say it."""
        if self.able and self.tells is None and self.said.key:
            told(self, self.said)


class KeyRow(Padded):
    """Keys of one row, in the middle; a key of two units is as wide as two keys and the gap between them."""

    columns = NumericProperty(10)

    def wants_height(self, width: float) -> float:  # noqa: ARG002
        """None of its own: all rows share the pad's height."""
        return 0.0

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Place the keys."""
        super().place(x, y, width, height)
        keys = visible(self.children)
        column = (width - self.gap * (self.columns - 1)) / self.columns
        sizes = [key.units * column + (key.units - 1) * self.gap for key in keys]
        left = x + max(0.0, width - sum(sizes) - self.gap * (len(keys) - 1)) / 2
        for key, across in zip(keys, sizes, strict=True):
            key.place(left, y, across, height)
            left += across + self.gap


class KeyRows(Column):
    """All rows of a pad. A row whose keys stay the same is not made again under the finger."""

    view = ObjectProperty(None, allownone=True)
    lines = NumericProperty(ROWS)
    """Rows there is room for: the pad keeps its height when another one takes its place."""

    def wants_height(self, width: float) -> float:  # noqa: ARG002
        """As high as keys are drawn where there is room."""
        return float(self.most)

    def on_view(self, *_: Any) -> None:
        """Make what changed."""
        self.lines = max(ROWS, len(self.view.rows))
        self.gap = look.letter_gap
        self.fill(range(len(self.view.rows)), lambda _row: KeyRow(gap=look.letter_gap, grow=1))
        for row, keys in zip(visible(self.children), self.view.rows, strict=True):
            row.columns = self.view.columns
            tall = len(self.view.rows) <= ROWS or not look.large
            row.fill([(self.view.entry, key, self.view.columns, tall) for key in keys], _pad_key)


def _pad_key(named: tuple[str, Key, int, bool]) -> Part:
    """A key; one that says nothing is a gap of its width. Keys of many rows are low: so are their letters."""
    entry, key, columns, tall = named
    if not key.key:
        return Gap(key)
    low = {} if tall or len(key.label) > 1 else {"style": "button"}
    return PadKey(entry, key, columns, **low)


class Gap(Part):
    """Nothing, as wide as a key."""

    def __init__(self, key: Key, **kwargs: Any) -> None:
        self.units = key.units
        super().__init__(**kwargs)


class KeyBar(Row):
    """Candidates, or the pads one may change to: as many as find room before the last key."""

    view = ObjectProperty(None, allownone=True)

    def on_view(self, *_: Any) -> None:
        """Make the keys."""
        view = self.view
        named = [(view.entry, key) for key in (*view.bar, *([view.more] if view.more else []))]
        self.gap = look.s8
        self.fill(named, _bar_key)

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Hide what finds no room; the key for more stays."""
        keys = list(reversed(self.children))
        more = keys.pop() if self.view is not None and self.view.more and keys else None
        room = width - 2 * self.pad_x - (more.wants_width() + self.gap if more else 0)
        for key in keys:
            room -= key.wants_width()
            key.shown = room >= 0
            room -= self.gap
        super().place(x, y, width, height)


def _bar_key(named: tuple[str, Key]) -> Part:
    entry, key = named
    choice = key.key.startswith("choose:")
    made = PadKey(entry, key, style="button" if choice else "body", bold=key.kind == "chosen")
    made.lip, made.pad_x = False, look.s24
    if key.kind == "key":
        made.kind = "plain"
    made.wide = max(look.bar_key, made.wants_width())
    return made


class TypedText(Row):
    """What is written, what is on its way under a line, and the caret. A long text shows its end."""

    value = StringProperty("")
    preedit = StringProperty("")
    placeholder = StringProperty("")

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """Place; what finds no room is left out at the start."""
        written, coming = self.ids.written, self.ids.coming
        room = width - look.s24 - (coming.wants_width() if self.preedit else 0)
        written.text = _end_of(self.value, written, room) if not written_out(self.value) else self.value
        super().place(x, y, width, height)


def written_out(text: str) -> bool:
    """Whether the text was taken out of the page."""
    return bool(text) and not text.strip("•")


def _end_of(text: str, words: Words, room: float) -> str:
    start = 0
    while start < len(text) - 1 and words.measure(words.style, text[start:]) > room:
        start += 1
    return text[start:]


class TypedField(Slab):
    """The field: what is typed, and the key that clears it."""

    view = ObjectProperty(None, rebind=True, allownone=True)
    wrong = BooleanProperty(False)

    def on_view(self, *_: Any) -> None:
        """The clearing key."""
        view = self.view
        self.ids.erase.fill([(view.entry, view.clear)], _clear_key)


def _clear_key(named: tuple[str, Key]) -> Part:
    made = PadKey(*named, style="body")
    made.lip, made.kind, made.pad_x = False, "plain", look.s16
    made.shown = made.able and not look.low  # the field is above the lower half; the pad has a key for it
    return made


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
