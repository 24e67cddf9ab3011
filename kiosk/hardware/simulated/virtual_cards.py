"""A process that holds virtual cards to the virtual reader (vpcd), told what to do over a UNIX socket.

One JSON object a line: {"do":"tap","card":"6600000001","family":"cpu"}, {"do":"pull"}, {"do":"status"},
{"do":"fault","kind":"mute"} (for the next tap); a Mishap also says when: {"do":"fault","kind":"tear","at":7,
"byte":3}. The answer is {"ok":true,...} or {"ok":false,"why":"..."}. Kinds of cards: see chips.py.
"""

import argparse
import contextlib
import json
import os
import selectors
import socket
import time
from typing import Any

import msgspec

from kiosk.hardware.simulated.card_field import Mishap
from kiosk.hardware.simulated.card_slot import FAULTS, Slot
from kiosk.hardware.simulated.chips import chip

LINE_MAX = 4096
RETRY_S = 0.05


class Control:
    """One connection that gives orders."""

    def __init__(self, link: socket.socket, reader: Slot, watch: selectors.BaseSelector) -> None:
        self._link, self._reader, self._watch = link, reader, watch
        self._buffer = b""

    def serve(self) -> None:
        """Take in what was sent and answer each whole line; hang up on nonsense without end."""
        try:
            got = self._link.recv(LINE_MAX)
            self._buffer += got
            *lines, self._buffer = self._buffer.split(b"\n")
            for line in lines:
                self._link.sendall(json.dumps(self._obey(line)).encode() + b"\n")
            gone = not got or len(self._buffer) > LINE_MAX
        except OSError:
            gone = True
        if gone:
            self._watch.unregister(self._link)
            self._link.close()

    def _obey(self, line: bytes) -> dict[str, Any]:
        try:
            order = json.loads(line)
            match order:
                case {"do": "tap", "card": str(card)}:
                    self._reader.tap(chip(str(order.get("family", "cpu")), card))
                case {"do": "pull"}:
                    self._reader.pull()
                case {"do": "fault", "kind": str(kind)} if kind in FAULTS:
                    self._reader.fault = kind
                case {"do": "fault", **mishap} if "at" in mishap:
                    self._reader.fault = msgspec.convert(mishap, Mishap)
                case {"do": "status"}:
                    return {"ok": True, "powered": self._reader.powered}
                case _:
                    raise ValueError("no such order")
        except (ValueError, RecursionError) as trouble:
            return {"ok": False, "why": str(trouble)}
        return {"ok": True}


def serve(path: str, port: int) -> None:
    """Obey orders that come to `path` until killed."""
    watch = selectors.DefaultSelector()
    reader = Slot(port, watch)
    listener = socket.socket(socket.AF_UNIX)
    fresh = f"{path}.new"
    with contextlib.suppress(FileNotFoundError):
        os.unlink(fresh)
    listener.bind(fresh)
    os.chmod(fresh, 0o600)
    listener.listen(8)
    os.rename(fresh, path)  # whoever sees the path can connect

    def greet() -> None:
        link, _ = listener.accept()
        link.settimeout(1)
        watch.register(link, selectors.EVENT_READ, Control(link, reader, watch).serve)

    watch.register(listener, selectors.EVENT_READ, greet)
    tried = time.monotonic()
    while True:
        for key, _ in watch.select(RETRY_S):
            key.data()
        if time.monotonic() - tried >= RETRY_S:
            tried = time.monotonic()
            reader.connect()


def main() -> None:
    """The command line."""
    words = argparse.ArgumentParser(description="Virtual member cards for vpcd.")
    words.add_argument("--control", required=True, help="path of the UNIX socket that takes orders")
    words.add_argument("--port", required=True, type=int, help="vpcd's TCP port")
    given = words.parse_args()
    serve(given.control, given.port)


if __name__ == "__main__":
    main()
