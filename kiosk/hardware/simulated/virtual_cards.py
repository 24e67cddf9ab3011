"""A process that holds virtual cards to the virtual reader (vpcd), told what to do over a UNIX socket.

One JSON object a line: {"do":"tap","card":"6600000001","family":"cpu"}, {"do":"pull"}, {"do":"status"},
{"do":"fault","kind":"mute"} (for the next tap). The answer is {"ok":true,...} or {"ok":false,"why":"..."}.
To vpcd, any connection is a card. A tap connects. A pulled card hangs up when the reader next looks for it:
earlier, a swap could fall into the moment in which pcscd powers a card down, and nobody would ever know.
"""

import argparse
import contextlib
import json
import os
import selectors
import socket
import time
from typing import Any

from kiosk.hardware.simulated.member_chip import Chip, chip

FAULTS = ("mute", "garble", "pull_mid_read", "short", "hang")
LINE_MAX = 4096
APDU_MAX = 65535
RETRY_S = 0.05
ON, RESET, ATR = b"\x01", b"\x02", b"\x04"


class Reader:
    """The card's side of one vpcd slot."""

    def __init__(self, port: int, watch: selectors.BaseSelector) -> None:
        self._port, self._watch = port, watch
        self._link: socket.socket | None = None
        self._buffer = bytearray()
        self._chip: Chip | None = None
        self._make: tuple[str, str] = ("", "")
        self.fault = ""
        self._failing = ""
        self._leaving = self._hanging = False
        self._waking = False
        self.powered = 0
        """How often the reader has powered the card that lies there and heard its answer to reset."""

    def tap(self, kind: str, card: str) -> None:
        """Put a card down, in the place of the one that may lie there."""
        made = chip(kind, card)
        self.pull()
        self._chip, self._make = made, (kind, card)
        self._failing, self.fault = self.fault, ""
        self.connect()

    def pull(self) -> None:
        """Take the card away."""
        self._chip = None
        self.powered, self._waking = 0, False
        self._leaving = self._link is not None
        if self._hanging:
            self._drop()

    def connect(self) -> None:
        """Reach the reader, if a card lies there that it does not know of (pcscd may have been away)."""
        if self._chip is None or self._link is not None:
            return
        with contextlib.suppress(OSError):
            self._link = socket.create_connection(("127.0.0.1", self._port), timeout=1)
            self._link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._watch.register(self._link, selectors.EVENT_READ, self.serve)

    def _drop(self) -> None:
        self._buffer.clear()
        self._leaving = self._hanging = False
        if self._link is not None:
            self._watch.unregister(self._link)
            self._link.close()
            self._link = None

    def serve(self) -> None:
        """Answer what vpcd has sent; its going away leaves the card lying."""
        if self._link is None:
            return
        try:
            # Without it the kernel delays acknowledgements, and 17,000 commands a second become 20.
            self._link.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            got = self._link.recv(APDU_MAX)
            if not got:
                raise ConnectionResetError
            self._buffer += got
            self._answer_all()
        except OSError:
            self._drop()

    def _answer_all(self) -> None:
        while len(self._buffer) >= 2 and self._link is not None:
            size = int.from_bytes(self._buffer[:2], "big")
            if len(self._buffer) < 2 + size:
                return
            message = bytes(self._buffer[2 : 2 + size])
            del self._buffer[: 2 + size]
            answer = self._answer(message)
            if answer is not None and self._link is not None:
                self._link.sendall(len(answer).to_bytes(2, "big") + answer)

    def _answer(self, message: bytes) -> bytes | None:
        if self._leaving or self._chip is None:
            if message == ATR or len(message) > 1:
                self._drop()
            return None
        if len(message) <= 1:
            if message in (ON, RESET):
                self._waking = True
                self._chip = chip(*self._make)
            if message != ATR:
                return None
            self.powered += self._waking
            self._waking = False
            return self._atr(self._chip)
        return self._spoil(message, self._chip.answer(message))

    def _atr(self, card: Chip) -> bytes:
        """A mute card is felt, but its answer to reset makes no sense."""
        return b"\0" if self._failing == "mute" else card.atr

    def _spoil(self, command: bytes, answer: bytes) -> bytes | None:
        """The fault, as it would look on the wire; only reading the member file is spoilt."""
        if self._failing == "hang":
            self._hanging = True
            return None
        if not self._failing or len(answer) < 6 or command[1] == 0xC0:
            return answer
        if self._failing == "pull_mid_read":
            self._chip = None
            self._drop()
            return None
        if self._failing == "short":
            return answer[:-4] + answer[-2:]
        return answer[:2] + bytes((answer[2] ^ 0x01,)) + answer[3:]


class Control:
    """One connection that gives orders."""

    def __init__(self, link: socket.socket, reader: Reader, watch: selectors.BaseSelector) -> None:
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
                    self._reader.tap(str(order.get("family", "cpu")), card)
                case {"do": "pull"}:
                    self._reader.pull()
                case {"do": "fault", "kind": str(kind)} if kind in FAULTS:
                    self._reader.fault = kind
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
    reader = Reader(port, watch)
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
