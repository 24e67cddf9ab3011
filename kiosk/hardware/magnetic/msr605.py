"""What is said to and by an MSR605 and its like, at 9600 8N1. Pure bytes; the manual's names.

A read block, ISO: `1B 73 1B 01 text 1B 02 text 1B 03 text 3F 1C 1B status`; raw: before each track's bits
stands how many bytes they are. `1B 2B` for a text says no data, `1B 2A` says that it could not be read.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from kiosk.hardware.magnetic.swipes import UNREAD, Swipe, swipe_of_bits, swipe_of_text
from kiosk.hardware.magnetic.tracks import RAW_MAX

ESC, FS = b"\x1b", b"\x1c"
RESET = b"\x1ba"
TEST, TEST_ANSWER = b"\x1be", re.compile(rb"\x1by")
MODEL, MODEL_ANSWER = b"\x1bt", re.compile(rb"\x1b([0-9A-Za-z])S")
FIRMWARE, FIRMWARE_ANSWER = b"\x1bv", re.compile(rb"\x1b(REV.[0-9]\.[0-9]{2})", re.DOTALL)
READ_ISO, READ_RAW = b"\x1br", b"\x1bm"
LEDS_OFF, GREEN, RED = b"\x1b\x81", b"\x1b\x83", b"\x1b\x85"

OK = b"0"
REFUSALS = {b"1": "cannot read", b"2": "command format", b"4": "invalid command", b"9": "invalid swipe"}
"""Status bytes other than OK, as the manual calls them."""

BLOCK_MAX = 3 * (RAW_MAX + 3) + 7
"""Bytes of the longest block that can be; an ISO one has less."""

Mode = Literal["iso", "raw"]

_BEGIN, _END = b"\x1bs", b"\x1c\x1b"
_ISO = re.compile(rb"\x1b\x01(.*)\x1b\x02(.*)\x1b\x03(.*)\?", re.DOTALL)
_REFUSED = re.compile(rb"\x1b([1249])")
_NOTHING = frozenset((b"", b"\x1b+"))
_ALL = frozenset((1, 2, 3))


@dataclass(frozen=True, slots=True)
class Block:
    """What stood on the three tracks, without a look at it, and the reader's status byte."""

    tracks: tuple[bytes, bytes, bytes] = field(repr=False)
    status: bytes

    def swipe(self, mode: Mode) -> Swipe:
        """The swipe; a reader that says it went wrong is believed, whatever it sent."""
        one, two, three = self.tracks
        if mode == "raw":
            said = swipe_of_bits(self.tracks)
        else:
            said = swipe_of_text((_text(one), _text(two), _text(three, shared_end=True)))
        return said if self.status == OK else Swipe(said.tracks, _ALL)


class Refused(Exception):
    """The reader answered an order with a status that is not OK."""


class Blocks:
    """Puts read blocks together, however the line cuts or joins them. Holds at most BLOCK_MAX bytes."""

    def __init__(self, mode: Mode) -> None:
        self._mode = mode
        self._heard = bytearray()

    def forget(self) -> None:
        """What was begun never becomes a block."""
        self._heard.clear()

    @property
    def begun(self) -> bool:
        """Whether part of a block is there."""
        return bool(self._heard)

    def feed(self, data: bytes) -> list[Block | None]:
        """The blocks that end in these bytes, in order; None for one that is damaged.

        Refused: the reader does not read. What comes before a block is noise, or an answer to something else.
        """
        self._heard += data
        found: list[Block | None] = []
        while (block := self._next()) is not _WAIT:
            found.append(block)
        if not found and not self._heard.startswith(_BEGIN) and (said := _REFUSED.search(bytes(self._heard))):
            self.forget()
            raise Refused(REFUSALS[said[1]])
        if not self._heard.startswith(_BEGIN):
            del self._heard[:-1]  # perhaps the ESC of a block's beginning
        return found

    def _next(self) -> Block | None:
        """The next block, None for a damaged one, _WAIT for one whose end has not come."""
        begin = self._heard.find(_BEGIN)
        if begin < 0:
            return _WAIT
        del self._heard[:begin]
        block, length = (_raw_block if self._mode == "raw" else _iso_block)(bytes(self._heard))
        if block is _WAIT and len(self._heard) > BLOCK_MAX:
            block, length = None, len(self._heard)
        del self._heard[:length]
        return block


_WAIT = Block((b"", b"", b""), b"")
"""Stands for a block that is not all there yet; told by identity."""


def _iso_block(heard: bytes) -> tuple[Block | None, int]:
    """The block at the beginning of what was heard, and its length; a second beginning ends the first."""
    end, again = heard.find(_END), heard.find(_BEGIN, 1)
    if again >= 0 and (end < 0 or again < end):
        return None, again
    if end < 0 or len(heard) < end + 3:
        return _WAIT, 0
    found = _ISO.fullmatch(heard, len(_BEGIN), end)
    status = heard[end + 2 : end + 3]
    return (Block((found[1], found[2], found[3]), status) if found else None), end + 3


def _raw_block(heard: bytes) -> tuple[Block | None, int]:
    at, tracks = len(_BEGIN), []
    for number in (1, 2, 3):
        head = heard[at : at + 3]
        if not (ESC + bytes((number,))).startswith(head[:2]):
            return None, at
        if len(head) < 3:
            return _WAIT, 0
        at += 3 + head[2]
        tracks.append(heard[at - head[2] : at])
    tail = heard[at : at + 4]
    if not b"?\x1c\x1b".startswith(tail[:3]):
        return None, at
    if len(tail) < 4:
        return _WAIT, 0
    return Block((tracks[0], tracks[1], tracks[2]), tail[3:]), at + 4


def _text(track: bytes, *, shared_end: bool = False) -> str:
    """A track's text with sentinels. Some readers let track 3's end sentinel be the block's."""
    if track in _NOTHING:
        return ""
    text = track.decode("ascii", "replace")
    if not text.isprintable():
        return UNREAD
    return f"{text}?" if shared_end and not text.endswith("?") else text
