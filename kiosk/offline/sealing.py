"""Sealing a few bytes with the storage key: AES-256-GCM under a key of its own for each purpose."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class Unsealable(Exception):
    """Sealed by another key, for another purpose, or changed since."""


def seal(storage_key: bytes, purpose: bytes, plain: bytes) -> bytes:
    """Nonce, ciphertext and tag: 28 bytes more than `plain`."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + _cipher(storage_key, purpose).encrypt(nonce, plain, purpose)


def unseal(storage_key: bytes, purpose: bytes, sealed: bytes) -> bytes:
    """What was sealed; Unsealable if it cannot be."""
    try:
        return _cipher(storage_key, purpose).decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose)
    except (InvalidTag, ValueError) as wrong:
        raise Unsealable(purpose.decode()) from wrong


def _cipher(storage_key: bytes, purpose: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=purpose).derive(storage_key))
