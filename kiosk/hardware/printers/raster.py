"""From a typed paper to dots: mode "1", no antialias, as a thermal head burns them. The home of segno.

Any script prints on any printer this way, and no text can be read as a command. Sizes are in dots, 8 to the
millimetre; the layout is made for 576 dots (80 mm paper) and grows a little denser at 384 (58 mm).
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

from kiosk.hardware.printers.pictures import dithered
from kiosk.hardware.printers.wrapping import balanced, lines, plain
from kiosk.membership import paper

WIDTHS = (384, 576)
MODULE_MIN = 5
QUIET = 4
HEIGHT_MAX = 6000
PARTS_MAX = 100
PICTURE_HEIGHT = 200
_MARGIN = 12
_GAP_MAX = 800
_QR_TEXT_MAX = 400


class CannotDraw(Exception):
    """This paper cannot be drawn: too long, or a font is missing."""


@dataclass(frozen=True, slots=True)
class Face:
    """A font file, and which of its faces: 2 is Simplified and 3 Traditional in Noto's collections."""

    path: Path
    index: int = 0


@dataclass(frozen=True, slots=True)
class Faces:
    """The faces of a voucher, by script."""

    sc: Face
    sc_bold: Face
    tc: Face
    tc_bold: Face

    def of(self, language: str, *, bold: bool) -> Face:
        """The face for a language; English stands beside Simplified."""
        if language == "zh_TW":
            return self.tc_bold if bold else self.tc
        return self.sc_bold if bold else self.sc


def noto(folder: Path = Path("/usr/share/fonts/opentype/noto")) -> Faces:
    """The faces that Debian's fonts-noto-cjk installs."""
    regular, bold = folder / "NotoSansCJK-Regular.ttc", folder / "NotoSansCJK-Bold.ttc"
    return Faces(Face(regular, 2), Face(bold, 2), Face(regular, 3), Face(bold, 3))


@dataclass(frozen=True, slots=True)
class Sizes:
    """Letter heights of one paper width."""

    title: int
    strong: int
    text: int
    small: int


_SIZES = {576: Sizes(title=46, strong=32, text=28, small=23), 384: Sizes(38, 28, 25, 21)}


class Raster:
    """Draws papers of one width; `pictures` is the folder of PNGs that Picture parts name."""

    def __init__(self, width: int, faces: Faces, pictures: Path) -> None:
        if width not in WIDTHS:
            raise ValueError(f"paper is {WIDTHS} dots wide, not {width}")
        self.width = width
        self._faces = faces
        self._pictures = pictures
        self._sizes = _SIZES[width]
        self._inner = width - 2 * _MARGIN

    def draw(self, sheet: paper.Paper) -> Image.Image:
        """The whole paper as one picture, black on white. CannotDraw."""
        if len(sheet.parts) > PARTS_MAX:
            raise CannotDraw(f"{len(sheet.parts)} parts")
        strips = [self._strip(part, sheet.language) for part in sheet.parts]
        height = sum(strip.height for strip in strips)
        if not 0 < height <= HEIGHT_MAX:
            raise CannotDraw(f"{height} dots long")
        whole = Image.new("1", (self.width, height), 1)
        top = 0
        for strip in strips:
            whole.paste(strip, (0, top))
            top += strip.height
        return whole

    def _strip(self, part: paper.Part, language: str) -> Image.Image:
        match part:
            case paper.Title(text):
                font = self._font(language, self._sizes.title, bold=True)
                strip = self._paragraph(text, font, centred=True)
            case paper.Text():
                strip = self._text(part, language)
            case paper.Row():
                strip = self._row(part, language)
            case paper.Rule():
                strip = self._rule()
            case paper.Picture(name):
                strip = self._picture(name)
            case paper.QR(text):
                strip = self._qr(text)
            case paper.Gap(dots):
                strip = self._blank(min(max(dots, 0), _GAP_MAX))
        return strip

    def _blank(self, height: int) -> Image.Image:
        return Image.new("1", (self.width, height), 1)

    def _font(self, language: str, size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
        return _opened(self._faces.of(language, bold=bold), size)

    def _text(self, part: paper.Text, language: str) -> Image.Image:
        size = self._sizes.small if part.small else self._sizes.strong if part.strong else self._sizes.text
        return self._paragraph(
            part.text, self._font(language, size, bold=part.strong), centred=part.align == "center"
        )

    def _paragraph(self, text: str, font: ImageFont.FreeTypeFont, *, centred: bool) -> Image.Image:
        told = (balanced if centred else lines)(text, self._inner, font.getlength)
        strip = self._blank(_line_height(font) * len(told))
        pen = ImageDraw.Draw(strip)
        for place, line in enumerate(told):
            left = (self.width - font.getlength(line)) / 2 if centred else _MARGIN
            _write(pen, font, line, left, _baseline(place, _line_height(font)))
        return strip

    def _row(self, part: paper.Row, language: str) -> Image.Image:
        """Label and value on one line; a value without room for that goes under its label, flush right."""
        small = self._font(language, self._sizes.text, bold=False)
        size = self._sizes.strong if part.strong else self._sizes.text
        big = self._font(language, size, bold=part.strong)
        label, value = plain(part.label), plain(part.value)
        labels = lines(label, self._inner, small.getlength)
        values = lines(value, self._inner, big.getlength)
        gap = self._sizes.text
        fits = small.getlength(label) + gap + big.getlength(value) <= self._inner
        below = 0 if fits else len(labels)
        step = _line_height(big if part.strong else small)
        strip = self._blank(step * (below + max(len(values), 1)))
        pen = ImageDraw.Draw(strip)
        for place, line in enumerate(labels):
            _write(pen, small, line, _MARGIN, _baseline(place, step))
        for place, line in enumerate(values):
            left = self.width - _MARGIN - big.getlength(line)
            _write(pen, big, line, left, _baseline(below + place, step))
        return strip

    def _rule(self) -> Image.Image:
        strip = self._blank(26)
        ImageDraw.Draw(strip).rectangle((_MARGIN, 12, self.width - _MARGIN - 1, 13), fill=0)
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
        strip = self._blank(drawn.height)
        strip.paste(drawn, ((self.width - drawn.width) // 2, 0))
        return strip

    def _qr(self, text: str) -> Image.Image:
        """The code, at least 5 dots a module and 4 modules of quiet around."""
        if len(text) > _QR_TEXT_MAX:
            raise CannotDraw(f"a code of {len(text)} characters")
        code = segno.make_qr(text, error="m", boost_error=False)
        modules = int(code.symbol_size(border=QUIET)[0])
        dots = min(7, self.width // modules)
        if dots < MODULE_MIN:
            raise CannotDraw(f"a code of {modules} modules does not fit {self.width} dots")
        bits = bytes(0 if dark else 255 for row in code.matrix_iter(border=QUIET) for dark in row)
        small = Image.frombytes("L", (modules, modules), bits).convert("1", dither=Image.Dither.NONE)
        drawn = small.resize((modules * dots, modules * dots), Image.Resampling.NEAREST)
        strip = self._blank(drawn.height)
        strip.paste(drawn, ((self.width - drawn.width) // 2, 0))
        return strip


@cache
def _opened(face: Face, size: int) -> ImageFont.FreeTypeFont:
    try:
        return ImageFont.truetype(
            str(face.path), size, index=face.index, layout_engine=ImageFont.Layout.BASIC
        )
    except OSError as trouble:
        raise CannotDraw(f"{face.path}: {trouble}") from trouble


def _line_height(font: ImageFont.FreeTypeFont) -> int:
    return round(font.size * 1.36)


def _baseline(place: int, step: int) -> int:
    """Where the letters of a line stand: large and small ones on one ground."""
    return place * step + round(step * 0.76)


def _write(
    pen: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont,
    line: str,
    left: float,
    baseline: int,
) -> None:
    pen.fontmode = "1"
    pen.text((round(left), baseline), line, fill=0, font=font, anchor="ls")
