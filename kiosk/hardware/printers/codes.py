"""Codes as dots: QR and CODE128, exact modules, quiet zones kept. The home of segno; zxing-cpp draws here."""

from dataclasses import dataclass

import segno
from PIL import Image

MODULE_MIN = 5
"""Dots a QR module has at least: smaller ones do not scan off thermal paper that was folded."""
MODULE_MAX = 7
QUIET = 4
"""Modules around a QR code that stay blank."""
QR_TEXT_MAX = 400
BARCODE_TEXT_MAX = 24
_BARCODE_ALPHABET = frozenset("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_BARCODE_QUIET = 10
_BARCODE_DOTS_MIN, _BARCODE_DOTS_MAX = 2, 3
BARCODE_HEIGHT = 88


class CannotCode(ValueError):
    """This text makes no code that fits the paper."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A QR code that fits: its modules with the quiet zone, and the dots of each."""

    modules: int
    dots: int


def measured(text: str, width: int, *, roomy: bool = False) -> Measured:
    """How large a QR code of this text is on paper of so many dots. CannotCode when it does not fit.

    `roomy`: with room for printers that keep capital letters as bytes, which makes a larger code.
    """
    modules = int(_qr(text, "byte" if roomy else None).symbol_size(border=QUIET)[0])
    dots = min(MODULE_MAX, width // modules)
    if dots < MODULE_MIN:
        raise CannotCode(f"a code of {modules} modules does not fit {width} dots")
    return Measured(modules, dots)


def qr(text: str, width: int) -> Image.Image:
    """The code with its quiet zone, mode "1". CannotCode."""
    size = measured(text, width)
    bits = bytes(0 if dark else 255 for row in _qr(text).matrix_iter(border=QUIET) for dark in row)
    small = Image.frombytes("L", (size.modules, size.modules), bits).convert("1", dither=Image.Dither.NONE)
    return small.resize((size.modules * size.dots,) * 2, Image.Resampling.NEAREST)


def barcode_dots(text: str, width: int) -> int:
    """Dots a module of this CODE128 gets: 2 or 3. CannotCode when even 2 do not fit."""
    modules = len(_bars(text)) + 2 * _BARCODE_QUIET
    dots = min(_BARCODE_DOTS_MAX, width // modules)
    if dots < _BARCODE_DOTS_MIN:
        raise CannotCode(f"a bar code of {modules} modules does not fit {width} dots")
    return dots


def barcode(text: str, width: int) -> Image.Image:
    """The bars alone, mode "1", on paper of so many dots with the quiet zones left around. CannotCode."""
    dots = barcode_dots(text, width)
    bars = _bars(text)
    row = Image.frombytes("L", (len(bars), 1), bars).convert("1", dither=Image.Dither.NONE)
    return row.resize((len(bars) * dots, BARCODE_HEIGHT), Image.Resampling.NEAREST)


def native_barcode_dots(text: str, width: int) -> int:
    """Dots a module of the bars that a printer makes itself, a symbol a letter; 0 when they do not fit."""
    symbols = len(text) // 2 if _pairs(text) else len(text)
    dots = width // (11 * (symbols + 2) + 13 + 2 * _BARCODE_QUIET)
    return min(_BARCODE_DOTS_MAX, dots) if dots >= _BARCODE_DOTS_MIN else 0


def code128_data(text: str) -> bytes:
    """What GS k is told: set C for pairs of digits, else set B."""
    if _pairs(text):
        return b"{C" + bytes(int(text[at : at + 2]) for at in range(0, len(text), 2))
    return b"{B" + text.encode("ascii")


def _pairs(text: str) -> bool:
    return text.isdigit() and len(text) % 2 == 0


def _qr(text: str, mode: str | None = None) -> segno.QRCode:
    if not 0 < len(text) <= QR_TEXT_MAX:
        raise CannotCode(f"a code of {len(text)} characters")
    return segno.make_qr(text, error="m", boost_error=False, mode=mode)


def _bars(text: str) -> bytes:
    """The modules of a CODE128: 0 is a bar, 255 is none."""
    import zxingcpp

    if not 0 < len(text) <= BARCODE_TEXT_MAX or not set(text) <= _BARCODE_ALPHABET:
        raise CannotCode(f"a bar code holds 1-{BARCODE_TEXT_MAX} digits and capital letters")
    drawn = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.Code128).to_image(add_quiet_zones=False)
    rows = memoryview(drawn)
    return rows.tobytes()[: rows.nbytes // len(rows)]
