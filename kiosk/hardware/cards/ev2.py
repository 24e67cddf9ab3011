"""EV2 sessions (AES-128) of NTAG 424 DNA and MIFARE DESFire: a key is proven, then every command is sealed.

NXP AN12196 (NTAG 424 DNA features and hints) and the NT4H2421Gx data sheet. The card proves that it knows the
key before it is believed in anything; a wrong code ends the session, for whoever is in between may try once.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from kiosk.hardware.cards.apdu import CardRefused, CardTrouble, Channel, command
from kiosk.hardware.cards.keys import code

KEY_BYTES = 16
CODE_BYTES = 8
_BLOCK = 16
_TI_BYTES = 4
_CLA = 0x90
_FIRST, _NON_FIRST, _MORE = 0x71, 0x77, 0xAF
_OK, _GO_ON = 0x9100, 0x91AF
_ENC, _MAC = bytes.fromhex("A55A00010080"), bytes.fromhex("5AA500010080")
_TO_CARD, _FROM_CARD = b"\xa5\x5a", b"\x5a\xa5"
_COUNTER_MAX = 0xFFFF
_PAD = b"\x80"


class NotProven(CardTrouble):
    """The card does not know the key, or somebody changed what was said: the session is over."""


class Mode(Enum):
    """How a command and its answer travel (CommMode)."""

    PLAIN = "plain"
    MAC = "mac"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Command:
    """An instruction with what is never sealed (`header`) and what is, in mode FULL (`data`)."""

    ins: int
    header: bytes = b""
    data: bytes = field(default=b"", repr=False)
    mode: Mode = Mode.MAC


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """What both sides made of a key and their random numbers: 16 bytes each, and the transaction's 4."""

    enc: bytes = field(repr=False)
    mac: bytes = field(repr=False)
    ti: bytes


@dataclass(slots=True)
class Session:
    """One session on one channel. After any trouble it answers nothing any more: authenticate again."""

    channel: Channel = field(repr=False)
    keys: SessionKeys
    counter: int = 0
    over: bool = False

    def ask(self, sent: Command, answer: Mode | None = None) -> bytes:
        """What the card answers; `answer`: how it comes, where that is another mode than the command's.

        NotProven; CardRefused with the card's word.
        """
        if self.over:
            raise NotProven("the session is over")
        self.over = True
        said, status = self.channel.send(wrapped(self.keys, self.counter, sent))
        if status != _OK:
            raise CardRefused(f"command {sent.ins:02X}", status)
        told = opened(self.keys, self.counter + 1, said, answer or sent.mode)
        self.counter += 1
        self.over = self.counter >= _COUNTER_MAX
        return told


def authenticate(
    channel: Channel, number: int, key: bytes, random: Callable[[int], bytes] = secrets.token_bytes
) -> Session:
    """AuthenticateEV2First with key `number` (16 bytes): a new transaction. NotProven, CardRefused."""
    said = _said(channel, command(_header(_FIRST), bytes((number, 0)), 256), _GO_ON, _BLOCK)
    mine, theirs = random(_BLOCK), _decrypted(key, bytes(_BLOCK), said)
    answer = _answer(channel, key, mine, theirs, 2 * _BLOCK)
    ti, rest = answer[:_TI_BYTES], answer[_TI_BYTES:]
    if not hmac.compare_digest(rest[:_BLOCK], _turned(mine)):
        raise NotProven("the card does not know this key")
    return Session(channel, session_keys(key, mine, theirs, ti))


def authenticate_again(
    session: Session, number: int, key: bytes, random: Callable[[int], bytes] = secrets.token_bytes
) -> Session:
    """AuthenticateEV2NonFirst: another key within the same transaction, whose counter goes on."""
    session.over = True
    channel = session.channel
    said = _said(channel, command(_header(_NON_FIRST), bytes((number,)), 256), _GO_ON, _BLOCK)
    mine, theirs = random(_BLOCK), _decrypted(key, bytes(_BLOCK), said)
    if not hmac.compare_digest(_answer(channel, key, mine, theirs, _BLOCK), _turned(mine)):
        raise NotProven("the card does not know this key")
    return Session(channel, session_keys(key, mine, theirs, session.keys.ti), session.counter)


def session_keys(key: bytes, mine: bytes, theirs: bytes, ti: bytes) -> SessionKeys:
    """What follows from the key, the reader's random number (`mine`), the card's (`theirs`) and its TI."""
    mixed = bytes(one ^ other for one, other in zip(mine[2:8], theirs[:6], strict=True))
    what = mine[:2] + mixed + theirs[6:] + mine[8:]
    return SessionKeys(code(key, _ENC + what), code(key, _MAC + what), ti)


def wrapped(keys: SessionKeys, counter: int, sent: Command) -> bytes:
    """The command as it goes to the card; `counter` is how many went before it in this transaction."""
    data = sent.data
    if sent.mode is Mode.FULL and data:
        data = _encrypted(keys.enc, vector(keys, counter, _TO_CARD), padded(data))
    body = sent.header + data
    if sent.mode is not Mode.PLAIN:
        body += short_code(keys, bytes((sent.ins,)), counter, body)
    return command(_header(sent.ins), body, 256)


def opened(keys: SessionKeys, counter: int, said: bytes, mode: Mode) -> bytes:
    """The data of an answer with status 9100; `counter` is one more than the command's. NotProven."""
    if mode is Mode.PLAIN:
        return said
    body, told = said[:-CODE_BYTES], said[-CODE_BYTES:]
    if not hmac.compare_digest(short_code(keys, b"\0", counter, body), told):
        raise NotProven("an answer was changed, or is another one's")
    if mode is Mode.MAC or not body:
        return body
    if len(body) % _BLOCK:
        raise NotProven("an answer of broken blocks")
    return unpadded(_decrypted(keys.enc, vector(keys, counter, _FROM_CARD), body))


def short_code(keys: SessionKeys, what: bytes, counter: int, body: bytes) -> bytes:
    """Eight bytes over an instruction or a status, the counter, the transaction and the body."""
    return code(keys.mac, what + counter.to_bytes(2, "little") + keys.ti + body)[1::2]


def vector(keys: SessionKeys, counter: int, way: bytes) -> bytes:
    """Where a message's encryption starts; never twice the same in a session."""
    plain = way + keys.ti + counter.to_bytes(2, "little") + bytes(8)
    worker = Cipher(algorithms.AES(keys.enc), modes.ECB()).encryptor()  # noqa: S305  a vector is one block
    return worker.update(plain) + worker.finalize()


def padded(data: bytes) -> bytes:
    """ISO 9797-1, method 2."""
    whole = data + _PAD
    return whole + bytes(-len(whole) % _BLOCK)


def unpadded(data: bytes) -> bytes:
    """The data without its padding. NotProven if there is none."""
    bare = data.rstrip(b"\0")
    if not bare.endswith(_PAD) or len(data) - len(bare) >= _BLOCK:
        raise NotProven("an answer without its padding")
    return bare[:-1]


def _answer(channel: Channel, key: bytes, mine: bytes, theirs: bytes, size: int) -> bytes:
    """The second half of a proof: both random numbers go out, and the card's answer comes back opened."""
    both = _encrypted(key, bytes(_BLOCK), mine + _turned(theirs))
    return _decrypted(key, bytes(_BLOCK), _said(channel, command(_header(_MORE), both, 256), _OK, size))


def _said(channel: Channel, apdu: bytes, wanted: int, size: int) -> bytes:
    said, status = channel.send(apdu)
    if status != wanted:
        raise CardRefused(f"command {apdu[1]:02X}", status)
    if len(said) != size:
        raise NotProven(f"{len(said)} bytes instead of {size}")
    return said


def _header(ins: int) -> bytes:
    return bytes((_CLA, ins, 0, 0))


def _turned(number: bytes) -> bytes:
    return number[1:] + number[:1]


def _encrypted(key: bytes, start: bytes, plain: bytes) -> bytes:
    worker = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    return worker.update(plain) + worker.finalize()


def _decrypted(key: bytes, start: bytes, sealed: bytes) -> bytes:
    worker = Cipher(algorithms.AES(key), modes.CBC(start)).decryptor()
    return worker.update(sealed) + worker.finalize()
