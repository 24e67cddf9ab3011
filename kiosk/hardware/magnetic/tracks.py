"""Tracks of a magnetic stripe as ISO/IEC 7811-2 and 7811-6 write them, and 7813 frames them. Pure.

A track is what stands between its start sentinel and its end sentinel, as text. On the stripe each
character is so many bits, the lowest first, and one of odd parity. The LRC after the end sentinel makes each
column even.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce
from operator import xor
from typing import Literal

RAW_MAX = 255
"""Bytes of one raw track: readers count them in one byte. Far more than a stripe can hold."""

Why = Literal["empty", "no-start", "no-end", "parity", "lrc", "too-long", "character", "ambiguous"]


class TrackError(ValueError):
    """This is no sound track. Says why, never what stood there."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


@dataclass(frozen=True, slots=True)
class Layout:
    """How one track is written: `bits` without parity; `low` is the character of all zeros.

    `longest` counts characters on the stripe, sentinels and LRC among them.
    """

    number: int
    start: str
    low: int
    bits: int
    longest: int

    @property
    def room(self) -> int:
        """Characters between the sentinels."""
        return self.longest - 3


ONE = Layout(1, "%", 0x20, 6, 79)
TWO = Layout(2, ";", 0x30, 4, 40)
THREE = Layout(3, ";", 0x30, 4, 107)
LAYOUTS = (ONE, TWO, THREE)

END = "?"
THREE_ALSO = "+"
"""What many readers send for the start of track 3, so that it can be told from track 2."""


def unframed(layout: Layout, text: str) -> str:
    """The track in a reader's text, such as `;123?`; '' when nothing stands there. TrackError otherwise.

    A reader that sends text has looked at parity and LRC itself.
    """
    if not text:
        return ""
    starts = (layout.start, THREE_ALSO) if layout is THREE else (layout.start,)
    if text[0] not in starts:
        raise TrackError("no-start")
    if len(text) < 2 or text[-1] != END:
        raise TrackError("no-end")
    return checked(layout, text[1:-1])


def framed(layout: Layout, track: str) -> str:
    """The track between its sentinels; '' for an empty one."""
    return f"{layout.start}{checked(layout, track)}{END}" if track else ""


def checked(layout: Layout, track: str) -> str:
    """The same track, if this layout can hold it; TrackError: too-long or character."""
    if len(track) > layout.room:
        raise TrackError("too-long")
    highest = layout.low + (1 << layout.bits) - 1
    if any(not layout.low <= ord(one) <= highest or one in (END, layout.start) for one in track):
        raise TrackError("character")
    return track


def encoded(layout: Layout, track: str) -> bytes:
    """The track as it stands on the stripe, first bit highest, with eight zeros before it and zeros after.

    TrackError: it cannot be written.
    """
    values = [ord(one) - layout.low for one in f"{layout.start}{checked(layout, track)}{END}"]
    values.append(reduce(xor, values))
    bits = [0] * 8 + [bit for value in values for bit in _character(layout, value)]
    bits += [0] * (8 + -len(bits) % 8)
    return bytes(int("".join(map(str, bits[at : at + 8])), 2) for at in range(0, len(bits), 8))


def decoded(layout: Layout, raw: bytes) -> str:
    """The track on a stripe that was drawn in either direction; '' when only zeros stand there.

    TrackError says why the forward reading failed, or that both directions make sense and differ.
    """
    if len(raw) > RAW_MAX:
        raise TrackError("too-long")
    bits = [byte >> shift & 1 for byte in raw for shift in range(7, -1, -1)]
    if not any(bits):
        return ""
    forward, backward = _one_way(layout, bits), _one_way(layout, bits[::-1])
    if isinstance(forward, TrackError):
        if isinstance(backward, TrackError):
            raise forward
        return backward
    if not isinstance(backward, TrackError) and backward != forward:
        raise TrackError("ambiguous")
    return forward


def backwards(raw: bytes) -> bytes:
    """The same stripe drawn the other way."""
    return bytes(int(f"{byte:08b}"[::-1], 2) for byte in reversed(raw))


def _one_way(layout: Layout, bits: list[int]) -> str | TrackError:
    try:
        return _read(layout, bits)
    except TrackError as trouble:
        return trouble


def _read(layout: Layout, bits: list[int]) -> str:
    """From the first one on: start sentinel, characters, end sentinel, LRC. What follows is not looked at."""
    values = _values(layout, bits[bits.index(1) :])
    start, end = ord(layout.start) - layout.low, ord(END) - layout.low
    if next(values) != start:
        raise TrackError("no-start")
    sum_, track = start, ""
    for value in values:
        sum_ ^= value
        if value == end:
            if next(values) != sum_:
                raise TrackError("lrc")
            return track if track else _nothing()
        if value == start or len(track) >= layout.room:
            raise TrackError("character" if value == start else "too-long")
        track += chr(layout.low + value)
    raise AssertionError("the bits end by TrackError")


def _nothing() -> str:
    raise TrackError("empty")


def _values(layout: Layout, bits: list[int]) -> Iterator[int]:
    """Characters as numbers, each with its parity held against it; the end of the bits is an error."""
    width = layout.bits + 1
    for at in range(0, len(bits), width):
        piece = bits[at : at + width]
        if len(piece) < width:
            break
        if sum(piece) % 2 == 0:
            raise TrackError("no-start" if at == 0 else "parity")
        yield sum(bit << place for place, bit in enumerate(piece[:-1]))
    raise TrackError("no-end")


def _character(layout: Layout, value: int) -> list[int]:
    bits = [value >> place & 1 for place in range(layout.bits)]
    return [*bits, 1 - sum(bits) % 2]
