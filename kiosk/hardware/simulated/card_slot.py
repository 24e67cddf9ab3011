"""The card's side of one slot of the virtual reader (vpcd): puts chips down, answers for them, spoils them.

To vpcd, any connection is a card. A tap connects. A pulled card hangs up when the reader next looks for it:
earlier, a swap could fall into the moment in which pcscd powers a card down, and nobody would ever know.
"""

import contextlib
import selectors
import socket

from kiosk.hardware.cards.apdu import CardMute
from kiosk.hardware.simulated.card_field import Field, Mishap
from kiosk.hardware.simulated.chip import Chip

FAULTS = ("mute", "garble", "pull_mid_read", "short", "hang")
APDU_MAX = 65535
ON, RESET, ATR = b"\x01", b"\x02", b"\x04"


class Slot:
    """The card's side of one vpcd slot."""

    def __init__(self, port: int, watch: selectors.BaseSelector) -> None:
        self._port, self._watch = port, watch
        self._link: socket.socket | None = None
        self._buffer = bytearray()
        self._atr = b""
        self._field: Field | None = None
        self.fault: str | Mishap = ""
        """What goes wrong with the next card: one of FAULTS, a Mishap, or nothing."""
        self._failing = ""
        self._leaving = self._hanging = False
        self._waking = False
        self.powered = 0
        """How often the reader has powered the card that lies there and heard its answer to reset."""

    def tap(self, chip: Chip) -> None:
        """Put a card down, in the place of the one that may lie there."""
        self.pull()
        fault, self.fault = self.fault, ""
        self._failing = fault if isinstance(fault, str) else ""
        self._atr, self._field = chip.atr, Field(chip, fault if isinstance(fault, Mishap) else None)
        self.connect()

    def pull(self) -> None:
        """Take the card away."""
        self._field = None
        self.powered, self._waking = 0, False
        self._leaving = self._link is not None
        if self._hanging:
            self._drop()

    def connect(self) -> None:
        """Reach the reader, if a card lies there that it does not know of (pcscd may have been away)."""
        if self._field is None or self._link is not None:
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
        if self._leaving or self._field is None:
            if message == ATR or len(message) > 1:
                self._drop()
            return None
        if len(message) <= 1:
            return self._signal(message, self._field)
        try:
            answer = self._field.answer(message)
        except CardMute:
            self._hanging = True
            return None
        if not answer:
            self._gone()
            return None
        return self._spoil(message, answer)

    def _signal(self, message: bytes, field: Field) -> bytes | None:
        """The reader's own words. A mute card is felt, but its answer to reset makes no sense."""
        if message in (ON, RESET):
            self._waking = True
            field.power()
        if message != ATR:
            return None
        self.powered += self._waking
        self._waking = False
        return b"\0" if self._failing == "mute" else self._atr

    def _gone(self) -> None:
        self._field = None
        self._drop()

    def _spoil(self, command: bytes, answer: bytes) -> bytes | None:
        """The fault, as it would look on the wire; only an answer with data in it is spoilt."""
        if self._failing == "hang":
            self._hanging = True
            return None
        if not self._failing or len(answer) < 6 or command[1] == 0xC0:
            return answer
        if self._failing == "pull_mid_read":
            self._gone()
            return None
        if self._failing == "short":
            return answer[:-4] + answer[-2:]
        return answer[:2] + bytes((answer[2] ^ 0x01,)) + answer[3:]
