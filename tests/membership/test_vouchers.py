"""Voucher numbers catch slips of the finger; codes say who signed them and nothing else is believed."""

import contextlib
import random
import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.membership.vouchers import (
    NotAVoucher,
    Ticket,
    check_code,
    damm,
    is_valid_number,
    parse_qr,
    payload,
    qr_text,
    typed_number,
    voucher_number,
)

TICKET = Ticket(7, voucher_number("0001", "03", 42), "gift_01", 3600, 1_767_196_800_000_000)
SIGNATURE = bytes(range(64))


def test_damm_by_its_published_example() -> None:
    assert damm("572") == "4"


def test_every_single_slip_and_every_swap_of_neighbours_is_caught() -> None:
    for serial in random.Random(5).sample(range(1, 10_000_000), 300):
        number = voucher_number("0001", "03", serial)
        assert is_valid_number(number)
        for place, digit in enumerate(number):
            for other in set(string.digits) - {digit}:
                assert not is_valid_number(number[:place] + other + number[place + 1 :])
        for place in range(13):
            first, second = number[place], number[place + 1]
            swapped = number[:place] + second + first + number[place + 2 :]
            assert first == second or not is_valid_number(swapped)


def test_a_typed_number_may_have_spaces() -> None:
    number = TICKET.number
    assert typed_number(f" {number[:4]} {number[4:8]}-{number[8:]} ") == number
    assert (
        typed_number("１２３")
        == typed_number("")
        == typed_number(number[:-1])
        == typed_number("9" * 500)
        == ""
    )


def test_a_code_says_what_was_signed() -> None:
    told = payload(TICKET)
    text = qr_text(told, SIGNATURE)
    assert parse_qr(text) == (TICKET, told, SIGNATURE)
    assert len(text) <= 140
    assert set(text) <= set(string.digits + string.ascii_uppercase + " $%*+-./:")


def test_money_is_signed_and_vouchers_without_any_are_as_they_always_were() -> None:
    due, good_for = replace(TICKET, cash=1990), replace(TICKET, gift="cash_20", worth=2000)
    for ticket in (due, good_for):
        told = payload(ticket)
        assert told[0] == 2
        assert parse_qr(qr_text(told, SIGNATURE)) == (ticket, told, SIGNATURE)
    assert payload(TICKET)[0] == 1
    assert len(payload(due)) - len(payload(TICKET)) == 8
    for spoilt in (b"\x02" + payload(TICKET)[1:], b"\x01" + payload(due)[1:], payload(due)[:-1]):
        with pytest.raises(NotAVoucher):
            parse_qr(qr_text(spoilt, SIGNATURE))


def test_check_codes_come_from_the_signature() -> None:
    codes = {check_code(bytes([one]) * 64) for one in range(256)}
    assert len(codes) == 256
    assert {len(code) for code in codes} == {6}
    assert not set("".join(codes)) & set("01IO")


def test_a_number_that_does_not_fit_is_not_made() -> None:
    for serial in (0, 10_000_000):
        with pytest.raises(ValueError, match="0001 03"):
            voucher_number("0001", "03", serial)


@given(st.text(max_size=300) | st.binary(max_size=120).map(lambda junk: qr_text(junk, b"")))
def test_garbage_is_one_error(text: str) -> None:
    with contextlib.suppress(NotAVoucher):
        parse_qr(text)
