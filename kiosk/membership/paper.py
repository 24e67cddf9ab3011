"""Paper: one typed layout that every printer, preview and log is made from. Text is data, never commands."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Title:
    """Large, centred."""

    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A wrapped paragraph; `strong` is bold, `small` the note size."""

    text: str
    align: Literal["left", "center"] = "left"
    strong: bool = False
    small: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A label at the left, its value at the right (wraps under it when long)."""

    label: str
    value: str
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A thin line across."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture by name, from the shop's art."""

    name: str


@dataclass(frozen=True, slots=True)
class QR:
    """A QR code of alphanumeric text, at least 5 dots a module with a quiet zone of 4."""

    text: str


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under a heading. `weights` share the width out; below 0: flush right."""

    weights: tuple[int, ...]
    heading: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Barcode:
    """A CODE128 bar code of at most 24 digits and capital letters, its text under it."""

    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Blank space, in dots."""

    dots: int = 16


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut here and go on: what follows is a slip of its own. The last cut needs no part."""


Part = Title | Text | Row | Rule | Picture | QR | Table | Barcode | Gap | Cut


@dataclass(frozen=True, slots=True)
class Paper:
    """What leaves the printer: parts from top to bottom, then a cut. `language` picks the face (SC or TC)."""

    language: str
    parts: tuple[Part, ...]
