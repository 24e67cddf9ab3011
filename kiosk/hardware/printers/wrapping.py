"""Breaking text into lines for narrow paper: Chinese anywhere but before its stops, Latin between words.

Dates and their like (12月31日) stay together, too.
"""

import unicodedata
from collections.abc import Callable, Iterator

TEXT_MAX = 2000
"""Longer text is cut off: a voucher is no letter."""

_NEVER_FIRST = set("，。、；：？！）》」』】〉〕”’…—·％%,.;:?!)]}°℃")
_NEVER_LAST = set("（《「『【〈〔“‘([{¥￥$#")
_UNITS = "年月日号號"

Measure = Callable[[str], float]
"""The width of a text in dots."""


def plain(text: str) -> str:
    """Text as data: line ends become spaces; control, invisible and unassigned characters are dropped."""
    spaced = (" " if char in "\t\n\r\v\f\u2028\u2029" else char for char in text[:TEXT_MAX])
    return "".join(char for char in spaced if unicodedata.category(char)[0] != "C").strip()


def lines(text: str, width: float, measure: Measure) -> list[str]:
    """The lines of a paragraph, each at most `width` wide (a single glyph wider than that stands alone)."""
    done: list[str] = []
    line = ""
    for piece in _pieces(plain(text)):
        if measure((line + piece).rstrip()) <= width:
            line += piece
            continue
        if line.strip():
            done.append(line.rstrip())
        *full, line = _chopped(piece.lstrip(), width, measure)
        done += full
    if line.strip():
        done.append(line.rstrip())
    return done


def balanced(text: str, width: float, measure: Measure) -> list[str]:
    """As `lines`, but with lines of like length: nothing centred ends in one lone word."""
    best = lines(text, width, measure)
    longest = widest(text, measure)
    low, high = max(width / max(len(best), 1), longest if longest <= width else 0), width
    for _ in range(8):
        tried = (low + high) / 2
        shorter = lines(text, tried, measure)
        if len(shorter) == len(best):
            best, high = shorter, tried
        else:
            low = tried
    return best


def widest(text: str, measure: Measure) -> float:
    """The width of the longest thing in a text that must not be broken."""
    return max((measure(piece) for piece in _pieces(plain(text))), default=0.0)


def _pieces(text: str) -> Iterator[str]:
    """What must stay together: a Latin word, a space, one Chinese character with its punctuation."""
    piece = ""
    for char in text:
        if piece and not _joined(piece[-1], char):
            yield piece
            piece = ""
        piece += char
    if piece:
        yield piece


def _joined(left: str, right: str) -> bool:
    if left == " " or right == " ":
        return False
    if right in _NEVER_FIRST or left in _NEVER_LAST:
        return True
    if (left.isdigit() and right in _UNITS) or (left in _UNITS[:2] and right.isdigit()):
        return True
    return not (_wide(left) or _wide(right))


def _wide(char: str) -> bool:
    return unicodedata.east_asian_width(char) in "WF"


def _chopped(piece: str, width: float, measure: Measure) -> list[str]:
    """A piece that is longer than a line, cut between characters; at least one element."""
    done = [""]
    for char in piece:
        if done[-1] and measure(done[-1] + char) > width:
            done.append("")
        done[-1] += char
    return done
