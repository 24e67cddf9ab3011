"""The printer's own letters: one line of text, gathered by the character, drawn into rows of dots."""

import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.hardware.simulated.paper_roll import DOTS, ROW_BYTES

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont, ImageFont

CELL = 12
HEIGHT = 24
CELLS = DOTS // CELL
_NOTO = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
_MONO_SIMPLIFIED = 7


class Line:
    """Characters side by side, Latin in one cell of 12 dots, Chinese in two; `size` is GS !'s byte."""

    def __init__(self) -> None:
        self._glyphs: list[tuple[str, int, int, int]] = []
        self._used = 0
        self.size = 0
        self.align = 0

    def __bool__(self) -> bool:
        return bool(self._glyphs)

    def put(self, char: str) -> bool:
        """Add a character; False, and nothing added, when the line is full."""
        wide, tall = (self.size >> 4 & 7) + 1, (self.size & 7) + 1
        cells = (2 if unicodedata.east_asian_width(char) in "WFA" and ord(char) > 0x7F else 1) * wide
        if self._used + cells > CELLS and self._glyphs:
            return False
        self._glyphs.append((char, self._used, cells, tall))
        self._used += cells
        return True

    def clear(self) -> None:
        """Forget the characters."""
        self._glyphs.clear()
        self._used = 0

    def rows(self) -> list[bytes]:
        """The line as rows of dots, and start a new one."""
        from PIL import Image

        tallest = max((tall for *_, tall in self._glyphs), default=1) * HEIGHT
        canvas = Image.new("1", (DOTS, tallest), 0)
        left = (DOTS - min(self._used, CELLS) * CELL) * (self.align % 3) // 2
        for char, at, cells, tall in self._glyphs:
            drawn = _glyph(char).resize((cells * CELL, tall * HEIGHT), Image.Resampling.NEAREST)
            canvas.paste(drawn, (left + at * CELL, tallest - drawn.height))
        self.clear()
        dots = canvas.tobytes()
        return [dots[at : at + ROW_BYTES] for at in range(0, len(dots), ROW_BYTES)]


@cache
def _font() -> "FreeTypeFont | ImageFont":
    from PIL import ImageFont

    try:
        return ImageFont.truetype(str(_NOTO), 23, index=_MONO_SIMPLIFIED)
    except OSError:  # a machine without Noto prints Latin and boxes
        return ImageFont.load_default()


def _glyph(char: str) -> "Image":
    from PIL import Image, ImageDraw

    cells = 2 if unicodedata.east_asian_width(char) in "WFA" and ord(char) > 0x7F else 1
    drawn = Image.new("1", (cells * CELL, HEIGHT), 0)
    pen = ImageDraw.Draw(drawn)
    try:
        pen.text((cells * CELL / 2, 20), char, fill=1, font=_font(), anchor="ms")
    except (OSError, UnicodeError, ValueError):
        pen.rectangle((1, 2, cells * CELL - 3, HEIGHT - 4), outline=1)
    return drawn
