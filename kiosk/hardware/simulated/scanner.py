"""A bar code scanner on a pseudo-terminal: a serial scanner as the kiosk sees it, that somebody else holds.

Order it over a UNIX socket, one JSON object a line: {"do":"scan","text":"..."}, {"do":"split","text":"..."}
(in two pieces), {"do":"merge","texts":[...]} (in one), {"do":"garbage"}, {"do":"unplug"}, {"do":"plug"},
{"do":"status"}. `end` is cr | lf | crlf | etx (between STX and ETX), cr without it. The device lies behind a
link, as udev's names by port do; unplugging takes the link away.
"""

import time
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kiosk.hardware.simulated.ordered import NotAnOrder, OrderedDevice
from kiosk.hardware.simulated.pty_plug import PtyPlug

FRAMED = {"cr": (b"", b"\r"), "lf": (b"", b"\n"), "crlf": (b"", b"\r\n"), "etx": (b"\x02", b"\x03")}
"""How a code begins and ends."""
NOISE = bytes.fromhex("00ff81fe") + b"half a code"
"""What a plug that wriggles sends; no code ends in it."""
PIECES_S = 0.02
TEXT_MAX = 4000
"""Bytes in one order; a pseudo-terminal that nobody empties holds about as many."""


class SimulatedScanner(OrderedDevice):
    """The scanner; `do` orders it from any thread. A context manager, which listens at `control`."""

    def __init__(self, link: Path, control: Path | None = None) -> None:
        super().__init__(control)
        self._plug = PtyPlug(link)
        self._scanned = 0
        self._plug.into()

    def _state(self) -> dict[str, Any]:
        return {"plugged": self._plug.plugged, "scanned": self._scanned}

    def _let_go(self) -> None:
        self._plug.out()

    def _obey(self, message: Mapping[str, Any]) -> None:
        match message.get("do"):
            case "scan":
                self._send(_framed(message, message.get("text")))
            case "split":
                code = _framed(message, message.get("text"))
                self._send(code[: len(code) // 2])
                time.sleep(PIECES_S)
                self._send(code[len(code) // 2 :])
            case "merge":
                texts = message.get("texts")
                self._send(
                    b"".join(_framed(message, text) for text in (texts if isinstance(texts, list) else ()))
                )
            case "garbage":
                self._send(NOISE)
            case "unplug":
                self._plug.out()
            case "plug":
                self._plug.into()
            case "status":
                pass
            case verb:
                raise NotAnOrder(f"scan, split, merge, garbage, unplug, plug or status; not {verb!r}")

    def _send(self, data: bytes) -> None:
        if not self._plug.plugged:
            raise NotAnOrder("it is unplugged")
        if len(data) > TEXT_MAX:
            raise NotAnOrder(f"longer than {TEXT_MAX} bytes")
        try:
            self._plug.write(data)
        except BlockingIOError as full:
            raise NotAnOrder("nobody listens, and the line is full") from full
        self._scanned += 1


def _framed(message: Mapping[str, Any], text: object) -> bytes:
    end = message.get("end", "cr")
    if not isinstance(text, str) or end not in FRAMED:
        raise NotAnOrder(f"text: what stands in the code; end: one of {', '.join(FRAMED)}")
    before, after = FRAMED[end]
    return before + text.encode() + after


def main() -> None:
    """The scanner's own process; it ends on SIGTERM and SIGINT."""
    parser = ArgumentParser(prog="kiosk.hardware.simulated.scanner", description=__doc__)
    parser.add_argument(
        "--link", type=Path, required=True, help="the device file, as the kiosk's settings name it"
    )
    parser.add_argument("--control", type=Path, required=True, help="UNIX socket for orders")
    parser.add_argument("--ready-file", type=Path, required=True, help="gets the link when it can be used")
    asked = parser.parse_args()
    scanner = SimulatedScanner(asked.link, asked.control)
    scanner.serve(asked.ready_file, str(asked.link))


if __name__ == "__main__":
    main()
