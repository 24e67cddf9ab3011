"""A text field while it is typed: every key gives a new one, keys that do not belong change nothing."""

from dataclasses import dataclass, field, replace

from kiosk.desk.pads import CHINESE, SPLIT, Keyboard, Pad
from kiosk.ports import Composition, Reading, Typing

KEYS_MOST = 40
"""Keys on their way at once: more than any name or sentence of a shop needs."""
BAR = 9
"""Candidates that are offered over the pad; a narrow panel shows fewer of them."""
NOTHING = Reading()


@dataclass(frozen=True, slots=True)
class Composer:
    """What was typed so far. `text` is written; `keys` are on their way to characters."""

    pad: Pad
    most: int
    """Characters the text may have."""
    names: bool = False
    text: str = field(default="", repr=False)
    keys: str = field(default="", repr=False)
    shift: bool = False
    leaf: int = 0
    """The page of candidates that covers the pad, from 1; 0: none does."""

    @property
    def chinese(self) -> bool:
        """Whether its keys are on their way to characters."""
        return self.pad in CHINESE

    @property
    def full(self) -> bool:
        """Whether not one character more has room."""
        return len(self.text) >= self.most

    def composition(self, language: str) -> Composition | None:
        """What an engine is asked; None while nothing is on its way."""
        if not self.keys or self.pad not in CHINESE:
            return None
        return Composition(self.pad, self.names, language == "zh_TW", self.keys)  # type: ignore[arg-type]

    def writes(self, text: str) -> "Composer":
        """With this at its end, as far as there is room."""
        written = (self.text + text)[: self.most]
        return replace(self, text=written, keys="", leaf=0, shift=self._capital_after(written))

    def turned(self, pad: Pad) -> "Composer":
        """With another pad; keys on their way are dropped, they mean nothing to it."""
        turned = replace(self, pad=pad, keys="", leaf=0)
        return replace(turned, shift=turned._capital_after(self.text))

    def erased(self) -> "Composer":
        """Without the last key or character."""
        if self.keys:
            return replace(self, keys=self.keys[:-1], leaf=0)
        text = self.text[:-1]
        return replace(self, text=text, shift=self._capital_after(text))

    def _capital_after(self, text: str) -> bool:
        """A Latin name begins with a capital, and so does each of its parts."""
        return self.names and self.pad == "latin" and (not text or text[-1] in " -'")


@dataclass(frozen=True, slots=True)
class Typist:
    """Types for one visitor: a field, the pads there are, and the engine that reads keys."""

    board: Keyboard
    engine: Typing | None
    language: str

    def reading(self, typed: Composer, first: int = 0, most: int = BAR) -> Reading:
        """What is on its way."""
        asked = typed.composition(self.language)
        return NOTHING if asked is None or self.engine is None else self.engine.read(asked, first, most)

    def after(self, typed: Composer, key: str) -> Composer:
        """After a character, or back, clear, shift, space, pad:NAME, leaf:N, sound:S, choose:N:TEXT."""
        if key in self.board.keys(typed.pad):
            return self._typed(typed, key)
        match key.split(":", 2):
            case ["back"]:
                typed = typed.erased()
            case ["clear"]:
                typed = replace(typed, text="").turned(typed.pad)
            case ["shift"] if typed.pad == "latin":
                typed = replace(typed, shift=not typed.shift)
            case ["space"]:
                typed = self._spaced(typed)
            case ["pad", pad] if pad in self.board.pads():
                typed = typed.turned(pad)
            case ["leaf", leaf] if leaf.isdecimal() and typed.keys:
                typed = replace(typed, leaf=int(leaf))
            case ["sound", sound]:
                typed = self._told(typed, sound)
            case ["choose", place, text] if place.isdecimal():
                typed = self._chosen(typed, int(place), text)
        return typed

    def _typed(self, typed: Composer, key: str) -> Composer:
        if typed.full:
            return typed
        if not typed.chinese or key == "·":
            return typed.writes(key) if not typed.keys else typed
        if len(typed.keys) >= KEYS_MOST or (key == SPLIT and not typed.keys):
            return typed
        return replace(typed, keys=typed.keys + key, leaf=0)

    def _spaced(self, typed: Composer) -> Composer:
        """Between words it is a space; while something is on its way it takes the best candidate."""
        if typed.keys:
            best = self.reading(typed, 0, 1).candidates
            return self._chosen(typed, 0, best[0]) if best else typed
        return typed.writes(" ") if typed.text and typed.text[-1] != " " and not typed.full else typed

    def _chosen(self, typed: Composer, place: int, text: str) -> Composer:
        """A candidate, unless keys that came before the finger have put another one in its place."""
        if self.reading(typed, place, 1).candidates != (text,):
            return typed
        asked = typed.composition(self.language)
        if asked is None or self.engine is None:
            return typed
        taken = self.engine.choose(asked, place)
        return replace(typed.writes(taken.text), keys=taken.rest)

    def _told(self, typed: Composer, sound: str) -> Composer:
        """The first syllable is this one, of those its keys may mean."""
        if sound not in self.reading(typed, 0, 1).sounds:
            return typed
        return replace(typed, keys=sound + SPLIT + typed.keys[len(sound) :].lstrip(SPLIT), leaf=0)
