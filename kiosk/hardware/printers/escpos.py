"""The bytes a voucher printer is sent. The home of python-escpos, which only builds bytes here.

A sheet is the whole paper as a picture, so that any script prints on any printer and no text can ever be
read as a command. The mark that a fence sets after it says when it has printed.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from tempfile import TemporaryDirectory
from typing import Literal

from PIL.Image import Image

QUERIES = (b"\x10\x04\x01", b"\x10\x04\x02", b"\x10\x04\x03", b"\x10\x04\x04")
"""DLE EOT 1-4: printer, offline cause, error cause, paper. An answer does not say to which."""
ASB_ON = b"\x1d\x61\x0f"
"""GS a: tell every change of state unasked."""
CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
"""DLE DC4 8: forget all that was received and not yet printed."""
REPORT = b"\x1d\x72\x01\x1d\x72\x02"
"""GS r 1 and 2: tell the paper sensors, then the drawer, each when it is its turn."""
RESET = b"\x1b\x40"
"""ESC @: forget the settings and whatever text stands in the unprinted line."""
IDENT_LEAD = b"ABCDEFGHIJKLMNO"
IDENT_REST = IDENT_LEAD + IDENT_LEAD.lower()
"""Letters without bit 4, which every unasked status has: an echo can be told from what cuts into it."""

Cut = Literal["partial", "full", "none"]

BAND_ROWS = 256
_FEED_MAX = 255
_ROWS_MAX = 12_000
_DOTS_AN_INCH = 203
_TAIL_DOTS = 24
_FULL_CUT = b"\x1dVA\x00"
"""GS V 65: to the knife and through."""
_TEAR_DOTS = 120
"""How far a printer without a knife moves on, so that the paper can be torn off below the print."""
_CACHE = "ESCPOS_CAPABILITIES_PICKLE_DIR"


def is_ident(ident: bytes) -> bool:
    """Whether these are four letters that can be echoed unmistakably."""
    return len(ident) == 4 and all(letter in IDENT_REST for letter in ident)


def ident_of(count: int) -> bytes:
    """The job ident of a counter: a capital first, different for 405,000 in a row."""
    count, last = divmod(count, len(IDENT_REST))
    count, third = divmod(count, len(IDENT_REST))
    lead, second = divmod(count, len(IDENT_REST))
    rest = bytes(IDENT_REST[place] for place in (second, third, last))
    return bytes([IDENT_LEAD[lead % len(IDENT_LEAD)]]) + rest


def queue_ident(ident: bytes) -> bytes:
    """The ident that asks, before a job, whether the printer's queue is empty: a small letter first."""
    return ident[:1].lower() + ident[1:]


def process_id(ident: bytes) -> bytes:
    """GS ( H 48: say these four letters back when everything before them has printed."""
    if not is_ident(ident):
        raise ValueError(f"no process id: {ident!r}")
    return b"\x1d\x28\x48\x06\x00\x30\x30" + ident


def sheet(image: Image, cut: Cut = "partial") -> bytes:
    """A whole paper: reset, the picture in bands, feed, cut. The image is mode "1"."""
    return framed(picture(image), cut)


@dataclass(frozen=True, slots=True)
class Slip:
    """The commands of one slip, without what stands around them, and the rows of dots that they print."""

    body: bytes
    rows: int

    def __add__(self, after: "Slip") -> "Slip":
        return Slip(self.body + after.body, self.rows + after.rows)


def drawn(image: Image) -> Slip:
    """A slip, or a part of one, as a picture."""
    return Slip(picture(image), image.height)


def slips(told: list[Slip], cut: Cut = "partial") -> bytes:
    """Several slips as one job, each cut off from the next."""
    return framed((feed(_TAIL_DOTS) + _frame(cut)[1]).join(slip.body for slip in told), cut)


def framed(body: bytes, cut: Cut = "partial") -> bytes:
    """What stands around the commands of one paper: reset before them, feed and cut behind."""
    start, knife = _frame(cut)
    # Feeds count in motion units, which on many printers are half dots until told otherwise.
    units = bytes([0x1D, 0x50, _DOTS_AN_INCH, _DOTS_AN_INCH])
    # A reset also ends the unasked states, which tell of trouble while this prints.
    return start + ASB_ON + units + body + feed(_TAIL_DOTS) + knife


def picture(image: Image) -> bytes:
    """GS v 0 in bands of at most 256 rows, each as wide as its last dot; wholly blank rows are fed (ESC J).

    What is blank at the left is sent: a margin (GS L) or a position would rest on commands that some printers
    do not apply to pictures.
    """
    if image.mode != "1" or image.width % 8 or not 0 < image.height <= _ROWS_MAX:
        raise ValueError(f"not printable: mode {image.mode}, {image.width} x {image.height}")
    stride = image.width // 8
    dots = bytes(byte ^ 0xFF for byte in image.tobytes())
    rows = [dots[start : start + stride] for start in range(0, len(dots), stride)]
    out = bytearray()
    for blank, first, count in _runs([not any(row) for row in rows]):
        out += feed(count) if blank else _bands(rows[first : first + count])
    return bytes(out)


def _runs(blanks: list[bool]) -> list[tuple[bool, int, int]]:
    """(blank, first row, rows) of each stretch of rows that are alike."""
    runs: list[tuple[bool, int, int]] = []
    for row, blank in enumerate(blanks):
        if runs and runs[-1][0] == blank:
            runs[-1] = (blank, runs[-1][1], runs[-1][2] + 1)
        else:
            runs.append((blank, row, 1))
    return runs


def _bands(rows: list[bytes]) -> bytes:
    stride = max(len(row.rstrip(b"\0")) for row in rows)
    out = bytearray()
    for start in range(0, len(rows), BAND_ROWS):
        band = rows[start : start + BAND_ROWS]
        out += b"\x1dv0\x00" + stride.to_bytes(2, "little") + len(band).to_bytes(2, "little")
        out += b"".join(row[:stride] for row in band)
    return bytes(out)


def qr(text: str, dots: int) -> bytes:
    """GS ( k: a QR code by the printer itself, model 2, error correction M, modules of so many dots."""
    data = text.encode()
    return b"".join(
        b"\x1d(k" + len(told).to_bytes(2, "little") + told
        for told in (b"1A2\x00", bytes((0x31, 0x43, dots)), b"1E1", b"1P0" + data, b"1Q0")
    )


def code128(data: bytes, dots: int, height: int) -> bytes:
    """GS k 73: bars by the printer itself, without a text under them."""
    told = bytes((0x1D, 0x68, height, 0x1D, 0x77, dots)) + b"\x1dH\x00"
    return told + bytes((0x1D, 0x6B, 73, len(data))) + data


def feed(rows: int) -> bytes:
    """ESC J: blank paper, in dots."""
    whole, rest = divmod(rows, _FEED_MAX)
    return b"\x1bJ\xff" * whole + (bytes([0x1B, 0x4A, rest]) if rest else b"")


@cache
def _frame(cut: Cut) -> tuple[bytes, bytes]:
    """(reset, feed to the knife and cut), from python-escpos; it loads slowly, hence here."""
    with _own_cache():
        from escpos.printer import Dummy

    paper = Dummy()
    paper.hw("INIT")
    start = bytes(paper.output)
    paper.clear()
    if cut == "none":
        return start, feed(_TEAR_DOTS)
    if cut == "full":
        return start, _FULL_CUT  # python-escpos cuts partially whenever it is not to feed
    paper.cut(mode="PART", feed=False)
    return start, bytes(paper.output)


@contextmanager
def _own_cache() -> Iterator[None]:
    """python-escpos unpickles a cache while it is imported: never from a place that others can write."""
    if os.environ.get(_CACHE):
        yield
        return
    with TemporaryDirectory(prefix="kiosk-escpos-") as folder:
        os.environ[_CACHE] = folder
        try:
            yield
        finally:
            del os.environ[_CACHE]
