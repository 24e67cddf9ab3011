"""Vouchers: number with Damm digit, signed code, check code. Pure; signing is handed in.

Number: store (4) + kiosk (2) + serial (7) + Damm digit (quasigroup of order 10, H. M. Damm, 2004).
Code in the QR: version, key id, number, points, expiry, gift as compact binary, then 64 bytes of Ed25519,
all as base45 (RFC 9285), which a QR stores in its alphanumeric mode. Version 2 ends with two amounts of
money, what is due at the counter and what the voucher is worth; where both are nothing it is version 1.
"""

import hashlib
import struct
from dataclasses import dataclass

import base45

from kiosk.ledger.serials import Serial

_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
_HEAD = struct.Struct(">BHQIIB")  # 20 bytes
_MONEY = struct.Struct(">II")
_VERSION, _WITH_MONEY = 1, 2
_SIGNATURE = 64
_GIFT_MAX = 16
_LONGEST = 3 * (_HEAD.size + _GIFT_MAX + _MONEY.size + _SIGNATURE) // 2 + 3
CHECK_LENGTH = 6
CHECK_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Check codes leave out what people confuse: 0 O 1 I."""


class NotAVoucher(ValueError):
    """What was scanned or typed is no voucher of ours."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a voucher's code says. `expires` is UTC microseconds, kept to the minute.

    In cents: `cash` is due at the counter for the gift; `worth` is what a cash voucher takes off a bill.
    """

    key_id: int
    number: str
    gift: str
    points: int
    expires: int
    cash: int = 0
    worth: int = 0


def damm(digits: str) -> str:
    """The check digit of a string of digits; of a whole number with its digit it is '0'."""
    interim = "0"
    for digit in digits:
        interim = _DAMM[int(interim)][int(digit)]
    return interim


def voucher_number(store: str, kiosk: str, serial: int) -> str:
    """14 digits: store, kiosk, serial, Damm digit. ValueError when a part does not fit its place."""
    if not (len(store) == 4 and len(kiosk) == 2 and 0 < serial < 10_000_000):
        raise ValueError(f"{store} {kiosk} {serial}")
    number = f"{store}{kiosk}{serial:07d}"
    return number + damm(number)


def number_of(serial: Serial) -> str:
    """The voucher number that a leased serial makes."""
    return voucher_number(serial.place[:4], serial.place[4:], serial.number)


def is_valid_number(number: str) -> bool:
    """Fourteen plain digits whose Damm digit fits."""
    return len(number) == 14 and number.isascii() and number.isdigit() and damm(number) == "0"


def place_of(number: str) -> str:
    """Store and kiosk of a number: its first six digits."""
    return number[:6]


def serial_of(number: str) -> int:
    """The serial in a valid number."""
    return int(number[6:13])


def typed_number(typed: str) -> str:
    """A number as somebody typed or read it, without spaces and dashes; '' if it cannot be one."""
    number = typed[:40].replace(" ", "").replace("-", "")
    return number if is_valid_number(number) else ""


def shown(number: str) -> str:
    """A number in groups for people: 0001 03 0000001 5 -> 0001 0300 0000 15."""
    return " ".join(number[start : start + 4] for start in range(0, len(number), 4))


def payload(ticket: Ticket) -> bytes:
    """The bytes that are signed; at most 44, ~25 for a usual gift id and no money."""
    gift = ticket.gift.encode()
    if len(gift) > _GIFT_MAX:
        raise ValueError(f"gift id longer than {_GIFT_MAX} bytes: {ticket.gift}")
    number, money = int(ticket.number), ticket.cash > 0 or ticket.worth > 0
    version, minutes = _WITH_MONEY if money else _VERSION, ticket.expires // 60_000_000
    head = _HEAD.pack(version, ticket.key_id, number, ticket.points, minutes, len(gift))
    return head + gift + (_MONEY.pack(ticket.cash, ticket.worth) if money else b"")


def qr_text(told: bytes, signature: bytes) -> str:
    """What the QR holds."""
    return str(base45.b45encode(told + signature), "ascii")


def parts_of(signed: bytes) -> tuple[bytes, bytes]:
    """Payload and signature of the bytes that a redeem entry keeps."""
    return signed[:-_SIGNATURE], signed[-_SIGNATURE:]


def signature_of(signed: bytes) -> bytes:
    """The signature of the bytes that a redeem entry keeps."""
    return parts_of(signed)[1]


def parse_qr(text: str) -> tuple[Ticket, bytes, bytes]:
    """(ticket, payload, signature) of a code; NotAVoucher if it is none. Says nothing of who signed."""
    if len(text) > _LONGEST:
        raise NotAVoucher("too long")
    try:
        signed = base45.b45decode(text)
    except ValueError as trouble:
        raise NotAVoucher("no base45") from trouble
    told, signature = parts_of(signed)
    if len(signature) != _SIGNATURE or len(told) < _HEAD.size:
        raise NotAVoucher("too short")
    version, key_id, number, points, minutes, length = _HEAD.unpack_from(told)
    end = _HEAD.size + length
    rest = {_VERSION: 0, _WITH_MONEY: _MONEY.size}.get(version)
    if rest is None or length > _GIFT_MAX or len(told) != end + rest:
        raise NotAVoucher("another layout")
    cash, worth = _MONEY.unpack_from(told, end) if rest else (0, 0)
    digits = f"{number:014d}"
    if not is_valid_number(digits):
        raise NotAVoucher("the number's check digit does not fit")
    try:
        gift = told[_HEAD.size : end].decode("ascii")
    except UnicodeDecodeError as trouble:
        raise NotAVoucher("the gift is not named in ASCII") from trouble
    return Ticket(key_id, digits, gift, points, minutes * 60_000_000, cash, worth), told, signature


def check_code(signature: bytes) -> str:
    """Six characters that only who saw the signature can know: 30 bits of its SHA-256."""
    bits = int.from_bytes(hashlib.sha256(b"check-code" + signature).digest()[:4], "big") >> 2
    return "".join(CHECK_ALPHABET[bits >> shift & 31] for shift in range(25, -1, -5))
