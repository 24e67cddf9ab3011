"""A simulated NTAG 424 DNA: its application, its keys, EV2. Pure bytes, but for a memory in a file.

What is real: order of commands, proofs, codes, counts, what ends a session. What is not: timing, the
delay after many wrong keys in a row, keys that are torn while they are written.
"""

import hmac
import secrets
from collections.abc import Callable
from pathlib import Path

from kiosk.hardware.cards.apdu import GET_UID, Status
from kiosk.hardware.cards.ev2 import (
    AGAIN,
    BLOCK,
    CODE_BYTES,
    FIRST,
    MORE,
    TI_BYTES,
    Ev2Status,
    SessionKeys,
    Way,
    padded,
    session_keys,
    turned,
    unpadded,
)
from kiosk.hardware.cards.keys import decrypted, encrypted
from kiosk.hardware.cards.ntag424 import CHANGE_KEY, SELECT, key_check
from kiosk.hardware.cards.ntag_issue import ISSUER_KEY
from kiosk.hardware.cards.sun import UID_BYTES
from kiosk.hardware.simulated.card_image import CardImage
from kiosk.hardware.simulated.chip import PowerLost, atr_of, word

KEYS = 5
CHECK = 4
SIZE = UID_BYTES + KEYS * BLOCK

_ZERO = bytes(BLOCK)
_HARDWARE, _SOFTWARE = bytes.fromhex("04040230001105"), bytes.fromhex("04040201021105")
_BATCH = bytes.fromhex("CF5CD455604321")


class _No(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def blank(uid: bytes) -> bytes:
    """A chip as delivered: all keys are zeros."""
    if len(uid) != UID_BYTES:
        raise ValueError("a UID of 7 bytes")
    return uid.ljust(SIZE, b"\0")


class Ntag424Chip:
    """The chip. `chance` makes up its half of a proof."""

    atr = atr_of(b"\x80")

    def __init__(self, image: CardImage, chance: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self.eeprom, self._chance = image, chance
        self.uid = bytes(image.data[:UID_BYTES])
        self.power()

    @classmethod
    def of(cls, card: str) -> "Ntag424Chip":
        """A blank chip of this UID (hex), or the one whose memory lies in a file."""
        if "/" not in card:
            return cls(CardImage(blank(bytes.fromhex(card))))
        return cls(CardImage.load(Path(card), frozenset({SIZE})))

    def power(self) -> None:
        """Power up: nothing is chosen, no session."""
        self._dead = self._chosen = False
        self._more: Callable[[bytes], tuple[bytes, int]] | None = None
        self._end()

    def _end(self) -> None:
        self._session: SessionKeys | None = None
        self._number = self._count = 0

    def key(self, number: int) -> bytes:
        """One of its keys."""
        at = UID_BYTES + number * BLOCK
        return bytes(self.eeprom.data[at : at + BLOCK])

    def set_key(self, number: int, key: bytes) -> None:
        """Give it another key (16 bytes), as its maker or an issuer did."""
        self.eeprom.write(UID_BYTES + number * BLOCK, key)

    def answer(self, command: bytes) -> bytes:
        """Data and status word; b"" from a card that lost its power. Whatever it refuses ends the session."""
        if self._dead:
            return b""
        try:
            data, status = self._obey(command)
        except _No as no:
            self._end()
            return word(no.status)
        except PowerLost:
            self._dead = True
            return b""
        return data + word(status)

    def _obey(self, command: bytes) -> tuple[bytes, int]:
        more, self._more = self._more, None
        if command == GET_UID:
            return self.uid, Status.OK
        if command[1:2] == b"\xa4":
            self._end()
            self._chosen = command == SELECT
            return b"", Status.OK if self._chosen else Status.NOT_FOUND
        if command[:1] != b"\x90":
            raise _No(Status.NO_SUCH_CLASS if command[:1] != b"\0" else Status.NO_SUCH_INSTRUCTION)
        body = command[5:-1]
        if len(command) < 5 or command[2:4] != b"\0\0" or (len(command) > 5 and len(body) != command[4]):
            raise _No(Ev2Status.WRONG_LENGTH)
        if command[1] == MORE and more is not None:
            return more(body)
        verb = {
            0x60: self._version,
            FIRST: self._first,
            AGAIN: self._again,
            0x51: self._uid,
            CHANGE_KEY: self._change_key,
        }.get(command[1])
        if verb is None:
            raise _No(Ev2Status.NO_SUCH_COMMAND)
        return verb(body)

    def _version(self, _body: bytes) -> tuple[bytes, int]:
        def last(_body: bytes) -> tuple[bytes, int]:
            return self.uid + _BATCH, Ev2Status.OK

        def second(_body: bytes) -> tuple[bytes, int]:
            self._more = last
            return _SOFTWARE, Ev2Status.MORE

        self._more = second
        return _HARDWARE, Ev2Status.MORE

    def _first(self, body: bytes) -> tuple[bytes, int]:
        if len(body) < 2 or len(body) != 2 + body[1]:
            raise _No(Ev2Status.WRONG_LENGTH)
        self._end()
        return self._challenge(body[0], self._chance(TI_BYTES), fresh=True)

    def _again(self, body: bytes) -> tuple[bytes, int]:
        if len(body) != 1:
            raise _No(Ev2Status.WRONG_LENGTH)
        if self._session is None:
            raise _No(Ev2Status.NOT_ALLOWED)
        return self._challenge(body[0], self._session.ti, fresh=False)

    def _challenge(self, number: int, ti: bytes, *, fresh: bool) -> tuple[bytes, int]:
        if not self._chosen or number >= KEYS:
            raise _No(Ev2Status.NO_SUCH_KEY)
        key, ours = self.key(number), self._chance(BLOCK)

        def proven(body: bytes) -> tuple[bytes, int]:
            if len(body) != 2 * BLOCK:
                raise _No(Ev2Status.WRONG_LENGTH)
            told = decrypted(key, _ZERO, body)
            theirs, shown = told[:BLOCK], told[BLOCK:]
            if not hmac.compare_digest(shown, turned(ours)):
                raise _No(Ev2Status.WRONG_KEY)
            self._session, self._number = session_keys(key, theirs, ours, ti), number
            proof = ti + turned(theirs) + bytes(12) if fresh else turned(theirs)
            return encrypted(key, _ZERO, proof), Ev2Status.OK

        self._more = proven
        return encrypted(key, _ZERO, ours), Ev2Status.MORE

    def _uid(self, body: bytes) -> tuple[bytes, int]:
        keys, _ = self._unsealed(0x51, body, 0)
        return self._sealed(keys, self.uid)

    def _unsealed(self, ins: int, body: bytes, header: int) -> tuple[SessionKeys, bytes]:
        """The session, and what was said in it under a code that fits, `header` bytes of it in the clear."""
        keys = self._session
        if keys is None:
            raise _No(Ev2Status.NOT_ALLOWED)
        said, told = body[:-CODE_BYTES], body[-CODE_BYTES:]
        if not hmac.compare_digest(keys.code(ins, self._count, said), told):
            raise _No(Ev2Status.WRONG_CODE)
        if len(said) <= header:
            return keys, b""
        try:
            return keys, unpadded(decrypted(keys.enc, keys.start(Way.COMMAND, self._count), said[header:]))
        except ValueError:
            raise _No(Ev2Status.WRONG_LENGTH) from None

    def _change_key(self, body: bytes) -> tuple[bytes, int]:
        keys, data = self._unsealed(CHANGE_KEY, body, 1)
        number, own = body[0], body[0] == ISSUER_KEY
        if self._number != ISSUER_KEY:
            raise _No(Ev2Status.NOT_ALLOWED)
        if number >= KEYS:
            raise _No(Ev2Status.NO_SUCH_KEY)
        if len(data) != BLOCK + 1 + (0 if own else CHECK):
            raise _No(Ev2Status.WRONG_LENGTH)
        if own:
            self.set_key(number, data[:BLOCK])
            self._end()
            return b"", Ev2Status.OK
        new = bytes(one ^ other for one, other in zip(data[:BLOCK], self.key(number), strict=True))
        if data[BLOCK + 1 :] != key_check(new):
            raise _No(Ev2Status.WRONG_CODE)
        self.set_key(number, new)
        return self._sealed(keys, b"")

    def _sealed(self, keys: SessionKeys, says: bytes) -> tuple[bytes, int]:
        self._count += 1
        if says:
            says = encrypted(keys.enc, keys.start(Way.ANSWER, self._count), padded(says))
        return says + keys.code(0, self._count, says), Ev2Status.OK
