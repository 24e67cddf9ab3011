"""Personal data on its way to head office: sealed under a key of its own, so that it ends with that key.

A log is kept for ever and copied; what it says about a person must not be. So an entry carries ciphertext
alone, its key travels beside the log, and whoever destroys the key has erased the person, chain intact.
"""

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12


class Unreadable(ValueError):
    """This is not what was sealed for this member under this key."""


class Person(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody told when they joined. `phone` are its digits, `born` month and day ("06-01") or ''.

    `answers` are ids of options by the questions' ids, `language` what they read.
    """

    phone: str
    name: str = ""
    born: str = ""
    answers: dict[str, str] = {}
    language: str = ""

    def __repr__(self) -> str:
        return "Person(..)"


def seal(person: Person, member: str, key: bytes, nonce: bytes) -> bytes:
    """The nonce (12 bytes) and the ciphertext, bound to this member. A key (32 bytes) seals once."""
    return nonce + AESGCM(key).encrypt(nonce, msgspec.msgpack.encode(person), _bound(member))


def unseal(sealed: bytes, member: str, key: bytes) -> Person:
    """What was sealed; Unreadable if anything of it differs."""
    try:
        opened = AESGCM(key).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound(member))
        return msgspec.msgpack.decode(opened, type=Person)
    except (InvalidTag, ValueError, msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise Unreadable(f"personal data of {member}: {type(wrong).__name__}") from wrong


def _bound(member: str) -> bytes:
    return b"kiosk-person-1\0" + member.encode()
