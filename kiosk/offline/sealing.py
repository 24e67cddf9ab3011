"""Sealing a few bytes with the storage key: AES-256-GCM under a key of its own for each purpose."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class Unsealable(Exception):
    """Sealed by another key, for another purpose, or changed since."""


class Sealer:
    """Seals for one purpose. Nonces are random: good for 2^32 seals under one storage key."""

    def __init__(self, storage_key: bytes, purpose: bytes) -> None:
        self._cipher = AESGCM(HKDF(SHA256(), 32, salt=None, info=purpose).derive(storage_key))
        self._purpose = purpose

    def seal(self, plain: bytes) -> bytes:
        """Nonce, ciphertext and tag: 28 bytes more than `plain`."""
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, plain, self._purpose)

    def unseal(self, sealed: bytes) -> bytes:
        """What was sealed; Unsealable if it cannot be."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], self._purpose)
        except (InvalidTag, ValueError) as wrong:
            raise Unsealable(self._purpose.decode()) from wrong
