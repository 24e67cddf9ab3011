"""What a keyboard wedge types: key events (linux/input.h) put together to texts. Pure.

The keyboard layout is the US one, as wedges come from the factory. What the rest of the machine thinks of
Caps Lock or the layout plays no part: the device is grabbed and its keys are read here alone.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple

LONGEST = 512
"""Characters of the longest text that is believed."""
GAP_S = 0.5
"""A text comes in one breath: after a longer silence a new one begins, whatever came before."""

RECORD = struct.Struct("@llHHi")
"""struct input_event: seconds, microseconds, type, code, value."""

SYNC, KEY = 0x00, 0x01
DROPPED = 3
"""Code of a SYNC event: the kernel's buffer was full, events are missing."""
UP, DOWN, REPEAT = 0, 1, 2
SHIFTS = frozenset((42, 54))
CAPS = 58
ENDS = frozenset((28, 96, 15))
"""Enter, Enter of the keypad, Tab."""

_PLAIN = {
    2: "1!", 3: "2@", 4: "3#", 5: "4$", 6: "5%", 7: "6^", 8: "7&", 9: "8*", 10: "9(", 11: "0)", 12: "-_",
    13: "=+", 26: "[{", 27: "]}", 39: ";:", 40: "'\"", 41: "`~", 43: "\\|", 51: ",<", 52: ".>", 53: "/?",
    57: "  ",
}  # fmt: skip
_LETTERS = {
    first + place: letter + letter.upper()
    for first, row in ((16, "qwertyuiop"), (30, "asdfghjkl"), (44, "zxcvbnm"))
    for place, letter in enumerate(row)
}
_KEYPAD = dict(zip((71, 72, 73, 75, 76, 77, 79, 80, 81, 82), "7894561230", strict=True)) | {
    55: "*", 74: "-", 78: "+", 83: ".", 98: "/", 117: "="
}  # fmt: skip
LAYOUT: dict[int, str] = _PLAIN | _LETTERS | {code: one * 2 for code, one in _KEYPAD.items()}
"""Key code -> its character without and with Shift."""


class KeyEvent(NamedTuple):
    """One event, without its time."""

    type: int
    code: int
    value: int


def records(data: bytes) -> Iterator[KeyEvent]:
    """The whole records in these bytes; the kernel never gives half a one, and half a one is dropped."""
    whole = len(data) - len(data) % RECORD.size
    for _seconds, _micros, kind, code, value in RECORD.iter_unpack(data[:whole]):
        yield KeyEvent(kind, code, value)


class Keys:
    """Puts texts together. Holds at most LONGEST characters.

    A text with a key that types nothing (Ctrl, an arrow), with a gap in it, or one too long is dropped whole.
    """

    def __init__(self) -> None:
        self._text: list[str] = []
        self._spoilt = False
        self._shifts: set[int] = set()
        self._caps = False
        self._heard_at = float("-inf")
        self.dropped = 0
        """How many texts were begun and not believed, for the log."""

    def feed(self, event: KeyEvent, now: float) -> str | None:
        """The text that this event ends, if any; `now` is monotonic seconds."""
        if event.type == SYNC and event.code == DROPPED:
            self._spoilt = True
            self._shifts.clear()
        if event.type != KEY or event.value == REPEAT:
            return None
        if now - self._heard_at > GAP_S:
            self._begin()
        self._heard_at = now
        if event.code in SHIFTS:
            (self._shifts.discard if event.value == UP else self._shifts.add)(event.code)
        elif event.value == DOWN:
            return self._pressed(event.code)
        return None

    def _pressed(self, code: int) -> str | None:
        if code in ENDS:
            return self._end()
        if code == CAPS:
            self._caps = not self._caps
        elif code not in LAYOUT or len(self._text) >= LONGEST:
            self._spoilt = True
        else:
            raised = bool(self._shifts) != (self._caps and code in _LETTERS)
            self._text.append(LAYOUT[code][raised])
        return None

    def _end(self) -> str | None:
        text, whole = "".join(self._text), not self._spoilt
        if whole:
            self._text.clear()
        self._begin()
        return text if text and whole else None

    def _begin(self) -> None:
        """Forget what is there; it never became a text. Shift stays: it may be held down."""
        self.dropped += bool(self._text) or self._spoilt
        self._text.clear()
        self._spoilt = self._caps = False
