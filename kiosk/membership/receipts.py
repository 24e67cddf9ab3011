"""Receipts that a member scans: what stands in the code, and whether it is good. Pure.

The shop's till has head office sign a code for each sale that named no member, and prints it. A kiosk needs
head office's public key alone: nothing that it holds could make a receipt.

In the code: version, key id, amount, points, when it was sold, store, the lengths of till and number, then
these two, then 64 bytes of Ed25519, all as base45 (RFC 9285). The version tells it from a phone's code, which
the same key signs.
"""

import struct
from dataclasses import dataclass

import base45

from kiosk.ledger import accounts as acc

RIGHT = "receipt"
"""The once-only right of which there is one for each receipt, whoever comes first."""

_SECOND = 1_000_000
_DAY = 24 * 3600 * _SECOND
_HEAD = struct.Struct(">BHIIIHBB")  # 19 bytes
_VERSION = 0x91
_SIGNATURE = 64
_NAME_MAX = 40
_LONGEST = 3 * (_HEAD.size + 2 * _NAME_MAX + _SIGNATURE) // 2 + 3


class NotAReceipt(ValueError):
    """What was scanned is something else."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a receipt's code says. `sold_at` is UTC microseconds, kept to the second; `store` four digits."""

    key_id: int
    store: str
    till: str
    number: str
    sold_at: int
    cents: int
    points: int

    @property
    def asset(self) -> str:
        """The right to its points."""
        return asset_of(self.till, self.number)

    def ends_at(self, days: int) -> int:
        """When it is over, if a receipt is good for so many days: UTC microseconds."""
        return self.sold_at + days * _DAY


def asset_of(till: str, number: str) -> str:
    """The right to the points of this till's receipt."""
    return acc.entitlement(RIGHT, f"{till}.{number}")


def named_by(asset: str) -> tuple[str, str]:
    """Till and number of the receipt whose right this is; ('', '') if it is another's."""
    rule, named = acc.entitled(asset)
    till, _, number = named.partition(".")
    return (
        (till, number) if rule == RIGHT and till and number and asset == asset_of(till, number) else ("", "")
    )


def payload(receipt: Receipt) -> bytes:
    """The bytes that are signed. ValueError: a name that is too long."""
    till, number = receipt.till.encode("ascii"), receipt.number.encode("ascii")
    if max(len(till), len(number)) > _NAME_MAX:
        raise ValueError(f"till and number have at most {_NAME_MAX} characters")
    sold_s, store = receipt.sold_at // _SECOND, int(receipt.store)
    figures = receipt.key_id, receipt.cents, receipt.points, sold_s, store
    return _HEAD.pack(_VERSION, *figures, len(till), len(number)) + till + number


def qr_text(told: bytes, signature: bytes) -> str:
    """What the QR holds."""
    return str(base45.b45encode(told + signature), "ascii")


def parse(text: str) -> tuple[Receipt, bytes, bytes]:
    """(receipt, payload, signature); NotAReceipt if it is none. Says nothing of who signed."""
    if len(text) > _LONGEST:
        raise NotAReceipt("too long")
    try:
        signed = base45.b45decode(text)
    except ValueError as trouble:
        raise NotAReceipt("no base45") from trouble
    told, signature = signed[:-_SIGNATURE], signed[-_SIGNATURE:]
    if len(told) < _HEAD.size:
        raise NotAReceipt("too short")
    version, key_id, cents, points, seconds, store, *lengths = _HEAD.unpack_from(told)
    if version != _VERSION or len(told) != _HEAD.size + sum(lengths) or max(lengths) > _NAME_MAX:
        raise NotAReceipt("another layout")
    end = _HEAD.size + lengths[0]
    try:
        till, number = told[_HEAD.size : end].decode("ascii"), told[end:].decode("ascii")
    except UnicodeDecodeError as trouble:
        raise NotAReceipt("its names are not ASCII") from trouble
    if named_by(asset_of(till, number)) != (till, number):
        raise NotAReceipt("these are no names")
    receipt = Receipt(key_id, f"{store:04d}", till, number, seconds * _SECOND, cents, points)
    return receipt, told, signature
