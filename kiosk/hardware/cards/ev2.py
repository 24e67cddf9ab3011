"""How NTAG 424 and DESFire prove their key and seal what is said afterwards: EV2 with AES. Bytes only.

NXP AN12196 and NT4H2421Gx (9.1). Reader and card prove one key to each other; two keys of that session
follow, one to encrypt, one for codes. Every command counts, and its code covers the count: none can be left
out, said twice or taken from another session. One answer whose code does not fit ends the session.
"""

import hmac
from dataclasses import dataclass, field
from enum import Enum, IntEnum

from kiosk.hardware.cards.apdu import CardGarbled, CardRefused, command
from kiosk.hardware.cards.keys import MASTER_BYTES, code, decrypted, encrypted, short_code
from kiosk.hardware.cards.purse import NotGenuine

BLOCK = 16
CODE_BYTES = 8
TI_BYTES = 4
COUNTER_MAX = 0xFFFF

FIRST, AGAIN, MORE = 0x71, 0x77, 0xAF
"""AuthenticateEV2First, AuthenticateEV2NonFirst, and what their second command is called."""

_ZERO = bytes(BLOCK)
_ENC, _MAC = bytes.fromhex("A55A00010080"), bytes.fromhex("5AA500010080")
_CAPABILITIES = 12


class Ev2Status(IntEnum):
    """Status words of these cards that we act on or simulate."""

    OK = 0x9100
    NO_SUCH_COMMAND = 0x911C
    WRONG_CODE = 0x911E
    NO_SUCH_KEY = 0x9140
    WRONG_LENGTH = 0x917E
    NOT_ALLOWED = 0x919D
    WRONG_KEY = 0x91AE
    MORE = 0x91AF


class Mode(Enum):
    """How much of a command is sealed (CommMode)."""

    PLAIN = "plain"
    MAC = "mac"
    FULL = "full"


class Way(Enum):
    """Who speaks: what the first block of an encryption begins with."""

    COMMAND = bytes.fromhex("A55A")
    ANSWER = bytes.fromhex("5AA5")


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """The two keys (16 bytes each) of one session, and the session's number, which the card chose (4)."""

    enc: bytes = field(repr=False)
    mac: bytes = field(repr=False)
    ti: bytes

    def start(self, way: Way, counter: int) -> bytes:
        """The initial vector of an encryption at this count."""
        return encrypted(self.enc, _ZERO, (way.value + self.ti + _count(counter)).ljust(BLOCK, b"\0"))

    def code(self, said: int, counter: int, data: bytes) -> bytes:
        """The code (8 bytes) of a command, or of an answer; `said` is the command's or the status byte."""
        return short_code(self.mac, bytes((said,)) + _count(counter) + self.ti + data)


def session_keys(key: bytes, rnd_a: bytes, rnd_b: bytes, ti: bytes) -> SessionKeys:
    """What follows from the key and what both sides made up, 16 bytes each."""
    mixed = bytes(one ^ other for one, other in zip(rnd_a[2:8], rnd_b[:6], strict=True))
    told = rnd_a[:2] + mixed + rnd_b[6:] + rnd_a[8:]
    return SessionKeys(code(key, _ENC + told), code(key, _MAC + told), ti)


def turned(made_up: bytes) -> bytes:
    """The first byte goes last: a side shows so that it could read what the other made up."""
    return made_up[1:] + made_up[:1]


def padded(data: bytes) -> bytes:
    """Whole blocks: 80, then zeros. One more block where it was whole."""
    return data + b"\x80" + bytes(-(len(data) + 1) % BLOCK)


def unpadded(data: bytes) -> bytes:
    """The reverse of `padded`; ValueError."""
    kept = data.rstrip(b"\0")
    if not kept.endswith(b"\x80") or len(data) - len(kept) >= BLOCK:
        raise ValueError("no padding")
    return kept[:-1]


def _count(counter: int) -> bytes:
    return counter.to_bytes(2, "little")


def first(key_number: int) -> bytes:
    """AuthenticateEV2First: begin a session under this key; the reader claims no capabilities."""
    return command(bytes((0x90, FIRST, 0, 0)), bytes((key_number, 0)), 256)


def again(key_number: int) -> bytes:
    """AuthenticateEV2NonFirst: go on under another key."""
    return command(bytes((0x90, AGAIN, 0, 0)), bytes((key_number,)), 256)


class Session:
    """What both sides know after the proof. `counter` is how many commands were said; 65,535 at most."""

    def __init__(self, keys: SessionKeys, counter: int = 0) -> None:
        self._keys: SessionKeys | None = keys
        self.counter = counter

    def _living(self) -> SessionKeys:
        if self._keys is None:
            raise NotGenuine("the session has ended")
        return self._keys

    def end(self) -> None:
        """Nothing said in it counts any more."""
        self._keys = None

    @property
    def ti(self) -> bytes:
        """The session's number. NotGenuine once it has ended."""
        return self._living().ti

    def command(self, ins: int, header: bytes, data: bytes, mode: Mode) -> bytes:
        """The APDU that says this. NotGenuine once the session has ended, ValueError for what is too long."""
        keys = self._living()
        if self.counter >= COUNTER_MAX:
            self.end()
            raise NotGenuine("the session is used up")
        if mode is Mode.FULL and data:
            data = encrypted(keys.enc, keys.start(Way.COMMAND, self.counter), padded(data))
        body = header + data
        if mode is not Mode.PLAIN:
            body += keys.code(ins, self.counter, body)
        return command(bytes((0x90, ins, 0, 0)), body, 256)

    def opened(self, answer: bytes, status: int, mode: Mode) -> bytes:
        """What the card answered to the last command; the count goes on.

        CardRefused when it says no, NotGenuine when the code does not fit: either ends the session.
        """
        keys = self._living()
        if status != Ev2Status.OK:
            self.end()
            raise CardRefused("a sealed command", status)
        self.counter += 1
        if mode is Mode.PLAIN:
            return answer
        data, told = answer[:-CODE_BYTES], answer[-CODE_BYTES:]
        if not hmac.compare_digest(keys.code(status & 0xFF, self.counter, data), told):
            self.end()
            raise NotGenuine("an answer whose code does not fit")
        return self._read(keys, data) if mode is Mode.FULL and data else data

    def _read(self, keys: SessionKeys, sealed: bytes) -> bytes:
        try:
            return unpadded(decrypted(keys.enc, keys.start(Way.ANSWER, self.counter), sealed))
        except ValueError:
            self.end()
            raise CardGarbled("an answer that is not whole blocks, padded") from None


@dataclass(frozen=True, slots=True)
class Challenged:
    """The reader's half of the proof: the key, what it made up and what the card did (16 bytes each)."""

    key: bytes = field(repr=False)
    rnd_a: bytes = field(repr=False)
    rnd_b: bytes = field(repr=False)

    def answer(self) -> bytes:
        """The second command: we read what the card made up, and made up something, too."""
        sealed = encrypted(self.key, _ZERO, self.rnd_a + turned(self.rnd_b))
        return command(bytes((0x90, MORE, 0, 0)), sealed, 256)

    def begun(self, sealed: bytes) -> Session:
        """The session that the card's last answer (32 bytes) begins. NotGenuine, CardGarbled."""
        told = self._told(sealed, TI_BYTES + BLOCK + _CAPABILITIES)
        ti = told[:TI_BYTES]
        self._check(told[TI_BYTES : TI_BYTES + BLOCK])
        return Session(session_keys(self.key, self.rnd_a, self.rnd_b, ti))

    def went_on(self, sealed: bytes, session: Session) -> Session:
        """The same session under this key, after NonFirst (16 bytes): number and count stay."""
        ti = session.ti
        self._check(self._told(sealed, BLOCK))
        return Session(session_keys(self.key, self.rnd_a, self.rnd_b, ti), session.counter)

    def _told(self, sealed: bytes, size: int) -> bytes:
        if len(sealed) != size:
            raise CardGarbled(f"{len(sealed)} bytes of proof")
        return decrypted(self.key, _ZERO, sealed)

    def _check(self, shown: bytes) -> None:
        if not hmac.compare_digest(shown, turned(self.rnd_a)):
            raise NotGenuine("the card does not hold its key")


def challenged(key: bytes, challenge: bytes, made_up: bytes) -> Challenged:
    """The reader's half, after the card's challenge (16 bytes). CardGarbled; ValueError for a wrong key."""
    if {len(key), len(made_up)} != {MASTER_BYTES}:
        raise ValueError("a key and what is made up have 16 bytes")
    if len(challenge) != BLOCK:
        raise CardGarbled(f"{len(challenge)} bytes of challenge")
    return Challenged(key, made_up, decrypted(key, _ZERO, challenge))
