"""What a printer can be told to do, one step at a time, and how long the commands it does not know are."""

from dataclasses import dataclass
from typing import Literal

What = Literal[
    "reset", "feed", "lines", "cut", "asb", "report", "identify", "align", "size", "spacing", "bold", "mode",
    "underline", "font", "reverse", "chinese_mode", "gap", "at", "by", "left", "width", "bar_height",
    "bar_width", "drawer", "tab",
]  # fmt: skip
QR = -1
"""The kind of a Code that is a QR function."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of dots, most significant bit leftmost, 1 is black; printed `times` times."""

    dots: bytes
    times: int = 1


@dataclass(frozen=True, slots=True)
class Character:
    """One character for the line; '\\n' ends it."""

    char: str


@dataclass(frozen=True, slots=True)
class Order:
    """A command with one number: feeds in rows, positions and margins in dots, switches 0 or 1."""

    what: What
    n: int = 0


@dataclass(frozen=True, slots=True)
class Code:
    """A bar code (GS k) by its number and data, or a QR code's data and settings (GS ( k), function first."""

    kind: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Echo:
    """GS ( H: say these four bytes when all before has been printed."""

    id: bytes


Step = Row | Character | Order | Code | Echo

ESC_SIZES = dict.fromkeys(b"@2<LSimu\x0c", 2)
ESC_SIZES |= (
    dict.fromkeys(b" !-3=EGJKMRTVadertv{U%?", 3) | dict.fromkeys(b"$\\c", 4) | {ord("p"): 5, ord("W"): 10}
)
GS_SIZES = (
    dict.fromkeys(b":c", 2)
    | dict.fromkeys(b"!/BHITabefhrw|", 3)
    | dict.fromkeys(b"$\\LPW", 4)
    | {ord("^"): 5}
)
FS_SIZES = dict.fromkeys(b"&.", 2) | dict.fromkeys(b"!-CW", 3) | dict.fromkeys(b"Sp", 4) | {ord("2"): 76}
DLE_SIZES = {0x04: 3, 0x05: 3}
DC4_SIZES = {1: 5, 2: 5, 3: 8, 7: 4, 8: 10}
