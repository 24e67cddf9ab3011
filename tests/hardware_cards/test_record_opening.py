"""Where the keys of storage cards come from, and what a kiosk does that has none."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.hardware.cards.families import read_card
from kiosk.hardware.cards.key_file import NoKeys
from kiosk.hardware.cards.record import Standing
from kiosk.hardware.cards.record_opening import CREDENTIAL, card_keys, record_check
from kiosk.hardware.cards.record_session import RecordRefused

from .storage_shop import NEW, OLD, blank, issue, put_down, reading


@dataclass
class Told:
    """Settings."""

    kind: str = "checked"
    key_file: str = ""


ONE = f'[keys.1]\nsector = "{OLD.sector.hex()}"\nrecord = "{OLD.record.hex()}"\n'
TWO = f'{ONE}[keys.2]\nsector = "{NEW.sector.hex()}"\nrecord = "{NEW.record.hex()}"\n'


def test_keys_of_each_version_are_read(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(TWO)
    ring = card_keys(str(file), {})
    assert ring.versions == (2, 1)
    card = blank("ntag213")
    issue(card, sam=ring)
    assert reading(card, ring).standing is Standing.GOOD


def test_a_credential_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / CREDENTIAL).write_text(ONE)
    assert card_keys(str(tmp_path / "nothing"), {"CREDENTIALS_DIRECTORY": str(tmp_path)}).versions == (1,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ONE[:30],
        ONE.replace("sector", "sectors"),
        ONE.replace("keys.1", "keys.0"),
        ONE.replace("keys.1", "keys.16"),
        ONE.replace("keys.1", "keys.one"),
        ONE.replace(OLD.record.hex(), OLD.sector.hex()),
        ONE.replace(OLD.record.hex(), OLD.record.hex()[2:]),
        "keys = 5",
        "[keys]\n1 = 5",
        ONE + "#" * 5000,
    ],
)
def test_what_is_no_key_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    file = tmp_path / "keys"
    file.write_text(text)
    with pytest.raises(NoKeys) as said:
        card_keys(str(file), {})
    assert OLD.sector.hex()[:6] not in repr(said.getrepr())


def test_without_keys_a_shop_that_requires_records_takes_no_storage_card() -> None:
    card, other = blank("ntag213"), blank("other", "04a1b2c3")
    assert record_check(Told("disabled")) is None
    assert record_check(Told("checked")) is None
    check = record_check(Told("required"))
    assert check is not None
    with pytest.raises(RecordRefused):
        read_card(put_down(card), card.atr, check)
    assert read_card(put_down(other), other.atr, check).family == "other"


def test_with_keys_a_copy_is_turned_away(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(ONE)
    check = record_check(Told("required", str(file)))
    card = blank("classic-1k")
    issue(card)
    assert read_card(put_down(card), card.atr, check).number == bytes.fromhex("01A2B3C4")
    bare = blank("classic-1k")
    with pytest.raises(RecordRefused):
        read_card(put_down(bare), bare.atr, check)
