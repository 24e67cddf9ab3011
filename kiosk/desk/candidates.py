"""What keys on their way may mean, as keys: a bar over the pad, or whole pages in its place."""

from collections.abc import Iterable

from kiosk.desk.composer import BAR, Composer, Typist
from kiosk.views import Key
from kiosk.words import Words

COLUMNS, NARROW_COLUMNS = 8, 5
SEEN, JOINED = 200, 3
"""Candidates for a name that are looked at, and of more than one character that are offered over the pad."""
LINES = 3
"""Rows of candidates on a page; the function keys stand below them."""


def bar(typist: Typist, typed: Composer) -> tuple[tuple[Key, ...], bool]:
    """The best candidates, the first of them inked as the space bar takes it; whether there are more."""
    found = typist.reading(typed, 0, SEEN if typed.names else BAR)
    places = list(range(len(found.candidates)))
    if typed.names:
        # Many joined names may stand before a surname: some of both are offered, in their order.
        singles = [place for place in places[JOINED:] if len(found.candidates[place]) == 1]
        places = (places[:JOINED] + singles)[:BAR]
    keys = [_candidate(place, found.candidates[place], "chosen" if place == 0 else "key") for place in places]
    return tuple(keys), found.more or len(found.candidates) > 1


def leaf(typist: Typist, typed: Composer, say: Words) -> tuple[tuple[tuple[Key, ...], ...], int]:
    """One page of candidates, rows of keys, and how many columns they take."""
    columns = NARROW_COLUMNS if typist.board.narrow else COLUMNS
    first = 0
    for _ in range(typed.leaf - 1):
        first += len(_page(typist, typed, first, columns))
    shown = _page(typist, typed, first, columns)
    more = bool(shown) and bool(typist.reading(typed, first + len(shown), 1).candidates)
    lines = list(_lines(shown, columns))
    lines += [()] * (LINES - len(lines))
    turning = (
        Key(say("Close"), "leaf:0", columns / 4, "function"),
        Key(say("Previous page"), f"leaf:{typed.leaf - 1}", columns * 3 / 8, "function", able=typed.leaf > 1),
        Key(say("Next page"), f"leaf:{typed.leaf + 1}", columns * 3 / 8, "function", able=more),
    )
    return (*lines, turning), columns


def _page(typist: Typist, typed: Composer, first: int, columns: int) -> tuple[Key, ...]:
    """The candidates from this one that fit on a page."""
    found = typist.reading(typed, first, columns * LINES).candidates
    keys = [_candidate(first + place, text) for place, text in enumerate(found)]
    lines = list(_lines(keys, columns))[:LINES]
    return tuple(key for line in lines for key in line)


def _lines(keys: Iterable[Key], columns: int) -> Iterable[tuple[Key, ...]]:
    """Keys in rows that are no wider than this."""
    line: list[Key] = []
    for key in keys:
        if line and sum(one.units for one in line) + key.units > columns:
            yield tuple(line)
            line = []
        line.append(key)
    if line:
        yield tuple(line)


def _candidate(place: int, text: str, kind: str = "key") -> Key:
    units = 1.0 if len(text) == 1 else min(4.0, 1.0 + len(text) // 2)
    return Key(text, f"choose:{place}:{text}", units, kind)  # type: ignore[arg-type]
