"""Fresh names: UUIDv7 (RFC 9562) with full randomness, from an injected clock and source of chance."""

import random
import secrets
import uuid
from collections.abc import Callable


class FreshIds:
    """Makes ids from `now` (UTC microseconds) and chance; the system's unless a simulation brings its own."""

    def __init__(self, now: Callable[[], int], chance: random.Random | None = None) -> None:
        self._now = now
        self._chance = chance or secrets.SystemRandom()

    def uuid7(self) -> str:
        """48 bits of milliseconds, then 74 random bits: never from clock or sequence alone."""
        milliseconds = (self._now() // 1000) & ((1 << 48) - 1)
        bits = self._chance.getrandbits(74)
        value = milliseconds << 80 | 0x7 << 76 | (bits >> 62) << 64 | 0b10 << 62 | bits & ((1 << 62) - 1)
        return str(uuid.UUID(int=value))

    def nonce(self) -> bytes:
        """16 random bytes."""
        return self._chance.getrandbits(128).to_bytes(16, "big")
