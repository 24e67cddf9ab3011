"""What a person and a scanner find on paper."""

import time
from collections.abc import Callable
from pathlib import Path

import zxingcpp
from cryptography.exceptions import InvalidSignature
from PIL import Image

from kiosk.hardware.printers.letters import noto
from kiosk.hardware.printers.raster import Raster
from kiosk.hardware.printers.service import PICTURES
from kiosk.membership import vouchers
from tests.printers.sample import KEY


def raster(width: int = 576) -> Raster:
    """Draws as the product does."""
    return Raster(width, noto(), PICTURES)


def number_on(picture: Path | Image.Image) -> str:
    """The number in the one code on a paper, once its signature was found right; '' if there is none."""
    image = picture if isinstance(picture, Image.Image) else Image.open(picture)
    found = zxingcpp.read_barcodes(image.convert("L"))
    if not found:
        return ""
    assert len(found) == 1
    ticket, told, signature = vouchers.parse_qr(found[0].text)
    try:
        KEY.public_key().verify(signature, told)
    except InvalidSignature:
        return ""
    return ticket.number


def until(holds: Callable[[], bool], what: str, patience: float = 10.0) -> None:
    """Wait for a condition; AssertionError names what never came."""
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.005)
