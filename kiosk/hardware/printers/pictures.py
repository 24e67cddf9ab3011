"""Colour pictures for a head that only burns or does not: edges become ink lines, areas become dots."""

from pathlib import Path

from PIL import Image, ImageChops, ImageFilter, ImageOps

_PIXELS_MAX = 4_000_000
_EDGE = 5
"""Steps of grey between two areas that deserve a line between them."""
_LIGHTEN = 0.55
"""Areas only hint at their shade, so that the lines and the words stay the darkest thing on the paper."""
_AIR = 8


def dithered(path: Path, width: int, height: int) -> Image.Image:
    """The picture in mode "1", its empty border cut off, as large as fits. OSError, ValueError: none."""
    with Image.open(path) as stored:
        if stored.width * stored.height > _PIXELS_MAX:
            raise ValueError(f"{path}: {stored.width} x {stored.height}")
        coloured = stored.convert("RGBA")
    flat = Image.new("RGBA", coloured.size, "white")
    flat.alpha_composite(coloured)
    grey = _cropped(flat.convert("L"))
    scale = min(width / grey.width, height / grey.height, 3.0)
    size = max(1, round(grey.width * scale)), max(1, round(grey.height * scale))
    grey = ImageOps.expand(grey.resize(size, Image.Resampling.LANCZOS), _AIR, 255)
    areas = ImageOps.autocontrast(grey, cutoff=1).point(lambda shade: 255 - int((255 - shade) * _LIGHTEN))
    return ImageChops.darker(areas.convert("1"), _lines(grey))


def _cropped(grey: Image.Image) -> Image.Image:
    inked = ImageChops.invert(grey).point(lambda shade: 255 if shade > 6 else 0).getbbox()
    if inked is None:
        raise ValueError("an empty picture")
    return grey.crop(inked)


def _lines(grey: Image.Image) -> Image.Image:
    """Black where two areas meet, two to three dots wide."""
    smooth = grey.filter(ImageFilter.MedianFilter(3))
    contrast = ImageChops.subtract(
        smooth.filter(ImageFilter.MaxFilter(3)), smooth.filter(ImageFilter.MinFilter(3))
    )
    return contrast.point(lambda step: 0 if step > _EDGE else 255).convert("1", dither=Image.Dither.NONE)
