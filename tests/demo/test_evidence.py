"""A picture of a voucher is believed only with the kiosk's own signature."""

from pathlib import Path

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from PIL import Image

from kiosk.demo.evidence import Missing, printed, read_voucher
from kiosk.demo.visitor import kinds_about
from kiosk.membership import vouchers


def _print(at: Path, key: Ed25519PrivateKey) -> str:
    number = vouchers.voucher_number("0001", "03", 7)
    told = vouchers.payload(vouchers.Ticket(1, number, "G21", 480, 60_000_000))
    code = segno.make_qr(vouchers.qr_text(told, key.sign(told)), error="m")
    code.save(str(at), scale=5, border=4)
    return number


def test_a_signed_voucher_is_read_and_a_forged_one_is_not(tmp_path: Path) -> None:
    key, other = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    number = _print(tmp_path / "v.png", key)
    voucher = read_voucher(tmp_path / "v.png", key.public_key().public_bytes_raw())
    assert (voucher.number, voucher.gift, voucher.points, len(voucher.check)) == (number, "G21", 480, 6)
    with pytest.raises(Missing, match="not this kiosk's"):
        read_voucher(tmp_path / "v.png", other.public_key().public_bytes_raw())


def test_blank_paper_and_strange_codes_are_nothing(tmp_path: Path) -> None:
    Image.new("1", (576, 800), 1).save(tmp_path / "blank.png")
    segno.make_qr("https://example.com").save(str(tmp_path / "strange.png"), scale=5)
    with pytest.raises(Missing, match="0 codes"):
        read_voucher(tmp_path / "blank.png", bytes(32))
    with pytest.raises(Missing, match="no voucher"):
        read_voucher(tmp_path / "strange.png", bytes(32))


def test_one_paper_is_expected_not_two(tmp_path: Path) -> None:
    (tmp_path / "1.png").touch()
    before = frozenset(tmp_path.glob("*.png"))
    (tmp_path / "2.png").touch()
    assert printed(tmp_path, before) == tmp_path / "2.png"
    (tmp_path / "3.png").touch()
    with pytest.raises(Missing, match="2 papers"):
        printed(tmp_path, before)


def test_an_operation_is_followed_through_the_journal() -> None:
    lines = [
        {"kind": "boot", "body": {"nonce": "00"}},
        {"kind": "redeem", "body": {"op": "a", "voucher": "1"}},
        {"kind": "redeem", "body": {"op": "b", "voucher": "2"}},
        {"kind": "printing", "body": {"op": "a"}},
        {"kind": "post", "body": {"op": "b"}},
        {"kind": "post", "body": {"op": "a"}},
    ]
    assert kinds_about(lines, "1") == ["redeem", "printing", "post"]
