"""The printer's receive buffer, read as ESC/POS: bytes in, one step at a time out. No I/O, no machine.

Whatever cannot be understood is skipped by its known length, or by two bytes. Every step waits until all
of its bytes are there, so chunking never matters; pictures come row by row, however long they are.
"""

from collections.abc import Callable

from kiosk.hardware.simulated.escpos_steps import (
    DC4_SIZES,
    DLE_SIZES,
    ESC_SIZES,
    FS_SIZES,
    GS_SIZES,
    QR,
    Character,
    Code,
    Echo,
    Order,
    Row,
    Step,
    What,
)

CAPACITY = 64 * 1024
ESC, FS, GS, DLE, HT, LF = 0x1B, 0x1C, 0x1D, 0x10, 0x09, 0x0A
_LIST_MAX = 64
_CODE_MAX = 1024
"""Bytes of a QR function that are kept; a longer one is skipped."""


class _More(Exception):
    """The command's bytes are not all there yet."""


class EscPosStream:
    """A bounded receive buffer; `next` takes one step out of it."""

    def __init__(self, capacity: int = CAPACITY, counted: bool = True, big5: bool = False) -> None:
        self.capacity, self._counted, self._big5 = capacity, counted, big5
        """`counted`: whether it knows GS ( commands; else their data is read as text."""
        self._bytes = bytearray()
        self.clear()
        self.chinese = False

    @property
    def room(self) -> int:
        """How many bytes may still be pushed."""
        return max(0, self.capacity - len(self._bytes))

    def __len__(self) -> int:
        return len(self._bytes)

    def push(self, received: bytes) -> None:
        """Take bytes in; at most `room`, the rest is lost."""
        self._bytes += received[: self.room]

    def clear(self) -> None:
        """Forget everything received, even half a picture."""
        self._bytes.clear()
        self._skipping = 0
        self._row_bytes = self._rows_left = self._mode = 0

    def next(self) -> Step | None:
        """The next step, or None when more bytes must come first. Each turn takes bytes out, so it ends."""
        while self._bytes:
            if self._skipping:
                gone = min(self._skipping, len(self._bytes))
                del self._bytes[:gone]
                self._skipping -= gone
                continue
            try:
                step = self._row() if self._rows_left else self._command()
            except _More:
                return None
            if step is not None:
                return step
        return None

    def _need(self, count: int) -> bytes:
        if len(self._bytes) < count:
            raise _More
        return bytes(self._bytes[:count])

    def _take(self, count: int) -> bytes:
        taken = self._need(count)
        del self._bytes[:count]
        return taken

    def _row(self) -> Row:
        dots = self._take(self._row_bytes)
        self._rows_left -= 1
        return Row(_doubled(dots) if self._mode & 1 else dots, 2 if self._mode & 2 else 1)

    def _command(self) -> Step | None:
        first = self._bytes[0]
        if first in _READERS:
            return _READERS[first](self, self._need(2)[1])
        if first in (HT, LF):
            self._take(1)
            return Character("\n") if first == LF else Order("tab")
        if first < 0x20 or first == 0x7F:
            self._take(1)
            return None
        return self._character(first)

    def _character(self, first: int) -> Character:
        if first < 0x80:
            return Character(chr(self._take(1)[0]))
        if not self.chinese or first in (0x80, 0xFF):
            return Character(self._take(1).decode("cp437"))
        four = 0x30 <= self._need(2)[1] <= 0x39 and not self._big5
        if four and not 0x81 <= self._need(3)[2] <= 0xFE:
            four = False
        taken = self._need(4 if four else 2)
        try:
            char = taken.decode("cp950" if self._big5 else "gb18030")
        except UnicodeDecodeError:
            self._take(1)
            return Character("?")
        self._take(len(taken))
        return Character(char)

    def _skip(self, header: int, data: int) -> Step | None:
        self._take(header)
        self._skipping = data
        return None

    def _esc(self, second: int) -> Step | None:
        if second == ord("*"):
            _, _, mode, low, high = self._need(5)
            self._skip(5, (low + 256 * high) * (3 if mode in (32, 33) else 1))
            return None
        if second == ord("("):
            self._skip_counted()
            return None
        if second == ord("D"):
            self._take_list(2)
            return None
        taken = self._take(ESC_SIZES.get(second, 2))
        if second == ord("@"):
            self.chinese = False
        return _order(_ESC_ORDERS, second, taken)

    def _gs(self, second: int) -> Step | None:
        if second in _GS_LONG and (self._counted or second != ord("(")):
            return _GS_LONG[second](self)
        return _order(_GS_ORDERS, second, self._take(GS_SIZES.get(second, 2)))

    def _fs(self, second: int) -> Step | None:
        if second == ord("("):
            self._skip_counted()
            return None
        taken = self._take(FS_SIZES.get(second, 2))
        if second in b"&.":
            self.chinese = second == ord("&")
        return _order(_FS_ORDERS, second, taken)

    def _dle(self, second: int) -> Step | None:
        """Real-time commands were answered on arrival: here they only make way."""
        if second == 0x14:
            self._take(DC4_SIZES.get(self._need(3)[2], 3))
        else:
            self._take(DLE_SIZES.get(second, 1))
        return None

    def _raster(self) -> Step | None:
        if self._need(3)[2] != ord("0"):
            return self._skip(3, 0)
        _, _, _, mode, xl, xh, yl, yh = self._take(8)
        width, height = xl + 256 * xh, yl + 256 * yh
        if width and height:
            self._row_bytes, self._rows_left, self._mode = width, height, mode
        return None

    def _cut(self) -> Step | None:
        form = self._need(3)[2]
        if form in (0, 1, 48, 49):
            self._take(3)
            return Order("cut")
        if form in (65, 66, 97, 98, 103, 104):
            return Order("cut", self._take(4)[3])
        self._skip(3, 0)
        return None

    def _function(self) -> Step | None:
        head = self._need(5)
        size = head[3] + 256 * head[4]
        if head[2] == ord("H") and size == 6:
            whole = self._need(11)
            if whole[5:7] == b"00":
                self._take(11)
                return Echo(whole[7:])
        if head[2] == ord("k") and 3 <= size <= _CODE_MAX and self._need(6)[5] == ord("1"):
            return Code(QR, self._take(5 + size)[6:])
        self._skip_counted()
        return None

    def _skip_counted(self) -> Step | None:
        head = self._need(5)
        return self._skip(5, head[3] + 256 * head[4])

    def _skip_long(self) -> Step | None:
        head = self._need(7)
        if head[2] == ord("L"):
            return self._skip(7, int.from_bytes(head[3:7], "little"))
        return self._skip(3, 0)

    def _skip_image(self) -> Step | None:
        head = self._need(4)
        return self._skip(4, head[2] * head[3] * 8)

    def _barcode(self) -> Step | None:
        kind = self._need(3)[2]
        if kind <= 6:
            return Code(kind, self._take_list(3)[3:-1])
        return Code(kind, self._take(4 + self._need(4)[3])[4:])

    def _take_list(self, header: int) -> bytes:
        """Take to the NUL that ends a list, or to its greatest length."""
        end = self._bytes.find(0, header, header + _LIST_MAX)
        if end < 0:
            self._need(header + _LIST_MAX)
            end = header + _LIST_MAX - 1
        return self._take(end + 1)


_ESC_ORDERS: dict[int, What] = {
    ord("@"): "reset", ord("J"): "feed", ord("d"): "lines", ord("a"): "align", ord("3"): "spacing",
    ord("2"): "spacing", ord("E"): "bold", ord("G"): "bold", ord("!"): "mode", ord("-"): "underline",
    ord("M"): "font", ord(" "): "gap", ord("$"): "at", ord("\\"): "by", ord("p"): "drawer",
}  # fmt: skip
_GS_ORDERS: dict[int, What] = {
    ord("a"): "asb", ord("r"): "report", ord("I"): "identify", ord("!"): "size", ord("B"): "reverse",
    ord("L"): "left", ord("W"): "width", ord("h"): "bar_height", ord("w"): "bar_width",
}  # fmt: skip
_FS_ORDERS: dict[int, What] = {ord("!"): "chinese_mode", ord("-"): "underline"}
_DIGITS = frozenset({"align", "underline", "font", "bold"})
"""Orders whose number may be written as a digit."""


def _order(orders: dict[int, What], second: int, taken: bytes) -> Order | None:
    if second not in orders:
        return None
    what, number = orders[second], int.from_bytes(taken[2:4], "little")
    if what == "spacing" and second == ord("2"):
        number = 30
    if what == "by" and number >= 0x8000:
        number -= 0x10000
    return Order(what, number % 48 if what in _DIGITS else number)


_READERS: dict[int, Callable[[EscPosStream, int], Step | None]] = {
    ESC: EscPosStream._esc,
    GS: EscPosStream._gs,
    FS: EscPosStream._fs,
    DLE: EscPosStream._dle,
}
_GS_LONG: dict[int, Callable[[EscPosStream], Step | None]] = {
    ord("v"): EscPosStream._raster,
    ord("V"): EscPosStream._cut,
    ord("("): EscPosStream._function,
    ord("8"): EscPosStream._skip_long,
    ord("*"): EscPosStream._skip_image,
    ord("k"): EscPosStream._barcode,
}


def _doubled(dots: bytes) -> bytes:
    """Every dot twice as wide."""
    return b"".join(int("".join(bit * 2 for bit in f"{byte:08b}"), 2).to_bytes(2, "big") for byte in dots)
