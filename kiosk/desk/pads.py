"""The pads that text is typed with: which there are, and what may be typed with each."""

from dataclasses import dataclass
from typing import Literal

from kiosk.words import _

Pad = Literal["pinyin", "double", "nine", "stroke", "latin", "digits"]
Kind = Literal["name", "text", "code"]

CHINESE: tuple[Pad, ...] = ("pinyin", "nine", "stroke", "double")
NARROW_MM = 190
"""A panel that is narrower has no room for ten keys of a finger's width beside one another."""

TEN, SIX, FIVE, FOUR = 10, 6, 5, 4
LETTERS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
ALPHABET = ("abcdef", "ghijkl", "mnopqr", "stuvwx", "yz")
DIGITS = "1234567890"
NINE = (
    ("abc", "2"),
    ("def", "3"),
    ("ghi", "4"),
    ("jkl", "5"),
    ("mno", "6"),
    ("pqrs", "7"),
    ("tuv", "8"),
    ("wxyz", "9"),
)
STROKES = (
    ("h", "一", _("across")),
    ("s", "丨", _("down")),
    ("p", "丿", _("left")),
    ("n", "丶", _("dot")),
    ("z", "乛", _("turn")),
)
"""The five strokes, as rime's stroke dictionary names them, and what people call them."""
SHENGMU = {"i": "ch", "u": "sh", "v": "zh"}
YUNMU = {
    "q": "iu", "w": "ia", "e": "e", "r": "uan", "t": "üe", "y": "uai", "u": "u", "i": "i", "o": "uo",
    "p": "un", "a": "a", "s": "ong", "d": "iang", "f": "en", "g": "eng", "h": "ang", "j": "an",
    "k": "ao", "l": "ai", ";": "ing", "z": "ei", "x": "ie", "c": "iao", "v": "ui", "b": "ou", "n": "in",
    "m": "ian",
}  # fmt: skip
"""Double pinyin, natural code: what a key means first in a syllable, where it differs, and what second.

Some mean two endings (s is ong and iong); a key has room for one."""

NAMES: dict[Pad, str] = {
    "pinyin": _("Pinyin"),
    "nine": _("9 keys"),
    "stroke": _("Strokes"),
    "double": _("Double"),
    "latin": "ABC",
    "digits": "123",
}
SPLIT = "'"
"""Ends a syllable or a character, where the next key might belong to it."""


@dataclass(frozen=True, slots=True)
class Keyboard:
    """What pads there are here and now, for this kind of text."""

    kind: Kind
    chinese: bool
    """Whether an engine can be asked."""
    narrow: bool

    def pads(self) -> tuple[Pad, ...]:
        """Every pad that may be changed to, in their order."""
        apart = self.kind == "text" or (self.kind == "code" and self.narrow)
        digits: tuple[Pad, ...] = ("digits",) if apart else ()
        if not self.chinese or self.kind == "code":
            return ("latin", *digits)
        wide: tuple[Pad, ...] = ("nine", "stroke") if self.narrow else CHINESE
        return (*wide, "latin", *digits)

    def first(self, language: str) -> Pad:
        """The pad for whoever reads this language."""
        return "latin" if language == "en" else self.pads()[0]

    def columns(self, pad: Pad) -> int:
        """How many keys of one unit a row of it takes."""
        if pad in ("pinyin", "double"):
            return TEN
        if pad == "latin":
            return SIX if self.narrow else TEN
        return FIVE if pad == "nine" else FOUR

    def keys(self, pad: Pad) -> frozenset[str]:
        """The characters that may be typed with it."""
        match pad:
            case "pinyin":
                return frozenset("".join(LETTERS)) | {SPLIT, "·"}
            case "double":
                return frozenset(YUNMU) | {SPLIT, "·"}
            case "nine":
                return frozenset(digit for _letters, digit in NINE) | {SPLIT, "·"}
            case "stroke":
                return frozenset(stroke for stroke, _sign, _name in STROKES) | {SPLIT, "·"}
            case "digits":
                return frozenset(DIGITS)
        letters = "".join(LETTERS)
        beside = DIGITS if self.kind == "code" and not self.narrow else ""
        return frozenset(letters + letters.upper() + beside + self.signs())

    def signs(self) -> str:
        """What a Latin pad has beside letters."""
        return {"name": "-'", "text": "-'.@", "code": "-"}[self.kind]
