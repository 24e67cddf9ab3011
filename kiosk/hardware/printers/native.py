"""Papers in a printer's own letters, for lines too slow for pictures: a voucher in a few kilobytes.

Text stands between FS & and FS . on a grid of cells, 12 dots wide and 24 high, blanks included. A line with
a character that the printer has no letter for is drawn on the same grid and goes as a picture band; so do
pictures, and codes that only fit when they are drawn. Nothing of a text can be a command: control characters
are dropped while lines are laid out, and no letter has a byte below 20.
"""

from collections.abc import Iterator

from PIL import Image, ImageDraw

from kiosk.hardware.printers import codes, escpos
from kiosk.hardware.printers.cells import Cells, Line
from kiosk.hardware.printers.escpos import Slip, drawn
from kiosk.hardware.printers.letters import CannotDraw, Face, opened, write
from kiosk.hardware.printers.raster import GAP_MAX, HEIGHT_MAX, Raster, slips_of
from kiosk.hardware.printers.rom import Encoding, Rom, cells
from kiosk.membership import paper

CELL, HEIGHT = 12, 24
_STEP = 34
"""Dots from one line to the next."""
_RULE = "─"
_START = b"\x1bR\x00\x1b3" + bytes((_STEP,))
"""ESC R 0: ASCII is ASCII (in China's set a dollar sign prints a yuan). ESC 3: line spacing."""
_MIDDLE, _LEFT = b"\x1ba\x01", b"\x1ba\x00"


class Native:
    """Writes papers for printers with the letters of one encoding; the raster draws what must be drawn."""

    def __init__(self, raster: Raster, mono: tuple[Face, Face], encoding: Encoding) -> None:
        """`mono` are faces for Simplified and Traditional whose Latin is half as wide as their Chinese."""
        self._raster = raster
        self._mono = mono
        self._rom = Rom(encoding)
        self._cells = Cells(raster.width // CELL, cells)

    def slips(self, sheet: paper.Paper) -> list[Slip]:
        """Each slip, without reset, cut and mark. CannotDraw."""
        self._raster.check(sheet)
        told = [sum(self._parts(slip), start=Slip(_START, 0)) for slip in slips_of(sheet)]
        if not 0 < sum(slip.rows for slip in told) <= HEIGHT_MAX:
            raise CannotDraw(f"{sum(slip.rows for slip in told)} dots long")
        return told

    def _parts(self, slip: paper.Paper) -> Iterator[Slip]:
        for part in slip.parts:
            try:
                laid_out = self._cells.laid_out(self._readable(part))
            except ValueError as trouble:
                raise CannotDraw(str(trouble)) from trouble
            for laid in laid_out:
                yield self._line(laid, slip.language) if isinstance(laid, Line) else self._part(laid, slip)

    def _readable(self, part: paper.Part) -> paper.Part:
        """The part with look-alikes for what no printer has."""
        plain = self._rom.plain
        match part:
            case paper.Title(text):
                return paper.Title(plain(text))
            case paper.Text(text, align, strong, small):
                return paper.Text(plain(text), align, strong, small)
            case paper.Row(label, value, strong):
                return paper.Row(plain(label), plain(value), strong)
            case paper.Table(weights, heading, rows):
                told = tuple(tuple(map(plain, row)) for row in rows)
                return paper.Table(weights, tuple(map(plain, heading)), told)
            case _:
                return part

    def _line(self, line: Line, language: str) -> Slip:
        coded = self._rom.encoded(line.text)
        if coded is None:
            return drawn(self._band(line, language)) + _feed(_STEP - HEIGHT)
        if not coded.isascii():
            coded = b"\x1c&" + coded + b"\x1c."
        size = (line.wide - 1) << 4 | (line.tall - 1)
        before = b"\x1bE\x01" * line.strong + bytes((0x1D, 0x21, size)) * bool(size)
        after = b"\x1bE\x00" * line.strong + b"\x1d!\x00" * bool(size)
        told = Slip(before + coded + b"\n" + after, max(_STEP, HEIGHT * line.tall))
        return told + _feed(_STEP - HEIGHT) if line.tall > 1 else told

    def _band(self, line: Line, language: str) -> Image.Image:
        """The line drawn on the grid that the printer's letters would have stood on."""
        face = self._mono[language == "zh_TW"]
        font = opened(face, HEIGHT - 2)
        small = Image.new("1", (self._raster.width, HEIGHT), 1)
        pen = ImageDraw.Draw(small)
        cell = 0
        for char in line.text:
            room = cells(char) * CELL
            for bold in range(1 + line.strong):
                write(pen, font, char, cell * CELL + (room - font.getlength(char)) / 2 + bold, HEIGHT - 5)
            cell += cells(char)
        right = min(self._raster.width // line.wide, -(-(cell * CELL + 2) // 8) * 8)
        whole = small.crop((0, 0, right, HEIGHT))
        return whole.resize((right * line.wide, HEIGHT * line.tall), Image.Resampling.NEAREST)

    def _part(self, part: paper.Part, slip: paper.Paper) -> Slip:
        match part:
            case paper.Rule():
                return self._line(Line(_RULE * (self._cells.columns // 2)), slip.language)
            case paper.Gap(dots):
                return _feed(min(max(dots, 0), GAP_MAX))
            case paper.QR(text):
                return self._qr(text)
            case paper.Barcode(text):
                return self._barcode(text) + self._line(Line(self._middle(text)), slip.language)
            case _:
                return _cropped(self._raster.strip(part, slip.language))

    def _qr(self, text: str) -> Slip:
        """GS ( k: model 2, modules as large as drawn ones, error correction M. It brings no quiet zone."""
        try:
            size = codes.measured(text, self._raster.width, roomy=True)
        except codes.CannotCode as trouble:
            raise CannotDraw(str(trouble)) from trouble
        quiet = _feed(codes.QUIET * size.dots)
        rows = (size.modules - 2 * codes.QUIET) * size.dots
        return quiet + Slip(_MIDDLE + escpos.qr(text, size.dots) + _LEFT, rows) + quiet

    def _barcode(self, text: str) -> Slip:
        """GS k, or the drawn bars where the printer's own would be too wide."""
        try:
            dots = codes.native_barcode_dots(text, self._raster.width)
            bars = codes.barcode(text, self._raster.width)
        except codes.CannotCode as trouble:
            raise CannotDraw(str(trouble)) from trouble
        if not dots:
            return _middle(bars)
        told = escpos.code128(codes.code128_data(text), dots, bars.height)
        return Slip(_MIDDLE + told + _LEFT, bars.height)

    def _middle(self, text: str) -> str:
        return " " * ((self._cells.columns - cells(text)) // 2) + text


def _feed(dots: int) -> Slip:
    return Slip(escpos.feed(dots), dots)


def _cropped(strip: Image.Image) -> Slip:
    """A drawn strip without the blank paper at its sides, in the middle."""
    inked = Image.eval(strip.convert("L"), lambda shade: 255 - shade).getbbox() if strip.height else None
    if inked is None:
        return _feed(strip.height)
    return _middle(strip.crop((inked[0], 0, inked[2], strip.height)))


def _middle(image: Image.Image) -> Slip:
    """A picture in the middle, whole bytes wide."""
    whole = Image.new("1", (-(-image.width // 8) * 8, image.height), 1)
    whole.paste(image, ((whole.width - image.width) // 2, 0))
    return Slip(_MIDDLE + escpos.picture(whole) + _LEFT, image.height)
