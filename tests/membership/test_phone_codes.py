"""Codes of phones: once, within their minute, by a clock that is trusted, and by head office alone."""

import contextlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from kiosk.membership.cards import Card, Proof
from kiosk.membership.phone_codes import (
    AHEAD_S,
    LIFE_S,
    CodeRefused,
    Doorkeeper,
    NotAPhoneCode,
    PhoneCode,
    parse,
    payload,
    qr_text,
)
from kiosk.membership.vouchers import NotAVoucher, parse_qr

SECOND = 1_000_000
SIGNED = 1_780_286_400 * SECOND
OFFICE = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
PUBLIC = OFFICE.public_key().public_bytes_raw()
CODE = PhoneCode(7, b"the phone of mei", b"12345678", SIGNED)


class Remembered:
    """A memory without a disk."""

    def __init__(self) -> None:
        self.taken: set[bytes] = set()

    def spend(self, nonce: bytes, ends_at: int, now: int) -> bool:
        first = nonce not in self.taken
        self.taken.add(nonce)
        return first


def signed_by(public: bytes, told: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, told)
    except InvalidSignature:
        return False
    return True


def shown(code: PhoneCode = CODE, by: Ed25519PrivateKey = OFFICE) -> str:
    return qr_text(payload(code), by.sign(payload(code)))


@pytest.fixture
def door() -> Doorkeeper:
    return Doorkeeper({7: PUBLIC}.get, signed_by, Remembered())


def test_a_code_opens_once_and_says_whose_phone(door: Doorkeeper) -> None:
    assert door.admit(shown(), SIGNED, trusted=True) == Card("phone", b"the phone of mei", Proof.IDENTITY)
    with pytest.raises(CodeRefused, match="spent"):
        door.admit(shown(), SIGNED + SECOND, trusted=True)


@pytest.mark.parametrize(
    ("after_s", "why"),
    [
        (-AHEAD_S - 1, "early"),
        (-AHEAD_S, ""),
        (0, ""),
        (LIFE_S - 1, ""),
        (LIFE_S, "late"),
        (LIFE_S * 60, "late"),
    ],
)
def test_a_code_is_good_for_its_minute(door: Doorkeeper, after_s: int, why: str) -> None:
    if not why:
        door.admit(shown(), SIGNED + after_s * SECOND, trusted=True)
        return
    with pytest.raises(CodeRefused, match=f"^{why}$"):
        door.admit(shown(), SIGNED + after_s * SECOND, trusted=True)


def test_who_may_not_enter_leaves_no_trace_in_the_memory(door: Doorkeeper) -> None:
    stranger = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
    forged = shown(by=stranger)
    other_key = shown(PhoneCode(8, CODE.handle, CODE.nonce, SIGNED))
    for text, trusted, why in (
        (shown(), False, "clock"),
        (forged, True, "forged"),
        (other_key, True, "stranger"),
    ):
        with pytest.raises(CodeRefused, match=f"^{why}$"):
            door.admit(text, SIGNED, trusted=trusted)
    with pytest.raises(CodeRefused, match="late"):
        door.admit(shown(), SIGNED + LIFE_S * SECOND, trusted=True)
    assert door.admit(shown(), SIGNED, trusted=True).number == CODE.handle


@given(st.integers(0, 8 * (31 + 64) - 1))
def test_no_bit_of_a_code_can_be_changed(bit: int) -> None:
    told, signature = payload(CODE), OFFICE.sign(payload(CODE))
    spoilt = bytearray(told + signature)
    spoilt[bit // 8] ^= 1 << bit % 8
    door = Doorkeeper({7: PUBLIC}.get, signed_by, Remembered())
    with pytest.raises((CodeRefused, NotAPhoneCode)):
        door.admit(qr_text(bytes(spoilt[: len(told)]), bytes(spoilt[len(told) :])), SIGNED, trusted=True)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=300))
def test_any_text_is_a_code_or_none(text: str) -> None:
    with contextlib.suppress(NotAPhoneCode):
        code, told, signature = parse(text)
        assert parse(qr_text(told, signature))[0] == code


def test_a_phones_code_is_no_voucher() -> None:
    with pytest.raises(NotAVoucher):
        parse_qr(shown())


def test_nothing_of_a_code_reaches_a_log() -> None:
    assert "mei" not in repr(CODE)
    assert "1234" not in repr(CODE)


def test_a_code_has_its_lengths() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        payload(PhoneCode(7, b"short", b"12345678", SIGNED))
