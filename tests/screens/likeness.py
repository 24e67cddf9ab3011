"""Whether two pictures of a page look alike to a person, whoever rasterised them."""

from PIL import Image, ImageChops, ImageFilter

SHRINK, BLUR = 4, 1.0
"""Edges are smoothed differently by every renderer; a quarter of the size and a little blur forgive that."""
SEEN = 24
"""Levels of 255 by which a spot must differ before an eye sees it."""
MOST = 0.001
"""The share of spots that may differ: less than one word of a page."""


def differing(one: Image.Image, other: Image.Image) -> float:
    """The share of spots, 0 to 1, that look different; 1 for pictures of different sizes."""
    if one.size != other.size:
        return 1.0
    seen = ImageChops.difference(_from_afar(one), _from_afar(other))
    strongest = ImageChops.lighter(ImageChops.lighter(*seen.split()[:2]), seen.split()[2])
    histogram = strongest.histogram()
    return sum(histogram[SEEN:]) / sum(histogram)


def alike(one: Image.Image, other: Image.Image) -> bool:
    """Whether a person would call them the same page."""
    return differing(one, other) <= MOST


def _from_afar(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    small = picture.convert("RGB").resize((width // SHRINK, height // SHRINK), Image.Resampling.BOX)
    return small.filter(ImageFilter.GaussianBlur(BLUR))
