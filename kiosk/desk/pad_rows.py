"""What stands on the keys of each pad, row by row."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from kiosk.desk.pads import (
    ALPHABET,
    DIGITS,
    LETTERS,
    NINE,
    SHENGMU,
    SIX,
    SPLIT,
    STROKES,
    TEN,
    YUNMU,
    Keyboard,
    Pad,
)
from kiosk.views import Key
from kiosk.words import Words

SOUNDS = 4
"""Syllables that have room beside the nine keys."""


@dataclass(frozen=True, slots=True)
class Legends:
    """What the function keys say now."""

    space: Key
    submit: Key
    shift: bool
    composing: bool
    sounds: tuple[str, ...] = ()


def rows(board: Keyboard, pad: Pad, say: Words, now: Legends) -> tuple[tuple[Key, ...], ...]:
    """The keys of a pad, row by row; no row is wider than its columns."""
    match pad:
        case "pinyin" | "double":
            return _typewriter(pad, say, now)
        case "latin":
            return _alphabet(board, say, now) if board.narrow else _latin(board, say, now)
        case "nine":
            named = [Key(digit, digit, note=letters.upper()) for letters, digit in NINE]
            return _nine(named, say, now)
        case "stroke":
            named = [Key(sign, stroke, note=say(name)) for stroke, sign, name in STROKES]
            return _strokes(named, say, now)
    return _digits(board, say, now)


def _typewriter(pad: Pad, say: Words, now: Legends) -> tuple[tuple[Key, ...], ...]:
    top, middle, low = ([_sounded(letter, pad) for letter in row] for row in LETTERS)
    if pad == "double":
        middle.append(_sounded(";", pad))
    return (
        tuple(top),
        tuple(middle),
        (Key("·", "·", 1.5, "function", able=not now.composing), *low, _back(say, 1.5)),
        (
            _other("latin", say, 1.8),
            _split(say, now, 1.5),
            replace(now.space, units=3.7),
            replace(now.submit, units=3),
        ),
    )


def _sounded(letter: str, pad: Pad) -> Key:
    if pad != "double":
        return Key(letter, letter)
    sounds = [sound for sound in (SHENGMU.get(letter), YUNMU[letter]) if sound and sound != letter]
    return Key(letter, letter, note=" ".join(sounds))


def _latin(board: Keyboard, say: Words, now: Legends) -> tuple[tuple[Key, ...], ...]:
    top, middle, low = (_cased(row, now) for row in LETTERS)
    signs = [Key(sign, sign) for sign in board.signs()]
    numbers = [_other("digits", say, 1.2)] if board.kind == "text" else []
    digits = [tuple(Key(digit, digit) for digit in DIGITS)] if board.kind == "code" else []
    change = [_other(board.pads()[0], say, 1.5)] if board.chinese and board.kind != "code" else []
    taken = sum(key.units for key in [*change, *numbers, *signs])
    submit = 2.6 if len(signs) > 2 else 3.0
    return (
        *digits,
        tuple(top),
        tuple(middle),
        (_shift(say, now, 1.5), *low, _back(say, 1.5)),
        (
            *change,
            *numbers,
            *signs,
            replace(now.space, units=round(TEN - taken - submit, 1)),
            replace(now.submit, units=submit),
        ),
    )


def _alphabet(board: Keyboard, say: Words, now: Legends) -> tuple[tuple[Key, ...], ...]:
    """Six keys a row in the order of the alphabet: for a panel that is too narrow for a typewriter's ten."""
    *full, last = (_cased(row, now) for row in ALPHABET)
    signs = [Key(sign, sign) for sign in board.signs()[:2]]
    change = [_other(board.pads()[0], say, 1.5)] if board.chinese and board.kind != "code" else []
    if "digits" in board.pads():
        change.append(_other("digits", say, 1))
    space = SIX - sum(key.units for key in change) - 2
    return (
        *(tuple(row) for row in full),
        (*last, *signs, _shift(say, now, 1), _back(say, 5 - len(last) - len(signs))),
        (*change, replace(now.space, units=space), replace(now.submit, units=2)),
    )


def _cased(letters: Iterable[str], now: Legends) -> list[Key]:
    return [Key(letter, letter) for letter in (one.upper() if now.shift else one for one in letters)]


def _nine(keys: list[Key], say: Words, now: Legends) -> tuple[tuple[Key, ...], ...]:
    """Three columns of digits, the function keys at the right, what the first syllable may be at the left."""
    told = [Key(sound, f"sound:{sound}", kind="function") for sound in now.sounds]
    told += [Key("", "")] * (SOUNDS - len(told))
    return (
        (told[0], _split(say, now), *keys[0:2], _back(say, 1)),
        (told[1], *keys[2:5], Key("·", "·", 1, "function", able=not now.composing)),
        (told[2], *keys[5:8], _other("latin", say, 1)),
        (told[3], replace(now.space, units=2), replace(now.submit, units=2)),
    )


def _strokes(keys: list[Key], say: Words, now: Legends) -> tuple[tuple[Key, ...], ...]:
    return (
        (*keys[0:3], _back(say, 1)),
        (*keys[3:5], _split(say, now), Key("·", "·", 1, "function", able=not now.composing)),
        (_other("latin", say, 1), replace(now.space, units=1), replace(now.submit, units=2)),
    )


def _digits(board: Keyboard, say: Words, now: Legends) -> tuple[tuple[Key, ...], ...]:
    named = [Key(digit, digit) for digit in "123456789"]
    return (
        (*named[0:3], _back(say, 1)),
        (*named[3:6], _other("latin", say, 1)),
        (*named[6:9], *([_other(board.pads()[0], say, 1)] if board.chinese else [])),
        (replace(now.space, units=1), Key("0", "0"), replace(now.submit, units=2)),
    )


def _back(say: Words, units: float) -> Key:
    return Key(say("Delete"), "back", units, "function", icon="del")


def _shift(say: Words, now: Legends, units: float) -> Key:
    return Key(say("Caps"), "shift", units, "chosen" if now.shift else "function")


def _split(say: Words, now: Legends, units: float = 1.0) -> Key:
    return Key(say("Split"), SPLIT, units, "function", able=now.composing)


def _other(pad: Pad, say: Words, units: float) -> Key:
    """Changes to a pad of the other script."""
    label = {"digits": "123", "latin": "ABC"}.get(pad) or say("中/EN")
    return Key(label, f"pad:{pad}", units, "function")
