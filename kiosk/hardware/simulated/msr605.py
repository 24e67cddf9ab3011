"""An MSR605 without its plug: orders in, answers out, cards drawn through its slot. Pure state.

It knows what its manual lists: reset, tests, reading and writing ISO and raw, erasing, Hi-Co and Lo-Co, bits
per character and inch, leading zeros, lamps, model and firmware. What it does not know it refuses, status 4.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.hardware.magnetic.tracks import LAYOUTS, RAW_MAX, TrackError, backwards, checked, decoded, encoded

ESC = 0x1B
OK, UNREADABLE, BAD_FORMAT, UNKNOWN, BAD_SWIPE = b"\x1b0", b"\x1b1", b"\x1b2", b"\x1b4", b"\x1b9"
SELECT_FAILED = b"\x1bA"
LEDS = {0x81: "off", 0x82: "all", 0x83: "green", 0x84: "yellow", 0x85: "red"}
HEARD_MAX = 1024
"""Bytes of an order that is not all there; more is noise."""

_ERASES = {0: (1,), 2: (2,), 4: (3,), 3: (1, 2), 5: (1, 3), 6: (2, 3), 7: (1, 2, 3), 1: (1,)}
"""Select byte -> tracks. The manual's 0 is track 1 alone; 1 is what hosts send that set a bit per track."""
_LENGTHS = {ord("c"): 3, ord("b"): 3, ord("o"): 5, ord("z"): 4}
"""Orders of a fixed length above two bytes."""
_ISO = re.compile(rb"\x1bs\x1b\x01(.*)\x1b\x02(.*)\x1b\x03(.*)\?\x1c", re.DOTALL)

Stripe = list[bytes]
"""The bits of tracks 1 to 3, as the head meets them, first bit highest."""


def stripe_of(tracks: list[str]) -> Stripe:
    """A card with these texts between its sentinels, '' for a track without. TrackError: it cannot be."""
    return [encoded(layout, track) if track else b"" for layout, track in zip(LAYOUTS, tracks, strict=True)]


@dataclass(slots=True)
class Msr605Device:
    """`hear` what the host says and `draw` cards through: both give what goes back to the host."""

    led: str = "off"
    hico: bool = True
    bits: bytes = b"\x07\x05\x05"
    refuse: bool = False
    """Whether the next order is refused, however good it is."""
    _heard: bytearray = field(default_factory=bytearray)
    _waits: Callable[[Stripe], bytes] | None = None
    """What the next card drawn through is for."""

    def hear(self, data: bytes) -> bytes:
        """Take what the host sent; what it is answered."""
        self._heard += data
        said = b""
        while (length := self._whole()) is not None:
            order = bytes(self._heard[:length])
            del self._heard[:length]
            said += self._obeyed(order)
        if len(self._heard) > HEARD_MAX:
            self._heard.clear()
        return said

    def draw(self, stripe: Stripe, *, reverse: bool = False) -> bytes:
        """A card goes through the slot; `stripe` is written upon if that was ordered."""
        job, self._waits = self._waits, None
        if job is None:
            return b""
        turned = [backwards(track) for track in stripe] if reverse else stripe
        said = job(turned)
        if turned is not stripe:
            stripe[:] = [backwards(track) for track in turned]
        return said

    @property
    def waits(self) -> bool:
        """Whether a card is waited for."""
        return self._waits is not None

    def _whole(self) -> int | None:
        """Bytes of the order at the beginning, once it is there whole; noise before it is dropped."""
        begin = self._heard.find(ESC)
        del self._heard[: begin if begin >= 0 else len(self._heard)]
        if len(self._heard) < 2:
            return None
        code = self._heard[1]
        if code == ord("w"):
            end = self._heard.find(b"?\x1c")
            return end + 2 if end >= 0 else None
        if code == ord("n"):
            return _raw_length(bytes(self._heard))
        length = _LENGTHS.get(code, 2)
        return length if len(self._heard) >= length else None

    def _obeyed(self, order: bytes) -> bytes:
        code = order[1]
        if self.refuse:
            self.refuse = False
            return UNKNOWN
        if code in LEDS:
            self.led = LEDS[code]
            return b""
        known = _ORDERS.get(code)
        return known(self, order) if known else UNKNOWN

    def reset(self) -> bytes:
        """Wait for nothing any more; there is no answer."""
        self._waits = None
        return b""

    def set_coercivity(self, hico: bool) -> bytes:
        """High or low."""
        self.hico = hico
        return OK

    def set_bits(self, order: bytes) -> bytes:
        """Bits per character."""
        self.bits = order[2:5]
        return OK + self.bits

    def await_card(self, job: Callable[[Stripe], bytes]) -> bytes:
        """Nothing is answered before a card came."""
        self._waits = job
        return b""

    def write_iso(self, order: bytes) -> bytes:
        """Write text, with or without sentinels; an empty track stays as it is."""
        found = _ISO.fullmatch(order[2:])
        if found is None:
            return BAD_FORMAT
        try:
            raws = [
                encoded(layout, _bare(text)) if text else b""
                for layout, text in zip(LAYOUTS, found.groups(), strict=True)
            ]
        except TrackError:
            return BAD_FORMAT
        return self.await_card(lambda stripe: _written(stripe, raws))

    def write_raw(self, order: bytes) -> bytes:
        """Write bits; the host sends them first bit lowest."""
        at, raws = 4, []
        for _ in LAYOUTS:
            length = order[at + 2]
            raws.append(bytes(int(f"{byte:08b}"[::-1], 2) for byte in order[at + 3 : at + 3 + length]))
            at += 3 + length
        return self.await_card(lambda stripe: _written(stripe, raws))

    def erase(self, order: bytes) -> bytes:
        """Erase tracks of the next card."""
        tracks = _ERASES.get(order[2])
        if tracks is None:
            return SELECT_FAILED
        return self.await_card(lambda stripe: _erased(stripe, tracks))


def _bare(text: bytes) -> str:
    said = text.decode("latin-1")
    return said[1:-1] if said[:1] in ("%", ";", "+") and said[-1:] == "?" else said


def _raw_length(heard: bytes) -> int | None:
    """Bytes of a raw write order, once it is there whole."""
    at = 4
    for _ in LAYOUTS:
        if len(heard) < at + 3:
            return None
        at += 3 + heard[at + 2]
    return at + 2 if len(heard) >= at + 2 else None


def _written(stripe: Stripe, raws: list[bytes]) -> bytes:
    for place, raw in enumerate(raws):
        if raw:
            stripe[place] = raw
    return OK


def _erased(stripe: Stripe, tracks: tuple[int, ...]) -> bytes:
    for track in tracks:
        stripe[track - 1] = b""
    return OK


def read_iso(stripe: Stripe) -> bytes:
    """The block of a card that is read as text."""
    said, good, bad = b"\x1bs", 0, 0
    for layout, raw in zip(LAYOUTS, stripe, strict=True):
        said += bytes((ESC, layout.number))
        try:
            track = checked(layout, decoded(layout, raw))
        except TrackError:
            said, bad = said + b"\x1b*", bad + 1
            continue
        good += bool(track)
        said += f"{layout.start}{track}?".encode() if track else b"\x1b+"
    return said + b"?\x1c" + (UNREADABLE if bad and not good else OK)


def read_raw(stripe: Stripe) -> bytes:
    """The block of a card that is read as bits. They begin with the first one, as msrx expects."""
    said = b"\x1bs"
    for layout, raw in zip(LAYOUTS, stripe, strict=True):
        track = _from_first_one(raw)[:RAW_MAX]
        said += bytes((ESC, layout.number, len(track))) + track
    return said + b"?\x1c" + OK


def _from_first_one(raw: bytes) -> bytes:
    """The same bits without the zeros that keep the clock before them."""
    bits = "".join(f"{byte:08b}" for byte in raw).lstrip("0")
    return bytes(int(bits[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(bits), 8))


_ORDERS: dict[int, Callable[[Msr605Device, bytes], bytes]] = {
    ord("a"): lambda device, _order: device.reset(),
    ord("e"): lambda _device, _order: b"\x1by",
    ord("r"): lambda device, _order: device.await_card(read_iso),
    ord("m"): lambda device, _order: device.await_card(read_raw),
    ord("w"): Msr605Device.write_iso,
    ord("n"): Msr605Device.write_raw,
    ord("c"): Msr605Device.erase,
    ord("t"): lambda _device, _order: b"\x1b3S",
    ord("v"): lambda _device, _order: b"\x1bREVT3.12",
    ord("x"): lambda device, _order: device.set_coercivity(hico=True),
    ord("y"): lambda device, _order: device.set_coercivity(hico=False),
    ord("d"): lambda device, _order: b"\x1bH" if device.hico else b"\x1bL",
    ord("o"): Msr605Device.set_bits,
    ord("b"): lambda _device, _order: OK,
    ord("z"): lambda _device, _order: OK,
    0x86: lambda _device, _order: OK,
    0x87: lambda _device, _order: OK,
}
