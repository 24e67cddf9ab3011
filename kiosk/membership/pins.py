"""PINs that too many people choose. Pure; the kiosk says it beforehand, head office decides it."""

from datetime import date
from itertools import pairwise

_CENTURIES = (1900, 2000)


def is_weak(pin: str) -> bool:
    """Whether this PIN is among the first that anybody would try: repeats, counting up or down, dates."""
    return _is_repeated(pin) or _counts(pin) or _is_mirrored(pin) or _is_date(pin)


def _is_repeated(pin: str) -> bool:
    """888888, 121212, 123123, 112233."""
    halves = any(pin == pin[:size] * (len(pin) // size) for size in (1, 2, 3) if len(pin) % size == 0)
    pairs = len(pin) % 2 == 0 and all(pin[place] == pin[place + 1] for place in range(0, len(pin), 2))
    return halves or pairs


def _counts(pin: str) -> bool:
    """123456, 654321, 890123."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return steps in ({1}, {9})


def _is_mirrored(pin: str) -> bool:
    """123321."""
    return pin == pin[::-1]


def _is_date(pin: str) -> bool:
    """A birthday, as people write it with six digits: 880808, 080888, 198808."""
    if len(pin) != 6:
        return False
    first, second, third = int(pin[:2]), int(pin[2:4]), int(pin[4:])
    written = ((first, second, third), (third, second, first), (third, first, second))
    as_day = any(
        _is_day(century + year, month, day) for year, month, day in written for century in _CENTURIES
    )
    return as_day or (1900 <= int(pin[:4]) < 2100 and 1 <= third <= 12)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
