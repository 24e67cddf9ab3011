"""The number pad and the letter pad: words beside the function keys' icons."""

from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import BooleanProperty, NumericProperty, StringProperty

from kiosk.screens.tokens import look
from kiosk.screens.widgets.box import Plate, Slab
from kiosk.screens.widgets.buttons import Push
from kiosk.screens.widgets.layers import Grid
from kiosk.screens.widgets.layout import Column, Row

LETTERS, LETTERS_SMALL = 8, 9
"""Keys a row of the letter pad; on a small panel clear and backspace end its last row."""


def _key(key: tuple[str, str, str], pad: Any) -> Push:
    """A key by name, label and icon; only function keys have one."""
    name, label, icon = key
    function = bool(icon)
    push = Push(
        label=label,
        icon=icon,
        kind="function" if function else "key",
        style="body" if function else "button" if look.large else "title",
        bold=function,
        round_by=look.r_key,
        lip=True,
        pad_x=look.s8,
        pad_y=0,
        lines=1,
    )
    push.bind(on_press=lambda *_: pad.dispatch("on_key", name))
    return push


class Keypad(Grid):
    """Dispatches `on_key` with '0'..'9', 'clear' or 'back'."""

    clear = StringProperty("")
    backspace = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_key")
        super().__init__(**kwargs)
        self.columns, self.rows, self.gap = 3, 4, look.key_gap
        self.fbind("clear", self._build)
        self.fbind("backspace", self._build)
        self._build()

    def _build(self, *_: Any) -> None:
        keys = [(digit, digit, "") for digit in "123456789"]
        keys += [("clear", self.clear, "x"), ("0", "0", ""), ("back", self.backspace, "del")]
        self.fill(keys, lambda key: _key(key, self))

    def on_key(self, name: str) -> None:
        """For whoever listens."""


class LetterPad(Column):
    """Rows of keys, then clear and backspace. Dispatches `on_key` like the number pad."""

    keys = StringProperty("")
    clear = StringProperty("")
    backspace = StringProperty("")

    def __init__(self, **kwargs: Any) -> None:
        self.register_event_type("on_key")
        super().__init__(**kwargs)
        self.gap = look.letter_gap
        for name in ("keys", "clear", "backspace"):
            self.fbind(name, self._build)
        self._build()

    def _build(self, *_: Any) -> None:
        letters = [(key, key, "") for key in self.keys]
        functions = [("clear", self.clear, "x"), ("back", self.backspace, "del")]
        across = LETTERS_SMALL if look.small else LETTERS
        rows = [tuple(letters[start : start + across]) for start in range(0, len(letters), across)]
        if look.small and rows:
            rows[-1] += tuple(functions)
        else:
            rows.append(tuple(functions))
        self.fill(rows, self._row)

    def _row(self, keys: tuple[tuple[str, str, str], ...]) -> Row:
        mixed = len({bool(icon) for _, _, icon in keys}) > 1
        row = Row(even=not mixed, gap=look.letter_gap, high=look.letter_key, grow=1)
        for key in keys:
            push = _key(key, self)
            push.grow = 2 if mixed and key[2] else 1
            row.add_widget(push)
        return row

    def on_key(self, name: str) -> None:
        """For whoever listens."""


class PinDots(Slab):
    """One box per digit; a dot where one was typed. Digits are never drawn."""

    length = NumericProperty(6)
    typed = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.on_typed()

    def on_length(self, *_: Any) -> None:
        """As many boxes as digits."""
        self.on_typed()

    def on_typed(self, *_: Any) -> None:
        """Fill the boxes."""
        self.gap = look.pin_gap
        filled = [place < self.typed for place in range(int(self.length))]
        self.fill(filled, lambda dot: PinBox(filled=dot))


class PinBox(Plate):
    """One place of the PIN."""

    filled = BooleanProperty(False)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
