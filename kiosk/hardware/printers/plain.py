"""Papers as plain text, for logs and terminals: what stands on them, where it stands."""

import unicodedata

from kiosk.hardware.printers.cells import Cells, Line
from kiosk.hardware.printers.wrapping import plain
from kiosk.membership import paper

_BLANK_LINE = 16
"""Dots of a gap from which on it is a line of its own."""


def width_of(text: str) -> int:
    """Cells in a terminal: wide and full-width characters take two, marks that combine none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def render_text(sheet: paper.Paper, columns: int = 48) -> str:
    """The paper on lines of at most so many cells. ValueError for a table that does not add up."""
    cells = Cells(columns, width_of)
    told: list[str] = []
    for part in sheet.parts:
        for laid in cells.laid_out(part):
            told += _written(laid, columns)
    return "\n".join(line.rstrip() for line in told) + "\n"


def _written(laid: Line | paper.Part, columns: int) -> list[str]:
    told: list[str] = []
    match laid:
        case Line(text):
            told = [_spread(text, laid.wide, columns)]
        case paper.Rule():
            told = ["─" * columns]
        case paper.QR(text):
            told = _code("QR", text, columns)
        case paper.Barcode(text):
            told = _code("|||", text, columns)
        case paper.Picture(name):
            told = [f"[{plain(name)}]".center(columns)]
        case paper.Gap(dots) if dots >= _BLANK_LINE:
            told = [""]
        case paper.Cut():
            told = ["- " * (columns // 2)]
    return told


def _spread(text: str, wide: int, columns: int) -> str:
    """A line of large letters stands in the middle as it does on paper."""
    if wide == 1:
        return text
    inner = text.strip()
    return " " * ((columns - width_of(inner)) // 2) + inner


def _code(kind: str, text: str, columns: int) -> list[str]:
    told = f"[{kind} {plain(text)}]"
    return [told[start : start + columns] for start in range(0, len(told), columns)]
