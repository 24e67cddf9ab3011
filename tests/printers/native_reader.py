"""A reader of our native jobs, which knows no command but those that we mean to send.

It is no printer: anything strange in a job, a letter outside its kanji mode or a number that does not fit, is
an AssertionError. What it read can be drawn, and read by people and scanners.
"""

from dataclasses import dataclass, field

import segno
from PIL import Image, ImageDraw, ImageFont

from kiosk.hardware.printers.letters import noto_mono
from kiosk.hardware.printers.native import CELL, HEIGHT

_SKIPPED = {b"\x1b@": 2, b"\x1da": 3, b"\x1dP": 4, b"\x1bR": 3, b"\x1bE": 3, b"\x1ba": 3, b"\x1dH": 3}


@dataclass
class Text:
    """One line as it was printed; `cells` is its width at normal size."""

    text: str
    wide: int
    tall: int
    cells: int


@dataclass
class Read:
    """What a job held."""

    lines: list[Text] = field(default_factory=list)
    bands: list[Image.Image] = field(default_factory=list)
    codes: list[tuple[str, int]] = field(default_factory=list)
    """QR text, dots a module."""
    bars: list[bytes] = field(default_factory=list)
    cuts: int = 0
    order: list[Text | Image.Image | int | segno.QRCode] = field(default_factory=list)
    """Everything that takes paper, from top to bottom; an int is blank rows."""


class Reader:
    """Reads one job."""

    def __init__(self, job: bytes, codec: str) -> None:
        self._job, self._codec = job, codec
        self._at = 0
        self._kanji = False
        self._size = (1, 1)
        self._spacing = 30
        self._line = ""
        self._cells = 0
        self.read = Read()
        self._dots = 0

    def whole(self) -> Read:
        while self._at < len(self._job):
            self._step()
        assert not self._line
        assert not self._kanji
        return self.read

    def _take(self, count: int) -> bytes:
        taken = self._job[self._at : self._at + count]
        assert len(taken) == count
        self._at += count
        return taken

    def _step(self) -> None:
        lead = self._job[self._at]
        if lead >= 0x20:
            self._letter(lead)
        elif lead == 0x0A:
            self._take(1)
            self._end_line()
        else:
            self._command(self._job[self._at : self._at + 2])

    def _letter(self, lead: int) -> None:
        assert lead != 0x7F
        if lead < 0x80:
            self._line += chr(self._take(1)[0])
            self._cells += 1
            return
        assert self._kanji, "two-byte letters stand in kanji mode"
        self._line += self._take(2).decode(self._codec)
        self._cells += 2

    def _end_line(self) -> None:
        line = Text(self._line, *self._size, self._cells)
        self.read.lines.append(line)
        self.read.order.append(line)
        self._blank(max(0, self._spacing - HEIGHT * line.tall))
        self._line, self._cells = "", 0

    def _blank(self, rows: int) -> None:
        self.read.order.append(rows)

    def _command(self, name: bytes) -> None:
        match name:
            case b"\x1c&" | b"\x1c.":
                self._take(2)
                assert self._kanji == (name == b"\x1c.")
                self._kanji = name == b"\x1c&"
            case b"\x1d!":
                size = self._take(3)[2]
                self._size = (size >> 4) + 1, (size & 15) + 1
            case b"\x1b3":
                self._spacing = self._take(3)[2]
            case b"\x1bJ":
                assert not self._line
                self._blank(self._take(3)[2])
            case b"\x1dv":
                self._band()
            case b"\x1d(":
                self._code()
            case b"\x1dk":
                kind, size = self._take(4)[2:]
                assert kind == 73
                self.read.bars.append(self._take(size))
            case b"\x1dh" | b"\x1dw":
                self._take(3)
            case b"\x1dV":
                self._take(4 if self._job[self._at + 2] in (65, 66) else 3)
                self.read.cuts += 1
            case _:
                assert name in _SKIPPED, name
                self._take(_SKIPPED[name])

    def _band(self) -> None:
        head = self._take(8)
        assert head[:4] == b"\x1dv0\x00"
        width, rows = int.from_bytes(head[4:6], "little"), int.from_bytes(head[6:], "little")
        dots = self._take(width * rows)
        band = Image.frombytes("1", (width * 8, rows), bytes(byte ^ 0xFF for byte in dots))
        self.read.bands.append(band)
        self.read.order.append(band)

    def _code(self) -> None:
        head = self._take(5)
        told = self._take(int.from_bytes(head[3:], "little"))
        assert head[2:3] == b"k"
        if told[:2] == b"1C":
            self._dots = told[2]
        elif told[:2] == b"1P":
            self.read.codes.append((told[3:].decode(), self._dots))
        elif told[:2] == b"1Q":
            text, _ = self.read.codes[-1]
            self.read.order.append(segno.make_qr(text, error="m", boost_error=False))


def drawn(read: Read, width: int, codec: str = "gb18030") -> Image.Image:
    """What lies in the tray, letters from a font that stands for the printer's."""
    face = noto_mono()[codec == "big5"]
    font = ImageFont.truetype(
        str(face.path), HEIGHT - 2, index=face.index, layout_engine=ImageFont.Layout.BASIC
    )
    strips: list[Image.Image] = []
    for item in read.order:
        if isinstance(item, int):
            strip = Image.new("1", (width, item), 1)
        elif isinstance(item, Text):
            strip = _line(item, width, font)
        elif isinstance(item, segno.QRCode):
            strip = _centred(_qr(item, read.codes[0][1]), width)
        else:
            strip = item if item.width > width // 2 else _centred(item, width)
        strips.append(strip)
    whole = Image.new("1", (width, sum(strip.height for strip in strips)), 1)
    top = 0
    for strip in strips:
        whole.paste(strip, (0, top))
        top += strip.height
    return whole


def _line(line: Text, width: int, font: ImageFont.FreeTypeFont) -> Image.Image:
    strip = Image.new("1", (width // line.wide, HEIGHT), 1)
    pen = ImageDraw.Draw(strip)
    pen.fontmode = "1"
    cell = 0
    for char in line.text:
        pen.text((cell * CELL, HEIGHT - 4), char, fill=0, font=font, anchor="ls")
        cell += 1 if char <= "~" else 2
    return strip.resize((strip.width * line.wide, HEIGHT * line.tall), Image.Resampling.NEAREST)


def _qr(code: segno.QRCode, dots: int) -> Image.Image:
    bits = bytes(0 if dark else 255 for row in code.matrix_iter(border=0) for dark in row)
    size = code.symbol_size(border=0)[0]
    return Image.frombytes("L", (size, size), bits).convert("1").resize((size * dots,) * 2)


def _centred(image: Image.Image, width: int) -> Image.Image:
    strip = Image.new("1", (width, image.height), 1)
    strip.paste(image, ((width - image.width) // 2, 0))
    return strip
