"""A swipe reader on a pseudo-terminal: an MSR605, or one that sends plain text, that somebody else holds.

Order it over a UNIX socket, one JSON object a line. {"do":"swipe","tracks":["%...?",";...?",""]} draws a card
through, {"do":"swipe","card":"NAME"} one that keeps what is written on it; with either "reverse": true (drawn
the other way) and "spoil": [2] (one bit of these tracks is wrong). {"do":"fault","kind":KIND} holds until
{"do":"all_well"}: split (answers come in pieces), merged (behind a late answer to something else), noise
(before each answer), cut (answers end in the middle), hang (nothing is answered); or once: nak (the next
order is refused). {"do":"unplug"}, {"do":"plug"}, {"do":"status"}. A plain reader knows neither hang nor
nak, and `merged` sends twice.
"""

import contextlib
import time
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kiosk.hardware.magnetic.tracks import LAYOUTS, TrackError, unframed
from kiosk.hardware.simulated.msr605 import Msr605Device, Stripe, read_iso, stripe_of
from kiosk.hardware.simulated.ordered import NotAnOrder, OrderedDevice
from kiosk.hardware.simulated.pty_plug import PtyPlug

KINDS = ("msr605", "plain")
FAULTS = ("split", "merged", "noise", "cut", "hang")
NOISE = bytes.fromhex("00ff1b81fe") + b"%half;"
PIECES_S = 0.02
CARDS_MAX = 100


class SimulatedSwipe(OrderedDevice):
    """The reader; `do` orders it from any thread. A context manager, which listens at `control`."""

    def __init__(self, kind: str, link: Path, control: Path | None = None) -> None:
        super().__init__(control)
        self._kind = kind
        self._plug = PtyPlug(link)
        self._device = Msr605Device()
        self._faults: set[str] = set()
        self._swiped = 0
        self.cards: dict[str, Stripe] = {}
        """Cards by name, as they are now."""
        self._plug.into()

    def _hear(self) -> None:
        with self._guard:
            data = self._plug.read()
            if self._kind == "msr605" and "hang" not in self._faults:
                with contextlib.suppress(NotAnOrder):
                    self._say(self._device.hear(data))

    def _line(self) -> int:
        return self._plug.fileno()

    def _state(self) -> dict[str, Any]:
        return {
            "plugged": self._plug.plugged,
            "waits": self._kind == "plain" or self._device.waits,
            "led": self._device.led,
            "swiped": self._swiped,
            "faults": sorted(self._faults),
        }

    def _let_go(self) -> None:
        self._plug.out()

    def _obey(self, message: Mapping[str, Any]) -> None:
        match message.get("do"):
            case "swipe":
                self._swipe(message)
            case "fault":
                self._fault(message.get("kind"))
            case "all_well":
                self._faults.clear()
                self._device.refuse = False
            case "unplug":
                self._plug.out()
                self._device = Msr605Device()  # without power it forgets what it was asked
            case "plug":
                self._plug.into()
            case "status":
                pass
            case verb:
                raise NotAnOrder(f"swipe, fault, all_well, unplug, plug or status; not {verb!r}")

    def _fault(self, kind: object) -> None:
        if kind == "nak":
            self._device.refuse = True
        elif kind in FAULTS:
            self._faults.add(str(kind))
        else:
            raise NotAnOrder(f"kind: nak, {', '.join(FAULTS)}; not {kind!r}")

    def _swipe(self, message: Mapping[str, Any]) -> None:
        if not self._plug.plugged:
            raise NotAnOrder("it is unplugged")
        stripe = self._card(message)
        reverse, spoil = message.get("reverse") is True, message.get("spoil", [])
        drawn = _spoilt(stripe, spoil) if spoil else stripe
        self._swiped += 1
        if self._kind == "plain":
            self._say(_typed(drawn))
        elif "hang" not in self._faults:
            self._say(self._device.draw(drawn, reverse=reverse))

    def _card(self, message: Mapping[str, Any]) -> Stripe:
        name, tracks = message.get("card"), message.get("tracks")
        if isinstance(name, str) and (name in self.cards or len(self.cards) < CARDS_MAX):
            return self.cards.setdefault(name, [b"", b"", b""])
        if (
            not isinstance(tracks, list)
            or len(tracks) != 3
            or not all(isinstance(one, str) for one in tracks)
        ):
            raise NotAnOrder('tracks: three texts such as ["", ";6600000001?", ""]; or card: a name')
        try:
            return stripe_of([unframed(layout, one) for layout, one in zip(LAYOUTS, tracks, strict=True)])
        except TrackError as trouble:
            raise NotAnOrder(f"no such card can be: {trouble}") from trouble

    def _say(self, data: bytes) -> None:
        """Send an answer, with whatever is wrong with the line."""
        if not data:
            return
        if "cut" in self._faults:
            data = data[: len(data) // 2]
        if "noise" in self._faults:
            data = NOISE + (b"\r" if self._kind == "plain" else b"") + data
        if "merged" in self._faults:
            data = data * 2 if self._kind == "plain" else b"\x1by" + data
        half = len(data) // 2 if "split" in self._faults else len(data)
        try:
            self._plug.write(data[:half])
            if data[half:]:
                time.sleep(PIECES_S)
                self._plug.write(data[half:])
        except OSError as full:
            raise NotAnOrder("nobody listens, and the line is full") from full


def _spoilt(stripe: Stripe, tracks: object) -> Stripe:
    """The card with one wrong bit in the LRC of these tracks: the lowest bit of the last character."""
    wanted = tracks if isinstance(tracks, list) else []
    if not wanted or not all(one in (1, 2, 3) for one in wanted):
        raise NotAnOrder("spoil: some of 1, 2, 3")
    spoilt = list(stripe)
    for one in wanted:
        bits = [byte >> shift & 1 for byte in stripe[one - 1] for shift in range(7, -1, -1)]
        if 1 in bits:
            width = LAYOUTS[one - 1].bits + 1
            first = bits.index(1)
            last = max(at for at, bit in enumerate(bits) if bit)
            bits[first + (last - first) // width * width] ^= 1
            spoilt[one - 1] = bytes(
                int("".join(map(str, bits[at : at + 8])), 2) for at in range(0, len(bits), 8)
            )
    return spoilt


def _typed(stripe: Stripe) -> bytes:
    """What a plain reader sends: its text, E for a track that it could not read, and CR."""
    block = read_iso(stripe)[2:].partition(b"\x1c")[0][:-1]
    texts = [block[block.index(bytes((0x1B, n))) + 2 :].split(b"\x1b")[0] for n in (1, 2, 3)]
    said = b""
    for text, start, at in zip(texts, (b"%", b";", b"+"), range(3), strict=True):
        raw = stripe[at]
        if text:
            said += start + text[1:]
        elif any(raw):
            said += start + b"E?"
    return said + b"\r"


def main() -> None:
    """The reader's own process; it ends on SIGTERM and SIGINT."""
    parser = ArgumentParser(prog="kiosk.hardware.simulated.swipe", description=__doc__)
    parser.add_argument("--kind", choices=KINDS, default="msr605")
    parser.add_argument(
        "--link", type=Path, required=True, help="the device file, as the kiosk's settings name it"
    )
    parser.add_argument("--control", type=Path, required=True, help="UNIX socket for orders")
    parser.add_argument("--ready-file", type=Path, required=True, help="gets the link when it can be used")
    asked = parser.parse_args()
    reader = SimulatedSwipe(asked.kind, asked.link, asked.control)
    reader.serve(asked.ready_file, str(asked.link))


if __name__ == "__main__":
    main()
