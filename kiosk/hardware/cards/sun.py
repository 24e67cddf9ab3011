"""What an NTAG 424 DNA says when it is tapped: who it is, how often it was read, and a code over both.

NXP AN12196 (Secure Unique NFC messages, SUN). A genuine tag makes another message at each reading, so a copy
of one is an old counter: whoever keeps the highest counter of each tag refuses it. Nothing here is trusted
before its code was checked.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from kiosk.hardware.cards.keys import MASTER_BYTES, code, decrypted, diversified, encrypted, short_code

UID_BYTES = 7
TEXT_MAX = 512
"""Characters of a message; a tag's file holds 256 bytes."""

_BLOCK = 16
_COUNTER_BYTES = 3
_CODE_BYTES = 8
_FILE_MAX = 128
_FIELDS_MAX = 16
_WHOLE = 0xC7
"""A PICC data tag that says: UID and counter are both there, and the UID has 7 bytes."""
_ENC, _MAC = bytes.fromhex("C33C00010080"), bytes.fromhex("3CC300010080")

Why = Literal["no-message", "key", "code"]


class NotGenuine(ValueError):
    """This is no message of a tag with our keys. no-message | key (it was not made under ours) | code."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


@dataclass(frozen=True, slots=True)
class Sun:
    """A tag that said so itself: its UID (7 bytes), how often it was read, what it encrypted, if anything."""

    uid: bytes
    counter: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class SunKeys:
    """16 bytes for whoever reads the PICC data, and a key for each UID, for the code and the file."""

    meta: bytes = field(repr=False)
    file: Callable[[bytes], bytes] = field(repr=False)


def keys_of(meta: bytes, master: bytes) -> SunKeys:
    """The shop's: one key for all tags opens the PICC data, each tag has a file key of its own (AN10922).

    ValueError unless both have 16 bytes and differ.
    """
    if {len(meta), len(master)} != {MASTER_BYTES} or meta == master:
        raise ValueError("two different keys of 16 bytes")
    return SunKeys(meta, lambda uid: diversified(master, uid + b"kiosk-sun"))


def read(text: str, keys: SunKeys) -> Sun:
    """The tag behind a message, a URL or its query; NotGenuine.

    `picc_data` and `cmac`, or `uid`, `ctr` and `cmac`; `enc` where file data is mirrored, too. All in hex.
    """
    said = _fields(text)
    enc = said.get("enc", "")
    if "picc_data" in said:
        uid, counter = _opened(_bytes(said["picc_data"], _BLOCK), keys.meta)
    else:
        uid = _bytes(said.get("uid", ""), UID_BYTES)
        counter = int.from_bytes(_bytes(said.get("ctr", ""), _COUNTER_BYTES), "big")
    told, key = _bytes(said.get("cmac", ""), _CODE_BYTES), keys.file(uid)
    where = counter.to_bytes(_COUNTER_BYTES, "little")
    covered = f"{enc}&cmac=".encode() if enc else b""
    if not hmac.compare_digest(short_code(code(key, _vector(_MAC, uid, where)), covered), told):
        raise NotGenuine("code")
    return Sun(uid, counter, _file(enc, code(key, _vector(_ENC, uid, where)), where) if enc else b"")


def _fields(text: str) -> dict[str, str]:
    if len(text) > TEXT_MAX or not text.isascii():
        raise NotGenuine("no-message")
    try:
        query = urlsplit(text).query or text.rpartition("?")[2]
        pairs = parse_qsl(query, max_num_fields=_FIELDS_MAX)
    except ValueError:
        raise NotGenuine("no-message") from None
    said = dict(pairs)
    if len(said) != len(pairs):
        raise NotGenuine("no-message")  # one of two would be looked at, the other be shown
    return said


def _bytes(text: str, size: int) -> bytes:
    try:
        found = bytes.fromhex(text) if text.isalnum() else b""
    except ValueError:
        found = b""
    if len(found) != size:
        raise NotGenuine("no-message")
    return found


def _opened(sealed: bytes, key: bytes) -> tuple[bytes, int]:
    """UID and counter of encrypted PICC data: tag, UID, counter (low byte first), five bytes of chance."""
    plain = decrypted(key, bytes(_BLOCK), sealed)
    if plain[0] != _WHOLE:
        raise NotGenuine("key")
    uid, rest = plain[1 : 1 + UID_BYTES], plain[1 + UID_BYTES :]
    return uid, int.from_bytes(rest[:_COUNTER_BYTES], "little")


def _file(enc: str, key: bytes, counter: bytes) -> bytes:
    size = len(enc) // 2
    if not 0 < size <= _FILE_MAX or size % _BLOCK:
        raise NotGenuine("no-message")
    start = encrypted(key, bytes(_BLOCK), counter.ljust(_BLOCK, b"\0"))
    return decrypted(key, start, _bytes(enc, size))


def _vector(what: bytes, uid: bytes, counter: bytes) -> bytes:
    """What a session key of this reading is made of; 16 bytes for a UID of 7."""
    return what + uid + counter
