"""The printer's own letters: one line of text, gathered by the character, drawn into rows of dots."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from kiosk.hardware.simulated.printer_models import Model, Rom

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont, ImageFont

FONTS = ((12, 24), (9, 17))
"""Cells of the fonts A and B, dots; a Chinese character has 24 by 24 in both."""
CHINESE = 24
TAB = 8
_NOTO = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
_MONO_SIMPLIFIED, _MONO_TRADITIONAL = 7, 8
_CODECS: dict[Rom, str] = {"gb18030": "gb18030", "gb2312": "gb2312", "big5": "cp950"}


@dataclass(slots=True)
class Style:
    """How the next characters look; sizes are 1 to 8 times."""

    wide: int = 1
    tall: int = 1
    font: int = 0
    bold: bool = False
    underline: int = 0
    reverse: bool = False
    gap: int = 0
    """Blank dots to the right of each character."""


class Line:
    """Characters side by side on the width of the paper, between the margins."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._glyphs: list[tuple[Image, int]] = []
        self._at = self._used = 0
        self.style = Style()
        self.align = self.left = 0
        self.width = model.dots

    def __bool__(self) -> bool:
        return bool(self._glyphs)

    @property
    def room(self) -> int:
        """Dots between the margins."""
        return max(0, min(self.width, self._model.dots - self.left))

    def put(self, char: str) -> bool:
        """Add a character; False, and nothing added, when the line is full."""
        glyph = _styled(char, self.style, self._model.rom)
        if self._at + glyph.width > self.room and self._glyphs:
            return False
        self._glyphs.append((glyph, self._at))
        self.move(self._at + glyph.width)
        return True

    def move(self, to: int) -> None:
        """Go on so many dots from the left margin; beyond the right one is ignored."""
        if 0 <= to <= max(self.room, self._at):
            self._at = to
            self._used = max(self._used, to)

    def step(self, by: int) -> None:
        """Go on so many dots further, or back."""
        self.move(self._at + by)

    def tab(self) -> None:
        """To the next of the columns eight characters apart."""
        cell = FONTS[self.style.font][0] * self.style.wide * TAB
        self.move((self._at // cell + 1) * cell)

    def clear(self) -> None:
        """Forget the characters."""
        self._glyphs.clear()
        self._at = self._used = 0

    def indent(self, width: int) -> int:
        """Where something so wide begins, as it is aligned."""
        return self.left + max(0, self.room - width) * (self.align % 3) // 2

    def rows(self) -> list[bytes]:
        """The line as rows of dots, and start a new one. The letters stand on one ground."""
        from PIL import Image

        tallest = max((glyph.height for glyph, _ in self._glyphs), default=CHINESE)
        canvas = Image.new("1", (self._model.dots, tallest), 0)
        left = self.indent(self._used)
        for glyph, at in self._glyphs:
            canvas.paste(glyph, (left + at, tallest - glyph.height))
        self.clear()
        return rows_of(canvas)


def rows_of(picture: "Image") -> list[bytes]:
    """A picture in mode "1" as rows of dots, 1 is black."""
    stride, dots = (picture.width + 7) // 8, picture.tobytes()
    return [dots[at : at + stride] for at in range(0, len(dots), stride)]


def _styled(char: str, style: Style, rom: Rom) -> "Image":
    from PIL import Image, ImageChops

    glyph = _glyph(char, style.font, rom)
    if style.bold:
        again = Image.new("1", glyph.size, 0)
        again.paste(glyph, (1, 0))
        glyph = ImageChops.logical_or(glyph, again)
    cell = Image.new("1", (glyph.width + style.gap, glyph.height), 0)
    cell.paste(glyph, (0, 0))
    cell = cell.resize((cell.width * style.wide, cell.height * style.tall), Image.Resampling.NEAREST)
    if style.underline and not style.reverse:
        cell.paste(1, (0, cell.height - min(style.underline, 2), cell.width, cell.height))
    return cell.point(lambda dot: 0 if dot else 255) if style.reverse else cell


def _chinese(char: str) -> bool:
    return ord(char) > 0x7F and unicodedata.east_asian_width(char) in "WFA"


@cache
def _font(size: int, index: int) -> "FreeTypeFont | ImageFont":
    from PIL import ImageFont

    try:
        return ImageFont.truetype(str(_NOTO), size, index=index)
    except OSError:  # a machine without Noto prints Latin and boxes
        return ImageFont.load_default()


@cache
def _glyph(char: str, font: int, rom: Rom) -> "Image":
    from PIL import Image, ImageDraw

    chinese = _chinese(char)
    width, height = (CHINESE, CHINESE) if chinese else FONTS[font]
    drawn = Image.new("1", (width, height), 0)
    pen = ImageDraw.Draw(drawn)
    face = _font(height - 1, _MONO_TRADITIONAL if rom == "big5" else _MONO_SIMPLIFIED)
    try:
        if chinese:
            char.encode(_CODECS[rom])
        pen.text((width / 2, height * 5 // 6), char, fill=1, font=face, anchor="ms")
    except (OSError, UnicodeError, ValueError):  # not in its ROM
        pen.rectangle((1, 2, width - 3, height - 4), outline=1)
    return drawn
