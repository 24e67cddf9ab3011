"""The letters of printed papers: faces by script, sizes by width, and how a line is set."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import ImageDraw, ImageFont


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


def noto_mono(folder: Path = Path("/usr/share/fonts/opentype/noto")) -> tuple[Face, Face]:
    """Simplified and Traditional faces whose Latin is half as wide as their Chinese, of the same package."""
    regular = folder / "NotoSansCJK-Regular.ttc"
    return Face(regular, 7), Face(regular, 8)


@dataclass(frozen=True, slots=True)
class Sizes:
    """Letter heights of one paper width."""

    title: int
    long_title: int
    strong: int
    text: int
    small: int


SIZES = {576: Sizes(title=46, long_title=38, strong=32, text=28, small=23), 384: Sizes(38, 32, 28, 25, 21)}


@cache
def opened(face: Face, size: int) -> ImageFont.FreeTypeFont:
    """A face in one size, kept open. CannotDraw when its file is not there."""
    try:
        return ImageFont.truetype(
            str(face.path), size, index=face.index, layout_engine=ImageFont.Layout.BASIC
        )
    except OSError as trouble:
        raise CannotDraw(f"{face.path}: {trouble}") from trouble


def line_height(font: ImageFont.FreeTypeFont) -> int:
    """Dots from one line to the next."""
    return round(font.size * 1.36)


def baseline(place: int, step: int) -> int:
    """Where the letters of a line stand: large and small ones on one ground."""
    return place * step + round(step * 0.76)


def write(
    pen: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont,
    line: str,
    left: float,
    ground: int,
) -> None:
    """Draw one line, its letters standing on `ground`."""
    pen.fontmode = "1"
    pen.text((round(left), ground), line, fill=0, font=font, anchor="ls")
