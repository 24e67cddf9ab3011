"""Codes on receipts: what is written is read, and whatever else is scanned is told apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.ledger import accounts as acc
from kiosk.membership import phone_codes
from kiosk.membership.receipts import NotAReceipt, Receipt, named_by, parse, payload, qr_text

SIGNATURE = bytes(range(64))
TILL = st.text("ABCXYZabc019-", min_size=1, max_size=40)
NUMBER = st.text("ABCXYZabc019-_", min_size=1, max_size=40)
U32 = st.integers(0, 2**32 - 1)
RECEIPT = st.builds(
    Receipt,
    key_id=st.integers(0, 2**16 - 1),
    store=st.integers(0, 9999).map("{:04d}".format),
    till=TILL,
    number=NUMBER,
    sold_at=U32.map(lambda seconds: seconds * 1_000_000),
    cents=U32,
    points=U32,
)


@given(RECEIPT)
def test_what_is_written_is_read(receipt: Receipt) -> None:
    told = payload(receipt)
    text = qr_text(told, SIGNATURE)
    assert parse(text) == (receipt, told, SIGNATURE)
    assert named_by(receipt.asset) == (receipt.till, receipt.number)
    assert acc.is_entitlement(receipt.asset)
    with pytest.raises(phone_codes.NotAPhoneCode):
        phone_codes.parse(text)


@given(RECEIPT, RECEIPT)
def test_no_two_receipts_share_a_right(one: Receipt, other: Receipt) -> None:
    same = (one.till, one.number) == (other.till, other.number)
    assert (one.asset == other.asset) == same


@given(st.binary(max_size=200))
def test_anything_else_is_told_apart(junk: bytes) -> None:
    """Whatever is read as a receipt would be written as these bytes."""
    try:
        receipt, told, signature = parse(qr_text(junk, b""))
    except NotAReceipt:
        return
    assert payload(receipt) + signature == told + signature == junk


@given(RECEIPT, st.data())
def test_a_piece_of_one_is_none(receipt: Receipt, data: st.DataObject) -> None:
    text = qr_text(payload(receipt), SIGNATURE)
    with pytest.raises(NotAReceipt):
        parse(text[: data.draw(st.integers(0, len(text) - 2))])


@pytest.mark.parametrize(
    "asset", ["receipt:T1.R1", "entitlement:receipt:T1", "entitlement:receipt:.R1", "points"]
)
def test_another_asset_names_no_receipt(asset: str) -> None:
    assert named_by(asset) == ("", "")


def test_a_name_that_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="at most"):
        payload(Receipt(1, "0001", "T" * 41, "R", 0, 0, 0))
