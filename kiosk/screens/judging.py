"""Looks at a standing page as a careful designer would: what is cut, collides, is too small or too pale.

For the gallery and the tests. Sizes are those of the panel that the tokens were fitted to.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

from kivy.core.window import Window

from kiosk.screens.faces import characters_of
from kiosk.screens.palettes import READABLE, contrast
from kiosk.screens.pilot import Pilot
from kiosk.screens.tokens import look
from kiosk.screens.widgets.box import Painted, Picture
from kiosk.screens.widgets.buttons import Pressable
from kiosk.screens.widgets.keyboard import PadKey
from kiosk.screens.widgets.layers import Layers
from kiosk.screens.widgets.layout import Column
from kiosk.screens.widgets.tier_card import MoonFace
from kiosk.screens.widgets.words import Words

SLACK = 2.0
"""Pixels of rounding that no eye sees."""
KEYS = ("key", "function")
"""Kinds of buttons that are keys of a pad."""


def faults(pilot: Pilot) -> list[str]:
    """Everything wrong with the page, in words."""
    checks = (_words, _glyphs, _pale, _crowded, _collisions, _buttons)
    return [fault for check in checks for fault in check(pilot)]


def _glyphs(pilot: Pilot) -> Iterator[str]:
    for words in pilot.parts(Words):
        face = words.font(words.drawn_style)
        drawn = "".join(words.drawn_lines)
        lacking = {ch for ch in drawn if not ch.isspace() and ord(ch) not in _characters(face)}
        if lacking:
            yield f"no glyph for {sorted(lacking)} in {words.text!r}"


@lru_cache(maxsize=16)
def _characters(face: str) -> frozenset[int]:
    return characters_of(Path(face))


def _pale(pilot: Pilot) -> Iterator[str]:
    for words in pilot.parts(Words):
        ground = _ground(words)
        if words.text.strip() and ground is not None:
            found = contrast(tuple(words.ink), tuple(ground))
            if found < READABLE:
                yield f"too pale ({found:.1f}:1): {words.text!r}"


def _ground(words: Any) -> Any:
    """The colour under a text; None over a picture."""
    below = words.parent
    while below is not None and below is not below.parent:
        if isinstance(below, Layers) and any(isinstance(part, Picture | MoonFace) for part in below.children):
            return None
        if isinstance(below, Painted) and below.fill_ink[3] == 1:
            return below.fill_ink
        below = below.parent
    return None


def _crowded(pilot: Pilot) -> Iterator[str]:
    for column in pilot.parts(Column):
        if column.lacking > SLACK:
            inside = [words.text for words in column.walk() if isinstance(words, Words) and words.text][:3]
            yield f"{column.lacking:.0f} pixels too little for {type(column).__name__} with {inside}"


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
    target, key = look.target - SLACK, look.key_target - SLACK
    shown = list(pilot.parts(Pressable))
    for button in shown:
        if min(button.size) < (key if button.kind in KEYS or isinstance(button, PadKey) else target):
            yield f"too small to hit: {getattr(button, 'label', button)!r} {button.size}"
        if look.low and button.able and button.top > Window.height / 2 + SLACK:
            yield f"above the lower half: {getattr(button, 'label', button)!r}"
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
