"""From a typed paper to dots: mode "1", no antialias, as a thermal head burns them.

Any script prints on any printer this way, and no text can be read as a command. Sizes are in dots, 8 to the
millimetre; the layout is made for 576 dots (80 mm paper) and grows a little denser at 384 (58 mm).
"""

import math
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from kiosk.hardware.printers import codes
from kiosk.hardware.printers.columns import Column, columns
from kiosk.hardware.printers.escpos import Slip, drawn
from kiosk.hardware.printers.letters import SIZES, CannotDraw, Faces, baseline, line_height, opened, write
from kiosk.hardware.printers.pictures import dithered
from kiosk.hardware.printers.wrapping import balanced, lines, plain, widest
from kiosk.membership import paper

WIDTHS = (384, 576)
HEIGHT_MAX = 6000
PARTS_MAX = 100
ROWS_MAX = 100
PICTURE_HEIGHT = 200
_MARGIN = 12
GAP_MAX = 800
_DASH = 8
_CELL_GAP = 16
"""Dots between two columns of a table."""


class Raster:
    """Draws papers of one width; `pictures` is the folder of PNGs that Picture parts name."""

    def __init__(self, width: int, faces: Faces, pictures: Path) -> None:
        if width not in WIDTHS:
            raise ValueError(f"paper is {WIDTHS} dots wide, not {width}")
        self.width = width
        self._faces = faces
        self._pictures = pictures
        self._sizes = SIZES[width]
        self._inner = width - 2 * _MARGIN

    def draw(self, sheet: paper.Paper) -> Image.Image:
        """The whole paper as one picture, black on white. CannotDraw."""
        self.check(sheet)
        whole = _stacked(self.width, [self._strip(part, sheet.language) for part in sheet.parts])
        if not 0 < whole.height <= HEIGHT_MAX:
            raise CannotDraw(f"{whole.height} dots long")
        return whole

    def check(self, sheet: paper.Paper) -> None:
        """CannotDraw for more parts than any paper has."""
        if not 0 < len(sheet.parts) <= PARTS_MAX:
            raise CannotDraw(f"{len(sheet.parts)} parts")

    def slips(self, sheet: paper.Paper) -> list[Slip]:
        """Each slip between two cuts as a picture of its own. CannotDraw."""
        self.draw(sheet)  # the whole is bounded, not only each slip
        return [drawn(self.draw(slip)) for slip in slips_of(sheet)]

    def preview(self, sheet: paper.Paper) -> bytes:
        """The whole paper as a PNG file, for screens and technicians. CannotDraw."""
        told = BytesIO()
        self.draw(sheet).save(told, "PNG")
        return told.getvalue()

    def strip(self, part: paper.Part, language: str) -> Image.Image:
        """One part alone, for printers that write the others themselves. CannotDraw."""
        return self._strip(part, language)

    def _strip(self, part: paper.Part, language: str) -> Image.Image:
        match part:
            case paper.Title(text):
                strip = self._title(text, language)
            case paper.Text():
                strip = self._text(part, language)
            case paper.Row():
                strip = self._row(part, language)
            case paper.Rule():
                strip = self._rule()
            case paper.Picture(name):
                strip = self._picture(name)
            case paper.QR() | paper.Barcode():
                strip = self._code(part, language)
            case paper.Table():
                strip = self._table(part, language)
            case paper.Cut():
                strip = self._cut_line()
            case paper.Gap(dots):
                strip = self._blank(min(max(dots, 0), GAP_MAX))
        return strip

    def _blank(self, height: int) -> Image.Image:
        return Image.new("1", (self.width, height), 1)

    def _font(self, language: str, size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
        return opened(self._faces.of(language, bold=bold), size)

    def _title(self, text: str, language: str) -> Image.Image:
        """One or two lines of large letters, or more lines of smaller ones."""
        large, smaller = (
            self._font(language, size, bold=True) for size in (self._sizes.title, self._sizes.long_title)
        )
        two_lines = len(lines(text, self._inner, large.getlength)) <= 2
        return self._paragraph(text, large if two_lines else smaller, centred=True)

    def _text(self, part: paper.Text, language: str) -> Image.Image:
        size = self._sizes.small if part.small else self._sizes.strong if part.strong else self._sizes.text
        return self._paragraph(
            part.text, self._font(language, size, bold=part.strong), centred=part.align == "center"
        )

    def _paragraph(self, text: str, font: ImageFont.FreeTypeFont, *, centred: bool) -> Image.Image:
        told = (balanced if centred else lines)(text, self._inner, font.getlength)
        strip = self._blank(line_height(font) * len(told))
        pen = ImageDraw.Draw(strip)
        for place, line in enumerate(told):
            left = (self.width - font.getlength(line)) / 2 if centred else _MARGIN
            write(pen, font, line, left, baseline(place, line_height(font)))
        return strip

    def _row(self, part: paper.Row, language: str) -> Image.Image:
        """Label and value on one line; a value without room for that goes under its label, flush right."""
        small = self._font(language, self._sizes.text, bold=False)
        size = self._sizes.strong if part.strong else self._sizes.text
        big = self._font(language, size, bold=part.strong)
        label, value = plain(part.label), plain(part.value)
        labels = lines(label, self._inner, small.getlength)
        values = balanced(value, self._inner, big.getlength)
        gap = self._sizes.text
        fits = small.getlength(label) + gap + big.getlength(value) <= self._inner
        below = 0 if fits else len(labels)
        step = line_height(big if part.strong else small)
        strip = self._blank(step * (below + max(len(values), 1)))
        pen = ImageDraw.Draw(strip)
        for place, line in enumerate(labels):
            write(pen, small, line, _MARGIN, baseline(place, step))
        for place, line in enumerate(values):
            left = self.width - _MARGIN - big.getlength(line)
            write(pen, big, line, left, baseline(below + place, step))
        return strip

    def _rule(self, air: int = 12) -> Image.Image:
        strip = self._blank(2 * air + 2)
        ImageDraw.Draw(strip).rectangle((_MARGIN, air, self.width - _MARGIN - 1, air + 1), fill=0)
        return strip

    def _picture(self, name: str) -> Image.Image:
        """The shop's picture, dithered; nothing when there is none, for the words say it all."""
        path = self._pictures / f"{name}.png"
        if path.parent != self._pictures or not path.is_file():
            return self._blank(0)
        try:
            drawn = dithered(path, self.width // 2, PICTURE_HEIGHT)
        except (OSError, ValueError, SyntaxError):
            return self._blank(0)
        return self._centred(drawn)

    def _code(self, part: paper.QR | paper.Barcode, language: str) -> Image.Image:
        """A code in the middle; under bars stands what they say."""
        try:
            if isinstance(part, paper.QR):
                return self._centred(codes.qr(part.text, self.width))
            bars = self._centred(codes.barcode(part.text, self.width))
        except codes.CannotCode as trouble:
            raise CannotDraw(str(trouble)) from trouble
        font = self._font(language, self._sizes.small, bold=False)
        return _stacked(self.width, [self._blank(12), bars, self._paragraph(part.text, font, centred=True)])

    def _centred(self, drawn: Image.Image) -> Image.Image:
        strip = self._blank(drawn.height)
        strip.paste(drawn, ((self.width - drawn.width) // 2, 0))
        return strip

    def _table(self, part: paper.Table, language: str) -> Image.Image:
        """The heading in small bold letters over a line, then the rows; cells wrap within their column."""
        cells = {len(part.weights), *(len(row) for row in (part.heading, *part.rows) if row)}
        if len(cells) != 1 or not part.weights or len(part.rows) > ROWS_MAX:
            raise CannotDraw(f"a table of {len(part.rows)} rows of {sorted(cells)} cells")
        heading = self._font(language, self._sizes.small, bold=True)
        body = self._font(language, self._sizes.small + 2, bold=False)
        told = [(body, row) for row in part.rows] + ([(heading, part.heading)] if part.heading else [])
        least = tuple(
            max((math.ceil(widest(row[place], font.getlength)) for font, row in told), default=0)
            for place in range(len(part.weights))
        )
        across = columns(part.weights, self._inner, _CELL_GAP, least)
        strips = [self._cells(row, across, body) for row in part.rows]
        if any(part.heading):
            strips[:0] = [self._cells(part.heading, across, heading), self._rule(8)]
        return _stacked(self.width, strips)

    def _cells(
        self, cells: tuple[str, ...], across: tuple[Column, ...], font: ImageFont.FreeTypeFont
    ) -> Image.Image:
        told = [
            (column, lines(cell, column.width, font.getlength))
            for column, cell in zip(across, cells, strict=True)
        ]
        step = line_height(font)
        strip = self._blank(step * max((len(cell) for _, cell in told), default=1))
        pen = ImageDraw.Draw(strip)
        for column, cell in told:
            for place, line in enumerate(cell):
                spare = column.width - font.getlength(line) if column.right else 0
                write(pen, font, line, _MARGIN + column.left + spare, baseline(place, step))
        return strip

    def _cut_line(self) -> Image.Image:
        """Where the preview is cut: a dashed line."""
        strip = self._blank(40)
        pen = ImageDraw.Draw(strip)
        for left in range(0, self.width, 2 * _DASH):
            pen.rectangle((left, 19, left + _DASH - 1, 20), fill=0)
        return strip


def slips_of(sheet: paper.Paper) -> list[paper.Paper]:
    """The parts between the cuts, each a paper of its own; nothing is cut off that holds nothing."""
    slips: list[list[paper.Part]] = [[]]
    for part in sheet.parts:
        if isinstance(part, paper.Cut):
            slips.append([])
        else:
            slips[-1].append(part)
    return [paper.Paper(sheet.language, tuple(parts)) for parts in slips if parts]


def _stacked(width: int, strips: list[Image.Image]) -> Image.Image:
    whole = Image.new("1", (width, sum(strip.height for strip in strips)), 1)
    top = 0
    for strip in strips:
        whole.paste(strip, (0, top))
        top += strip.height
    return whole
