"""Looks at a standing page as a careful designer would: what is cut, what collides, what is too small."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from kivy.core.window import Window

from kiosk.screens.pilot import Pilot
from kiosk.screens.tokens import TARGET, look
from kiosk.screens.widgets.buttons import Pressable
from kiosk.screens.widgets.words import Words

SLACK = 2.0
"""Pixels of rounding that no eye sees."""


def faults(pilot: Pilot) -> list[str]:
    """Everything wrong with the page, in words."""
    return [*_words(pilot), *_collisions(pilot), *_buttons(pilot)]


def _words(pilot: Pilot) -> Iterator[str]:
    for words in pilot.parts(Words):
        if not words.text.strip():
            continue
        if words.texture_size[0] > words.width + SLACK:
            yield f"cut at the side: {words.text!r}"
        if len(words.drawn_lines) > words.lines:
            yield f"too many lines: {words.text!r}"
        left, low, right, top = inked(words)
        if top - low > words.height + SLACK:
            yield f"cut in height: {words.text!r}"
        if left < -SLACK or low < -SLACK or right > Window.width + SLACK or top > Window.height + SLACK:
            yield f"outside the window: {words.text!r}"


def inked(words: Any) -> tuple[float, float, float, float]:
    """Left, low, right, top of the line boxes that hold the characters."""
    x, y = words.spot()
    spare = words._leading(words.drawn_style) - look.line_of(words.drawn_style)
    width, height = words.texture_size
    return x, y + spare / 2, x + width, y + height - spare / 2


def _collisions(pilot: Pilot) -> Iterator[str]:
    shown = [words for words in pilot.parts(Words) if words.text.strip() and not words.masked()]
    for one, other in combinations(shown, 2):
        a, b = inked(one), inked(other)
        across = min(a[2], b[2]) - max(a[0], b[0])
        up = min(a[3], b[3]) - max(a[1], b[1])
        if across > SLACK and up > SLACK + 0.2 * look.size_of("note"):
            yield f"overlap: {one.text!r} and {other.text!r}"


def _buttons(pilot: Pilot) -> Iterator[str]:
    least = TARGET * look.unit - SLACK
    shown = list(pilot.parts(Pressable))
    for button in shown:
        if min(button.size) < least:
            yield f"too small to hit: {getattr(button, 'label', button)!r} {button.size}"
        if (
            button.x < -SLACK
            or button.y < -SLACK
            or button.right > Window.width + SLACK
            or button.top > Window.height
        ):
            yield f"button outside the window: {getattr(button, 'label', button)!r}"
    for one, other in combinations(shown, 2):
        across = min(one.right, other.right) - max(one.x, other.x)
        up = min(one.top, other.top) - max(one.y, other.y)
        if across > SLACK and up > SLACK:
            yield f"buttons overlap: {getattr(one, 'label', one)!r} and {getattr(other, 'label', other)!r}"
