"""Breaking sentences into lines: between Chinese characters, at Latin spaces, never before a closing mark."""

from collections.abc import Callable

CLOSING = "，。、；：？！）》」』”’…—·,.;:?!)%"
OPENING = "（《「『“‘(¥$"

Measure = Callable[[str], float]


def pieces(text: str) -> list[str]:
    """The smallest parts that stay together."""
    found: list[str] = []
    for ch in text:
        if found and _together(found[-1][-1], ch):
            found[-1] += ch
        else:
            found.append(ch)
    return found


def _together(before: str, ch: str) -> bool:
    if ch in CLOSING or before in OPENING:
        return True
    if before == " ":
        return False
    if ch == " ":
        return True
    return not (_wide(before) or _wide(ch))


def _wide(ch: str) -> bool:
    return ch >= "⺀"


def broken(text: str, width: float, measure: Measure) -> list[str]:
    """Lines no wider than `width` (a single piece may be wider); '\\n' always breaks."""
    return [line for part in text.split("\n") for line in _lines(pieces(part), width, measure)]


def _lines(parts: list[str], width: float, measure: Measure) -> list[str]:
    lines, line = [], ""
    for part in parts:
        if line and measure((line + part).rstrip()) > width:
            lines.append(line.rstrip())
            line = part
        else:
            line += part
    lines.append(line.rstrip())
    return lines


PAUSES = "。；？！，："
FAIR = 0.45
"""A break at a mark is taken when the shorter half is at least this share of the longer one."""


def _at_a_mark(text: str, width: float, measure: Measure) -> list[str]:
    """Two lines broken where a reader would pause, if both fit and neither is a stub."""
    found: list[tuple[float, list[str]]] = []
    for place, ch in enumerate(text[:-1], start=1):
        if ch in PAUSES and text[place] not in CLOSING:
            halves = [text[:place].rstrip(), text[place:].strip()]
            sizes = sorted(map(measure, halves))
            if sizes[1] <= width and sizes[0] >= FAIR * sizes[1]:
                found.append((sizes[1], halves))
    return min(found)[1] if found else []


def balanced(text: str, width: float, measure: Measure) -> list[str]:
    """As few lines as fit, of about equal length: no single word is left on the last one."""
    lines = broken(text, width, measure)
    if len(lines) < 2 or "\n" in text:
        return lines
    if len(lines) == 2 and (halves := _at_a_mark(text, width, measure)):
        return halves
    low, high = width / 2, width
    for _ in range(6):
        middle = (low + high) / 2
        tried = broken(text, middle, measure)
        if len(tried) > len(lines) or max(map(measure, tried)) > middle:
            low = middle
        else:
            high = middle
    return broken(text, high, measure)
