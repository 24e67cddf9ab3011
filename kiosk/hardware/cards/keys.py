"""Keys of storage cards: every card has its own, made of a master key and its UID (AN10922, AES-128).

A MIFARE Classic key has six bytes: the first six of the sixteen that AN10922 gives. What a card's keys are
made of names the card, what the key is for, and the version of the master keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from kiosk.hardware.cards.apdu import CardTrouble
from kiosk.hardware.cards.storage import KEY_BYTES, KeyType

MASTER_BYTES = 16
CODE_BYTES = 16
VERSIONS = range(1, 16)
"""Versions that a record has room for."""

_BLOCK = 16
_SPACE = 2 * _BLOCK
_AES_128 = b"\x01"
_FOLD = 0x87


def _doubled(block: bytes) -> bytes:
    """One step of CMAC's subkeys (NIST SP 800-38B): times x in GF(2^128)."""
    number = int.from_bytes(block, "big") << 1
    return ((number & (1 << 128) - 1) ^ (_FOLD if number >> 128 else 0)).to_bytes(_BLOCK, "big")


def _chain(key: bytes, data: bytes) -> bytes:
    """The last block of AES in CBC from zero."""
    return encrypted(key, bytes(_BLOCK), data)[-_BLOCK:]


def diversified(master: bytes, given: bytes) -> bytes:
    """A key of 16 bytes out of a master key (16) and up to 31 bytes that name what it is for.

    It is a CMAC, but shorter input is padded to two blocks, not to one: the library's CMAC cannot do that.
    """
    if len(master) != MASTER_BYTES or not 0 < len(given) < _SPACE:
        raise ValueError("a master key has 16 bytes, what it is diversified with 1 to 31")
    data = _AES_128 + given
    subkey = _doubled(_chain(master, bytes(_BLOCK)))
    if len(data) < _SPACE:
        data, subkey = (data + b"\x80").ljust(_SPACE, b"\0"), _doubled(subkey)
    last = bytes(one ^ other for one, other in zip(data[_BLOCK:], subkey, strict=True))
    return _chain(master, data[:_BLOCK] + last)


def code(key: bytes, data: bytes) -> bytes:
    """AES-128 CMAC, 16 bytes."""
    worker = CMAC(algorithms.AES(key))
    worker.update(data)
    return worker.finalize()


def short_code(key: bytes, data: bytes) -> bytes:
    """Eight bytes of a CMAC, every second one, beginning with the second: as NXP cuts it."""
    return code(key, data)[1::2]


def encrypted(key: bytes, start: bytes, plain: bytes) -> bytes:
    """AES-128 in CBC: whole blocks, none added."""
    worker = Cipher(algorithms.AES(key), modes.CBC(start)).encryptor()
    return worker.update(plain) + worker.finalize()


def decrypted(key: bytes, start: bytes, sealed: bytes) -> bytes:
    """The reverse of `encrypted`."""
    worker = Cipher(algorithms.AES(key), modes.CBC(start)).decryptor()
    return worker.update(sealed) + worker.finalize()


class SamGone(CardTrouble):
    """The secure access module does not answer: no card can be told from a copy."""


class Sam(Protocol):
    """Where master keys are: a secure access module, or this process. They never come out of it. SamGone."""

    @property
    def versions(self) -> tuple[int, ...]:
        """The versions it has keys of, newest first."""

    def sector_key(self, version: int, uid: bytes, sector: int, which: KeyType) -> bytes:
        """A sector's key (6 bytes), which must go to the reader. LookupError: no such version."""

    def record_code(self, version: int, uid: bytes, body: bytes) -> bytes:
        """The code (16 bytes) of a record on this card. LookupError: no such version."""


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """One version of the shop's master keys, 16 bytes each. ValueError for others."""

    sector: bytes = field(repr=False)
    record: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if {len(self.sector), len(self.record)} != {MASTER_BYTES} or self.sector == self.record:
            raise ValueError("two different master keys of 16 bytes")


class KeyRing:
    """A Sam in software: whoever can read this process's memory has the master keys."""

    def __init__(self, keys: Mapping[int, MasterKeys]) -> None:
        if not keys or not set(keys) <= set(VERSIONS):
            raise ValueError("versions of keys are numbers from 1 to 15")
        self._keys = dict(keys)
        self.versions = tuple(sorted(keys, reverse=True))

    def sector_key(self, version: int, uid: bytes, sector: int, which: KeyType) -> bytes:
        """As the port says."""
        given = uid + bytes((version, sector)) + b"kiosk-sector-" + which.name.encode()
        return diversified(self._keys[version].sector, given)[:KEY_BYTES]

    def record_code(self, version: int, uid: bytes, body: bytes) -> bytes:
        """As the port says."""
        own = diversified(self._keys[version].record, uid + bytes((version,)) + b"kiosk-record")
        return code(own, body)
