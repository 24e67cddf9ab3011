"""The purse's codes against a second implementation: the openssl command, fed bytes laid out here by hand."""

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk.hardware.cards.pboc_keys import (
    Deal,
    DebitCodes,
    LoadCodes,
    code,
    debit_session,
    diversify,
    load_session,
)

KEY = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
SERIAL = bytes.fromhex("86980000000012345678")
TERMINAL = bytes.fromhex("112233445566")
MOMENT = bytes.fromhex("20260131235959")
DEAL = Deal(1250, TERMINAL, MOMENT)


def openssl(key: str, data: str) -> str:
    """The last block of `data` (hex, whole blocks) in the CBC of 3DES, or of DES as three equal keys."""
    cipher, whole = ("des-ede3-cbc", key * 3) if len(key) == 16 else ("des-ede-cbc", key)
    done = subprocess.run(
        ["openssl", "enc", f"-{cipher}", "-K", whole, "-iv", "0" * 16, "-nopad"],
        input=bytes.fromhex(data),
        capture_output=True,
        check=True,
    )
    return done.stdout[-8:].hex()


def test_the_second_implementation_is_des() -> None:
    assert openssl("133457799BBCDFF1", "0123456789ABCDEF") == "85e813540f0ab405", "a published vector"


def test_a_cards_key_comes_from_its_serial() -> None:
    left, right = openssl(KEY.hex(), "0000000012345678"), openssl(KEY.hex(), "ffffffffedcba987")
    assert diversify(KEY, SERIAL).hex() == left + right


def test_a_debits_codes() -> None:
    session = openssl(KEY.hex(), "A1B2C3D4" + "0007" + "BEEF")
    assert debit_session(KEY, bytes.fromhex("A1B2C3D4"), 7, 0xDEADBEEF).hex() == session
    codes = DebitCodes(bytes.fromhex(session), DEAL)
    mac1 = openssl(session, "000004e2" + "06" + "112233445566" + "20260131235959" + "800000000000")
    assert codes.mac1().hex() == mac1[:8]
    assert codes.mac2().hex() == openssl(session, "000004e280000000")[:8]
    halves = "8888888888888888"
    tac = openssl(halves, "000004e2" + "06" + "112233445566" + "deadbeef" + "20260131235959" + "8000")
    assert codes.tac(KEY, 0xDEADBEEF).hex() == tac[:8]


def test_a_loads_codes() -> None:
    session = openssl(KEY.hex(), "A1B2C3D4" + "0102" + "8000")
    assert load_session(KEY, bytes.fromhex("A1B2C3D4"), 0x0102).hex() == session
    codes = LoadCodes(bytes.fromhex(session), DEAL, before=100, counter=0x0102)
    assert codes.mac1().hex() == openssl(session, "00000064" + "000004e2" + "02" + "112233445566" + "80")[:8]
    mac2 = openssl(session, "000004e2" + "02" + "112233445566" + "20260131235959" + "800000000000")
    assert codes.mac2().hex() == mac2[:8]
    tac = openssl(
        "8888888888888888",
        "00000546" + "0102" + "000004e2" + "02" + "112233445566" + "20260131235959" + "8000000000000000",
    )
    assert codes.tac(KEY).hex() == tac[:8]


def test_a_card_that_others_had_gives_our_mac1() -> None:
    """What a FMCOS card answered to 80 50 00 02, as printed in a tutorial with its test key."""
    key = bytes.fromhex("3F3F3F3F3F3F3F3F1122334455667788")
    answer = bytes.fromhex("00000000 0000 00 01 4E066548 0D39ADBB")
    session = load_session(key, answer[8:12], counter=0)
    asked = Deal(0x10, bytes.fromhex("666666666666"), MOMENT)
    assert LoadCodes(session, asked, before=0, counter=0).mac1() == answer[12:]


@settings(max_examples=20, deadline=None)
@given(st.binary(min_size=8, max_size=8), st.binary(max_size=40))
def test_any_mac(key: bytes, data: bytes) -> None:
    padded = data.hex() + "80"
    padded += "00" * (-(len(padded) // 2) % 8)
    assert code(key, data).hex() == openssl(key.hex(), padded)[:8]


def test_one_changed_field_changes_the_code() -> None:
    session = bytes(range(8))
    whole = DebitCodes(session, DEAL).mac1()
    others = (
        Deal(1251, TERMINAL, MOMENT),
        Deal(1250, TERMINAL[::-1], MOMENT),
        Deal(1250, TERMINAL, MOMENT[::-1]),
    )
    assert whole not in {DebitCodes(session, other).mac1() for other in others}


def test_secrets_stay_out_of_logs() -> None:
    assert repr(KEY[:8]) not in repr(DebitCodes(KEY[:8], DEAL))


@pytest.mark.parametrize("amount", [0, -1, 1 << 32])
def test_no_amount_that_the_card_could_misread(amount: int) -> None:
    with pytest.raises(ValueError, match="amount"):
        Deal(amount, TERMINAL, MOMENT)
