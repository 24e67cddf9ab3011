"""How a kiosk is taken in: the one-time code that a person carries to it, and the messages that follow."""

import base64
import hashlib
import re
from dataclasses import dataclass, field

import msgspec

SECRET_BYTES = 10
FINGERPRINT_BYTES = 10
"""80 bits of each: no guessing, no second certificate with the same fingerprint; 16 characters to type."""
QR_PREFIX = "KIOSK-ENROL:"

_GROUP = 4
_CHARACTERS = (SECRET_BYTES + FINGERPRINT_BYTES) * 8 // 5
# Crockford's letters: no I, L, O or U. What is typed instead of 0 and 1 is read as such.
_RFC4648, _OURS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_WRITE = bytes.maketrans(_RFC4648, _OURS)
_READ = bytes.maketrans(_OURS + b"OIL", _RFC4648 + b"ABB")


class BadCode(ValueError):
    """This text is no enrolment code: too short, too long, or with strange characters."""


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """What a technician types: a secret that is good once, and whom it may be told to.

    `secret` is 10 random bytes, `fingerprint` 10 bytes of the SHA-256 of the authority's certificate.
    """

    secret: bytes = field(repr=False)
    fingerprint: bytes

    def text(self) -> str:
        """Eight groups of four characters; the last four groups are the fingerprint."""
        letters = base64.b32encode(self.secret + self.fingerprint).translate(_WRITE).decode()
        return "-".join(letters[at : at + _GROUP] for at in range(0, len(letters), _GROUP))

    def qr(self) -> str:
        """The same for a QR code (its alphanumeric mode)."""
        return QR_PREFIX + self.text().replace("-", "")


def read_code(text: str) -> EnrolmentCode:
    """A code as it was typed or scanned: case, spaces and dashes do not matter. BadCode if it is none."""
    letters = re.sub(r"[\s-]", "", text.strip().upper().removeprefix(QR_PREFIX))
    if len(letters) != _CHARACTERS:
        raise BadCode(f"a code has {_CHARACTERS} letters and digits, this one {len(letters)}")
    wrong = sorted(set(letters) - set(_OURS.decode() + "OIL"))
    if wrong:
        raise BadCode(f"no code has {' '.join(wrong)} in it")
    told = base64.b32decode(letters.encode().translate(_READ))
    return EnrolmentCode(told[:SECRET_BYTES], told[SECRET_BYTES:])


def fingerprint(certificate: bytes) -> bytes:
    """What a code says of an authority: 10 bytes of the SHA-256 of its certificate (DER)."""
    return hashlib.sha256(certificate).digest()[:FINGERPRINT_BYTES]


class EnrolRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Take me in. Both keys are Ed25519 (32 bytes), made on the device; `proof` is by the device's key."""

    v: int = 1
    code: bytes
    device_public: bytes
    voucher_public: bytes
    proof: bytes


class EnrolAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who you are from now on. `card_key` (32 bytes) is the shop's secret for card hashes."""

    v: int = 1
    device: str
    store: str
    kiosk: str
    zone: str
    voucher_key_id: int
    card_key: bytes


def proof_part(code: bytes, device_public: bytes, voucher_public: bytes) -> bytes:
    """What the proof of an enrolment covers: whoever sends it holds the device's key, for this code alone."""
    return msgspec.msgpack.encode(("kiosk-enrol-1", code, device_public, voucher_public))
