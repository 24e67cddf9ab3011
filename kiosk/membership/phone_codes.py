"""One-time codes that a member's phone shows: what stands in them, and whether one is good. Pure.

Head office signs each code when the phone asks for it, and the phone shows it for LIFE_S. A kiosk needs head
office's public key alone: nothing that it holds could make a code, so a stolen kiosk makes none. (A code that
is computed from a shared secret, as TOTP does, would need every member's secret on every kiosk.)

In the code: version, key id, when it was signed, handle (16 bytes that stand for the member's phone as a
card's number does), 8 random bytes, then 64 bytes of Ed25519, all as base45 (RFC 9285).

A code says whose phone it was, and proves no more than a photograph of the screen would: it is an identity.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

import base45

from kiosk.membership.cards import Card

FAMILY = "phone"
LIFE_S = 60
"""How long a code is good, from when it was signed."""
AHEAD_S = 5
"""How far head office's clock may go before the kiosk's."""
HANDLE_BYTES, NONCE_BYTES = 16, 8

_SECOND = 1_000_000
_HEAD = struct.Struct(f">BHI{HANDLE_BYTES}s{NONCE_BYTES}s")
_VERSION = 0x81
_SIGNATURE = 64
_LONGEST = 3 * (_HEAD.size + _SIGNATURE) // 2 + 3

Why = Literal["clock", "stranger", "forged", "early", "late", "spent"]
"""The clock is not trusted | nobody's key | signed by somebody else | not good yet | over | seen before."""


class NotAPhoneCode(ValueError):
    """What was scanned is something else."""


class CodeRefused(Exception):
    """A code of a phone that is worth nothing now."""

    def __init__(self, why: Why) -> None:
        super().__init__(why)
        self.why: Why = why


@dataclass(frozen=True, slots=True)
class PhoneCode:
    """What a code says. `signed_at` is UTC microseconds, kept to the second."""

    key_id: int
    handle: bytes = field(repr=False)
    nonce: bytes = field(repr=False)
    signed_at: int

    @property
    def ends_at(self) -> int:
        """When it is over: UTC microseconds."""
        return self.signed_at + LIFE_S * _SECOND


class SpentCodes(Protocol):
    """What a kiosk remembers of the codes it took, however often it starts anew."""

    def spend(self, nonce: bytes, ends_at: int, now: int) -> bool:
        """Take a code, durably before this returns; False if it was taken before.

        `ends_at`, `now`: UTC microseconds. What is over at `now` may be forgotten; from then on no code is
        taken that ended by then, wherever the clock goes.
        """


def payload(code: PhoneCode) -> bytes:
    """The bytes that are signed. ValueError: a handle or nonce of another length."""
    if len(code.handle) != HANDLE_BYTES or len(code.nonce) != NONCE_BYTES:
        raise ValueError(f"{HANDLE_BYTES} bytes of handle, {NONCE_BYTES} of nonce")
    return _HEAD.pack(_VERSION, code.key_id, code.signed_at // _SECOND, code.handle, code.nonce)


def qr_text(told: bytes, signature: bytes) -> str:
    """What the phone shows."""
    return str(base45.b45encode(told + signature), "ascii")


def parse(text: str) -> tuple[PhoneCode, bytes, bytes]:
    """(code, payload, signature); NotAPhoneCode if it is none. Says nothing of who signed, or when."""
    if len(text) > _LONGEST:
        raise NotAPhoneCode("too long")
    try:
        signed = base45.b45decode(text)
    except ValueError as trouble:
        raise NotAPhoneCode("no base45") from trouble
    if len(signed) != _HEAD.size + _SIGNATURE:
        raise NotAPhoneCode("another length")
    told, signature = signed[: _HEAD.size], signed[_HEAD.size :]
    version, key_id, seconds, handle, nonce = _HEAD.unpack(told)
    if version != _VERSION:
        raise NotAPhoneCode("another layout")
    return PhoneCode(key_id, handle, nonce, seconds * _SECOND), told, signature


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Looks at codes. `issuer` knows head office's public keys by id; `signed` says whether a public key's
    holder signed a payload."""

    issuer: Callable[[int], bytes | None]
    signed: Callable[[bytes, bytes, bytes], bool]
    spent: SpentCodes

    def admit(self, text: str, now: int, *, trusted: bool) -> Card:
        """Whose phone showed this code, once. `now`: UTC microseconds; `trusted`: whether to believe it.

        NotAPhoneCode: it is something else. CodeRefused: why it is worth nothing. Only a code that is good in
        every other respect is remembered, so that forgeries cannot fill the memory.
        """
        code, told, signature = parse(text)
        if not trusted:
            raise CodeRefused("clock")
        public = self.issuer(code.key_id)
        if public is None:
            raise CodeRefused("stranger")
        if not self.signed(public, told, signature):
            raise CodeRefused("forged")
        if now < code.signed_at - AHEAD_S * _SECOND:
            raise CodeRefused("early")
        if now >= code.ends_at:
            raise CodeRefused("late")
        if not self.spent.spend(code.nonce, code.ends_at, now):
            raise CodeRefused("spent")
        return Card(FAMILY, code.handle)
