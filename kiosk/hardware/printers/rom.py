"""Which characters printers have letters for, and how they are asked for them.

An encoding can say more than a printer's ROM has: of GB18030 only what GBK has in two bytes is counted on, of
Big5 only its first two levels (the ETEN and Hong Kong additions differ from maker to maker). Everything else
is drawn. Two bytes never hold a control character: their second one is 40 or more.
"""

from dataclasses import dataclass
from typing import Literal

Encoding = Literal["gb18030", "big5"]

_LOOKALIKES = str.maketrans({"−": "-", "¥": "￥", "\u00a0": " ", "‑": "-"})
"""Characters that no ROM has, and what stands for them on such paper."""
_BIG5 = ((0xA140, 0xA3BF), (0xA440, 0xC67E), (0xC940, 0xF9D5))
_CODECS = {"gb18030": "gbk", "big5": "cp950"}


@dataclass(frozen=True, slots=True)
class Rom:
    """The letters of a printer with one encoding."""

    encoding: Encoding

    def plain(self, text: str) -> str:
        """The text with what stands for characters that no printer has."""
        return text.translate(_LOOKALIKES)

    def bytes_of(self, char: str) -> bytes:
        """What prints a character: one byte for a cell or two for two, b'' when it must be drawn."""
        if " " <= char <= "~":
            return char.encode()
        try:
            coded = char.encode(_CODECS[self.encoding])
        except UnicodeEncodeError:
            return b""
        same = coded.decode(_CODECS[self.encoding]) == char  # nothing that only looks alike
        return coded if same and len(coded) == 2 and self._has(int.from_bytes(coded, "big")) else b""

    def encoded(self, text: str) -> bytes | None:
        """A whole line, or None when it must be drawn."""
        coded = [self.bytes_of(char) for char in text]
        return b"".join(coded) if all(coded) else None

    def _has(self, code: int) -> bool:
        if self.encoding == "big5":
            return any(first <= code <= last for first, last in _BIG5)
        lead, trail = divmod(code, 256)
        return 0x81 <= lead <= 0xF7 and 0x40 <= trail <= 0xFE and trail != 0x7F


def cells(text: str) -> int:
    """Cells on paper: all but ASCII take two, also what terminals show in one (× · …)."""
    return sum(1 if char <= "~" else 2 for char in text)
