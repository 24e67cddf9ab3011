"""Where the keys of purses come from, and what is said when they do not."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.hardware.cards.key_file import NoKeys
from kiosk.hardware.cards.pboc_purse import PbocPurse
from kiosk.hardware.cards.purse_opening import CREDENTIAL, purse_keys, purse_opener, terminal_of
from kiosk.hardware.simulated.card_field import Field

from .purse_till import ISSUER, SERIAL, card

TEXT = f'debit = "{ISSUER.debit.hex()}"\nown = "{ISSUER.own.hex()}"\n'


@dataclass
class Told:
    """Settings."""

    kind: str = "pboc"
    key_file: str = ""


def test_a_file_with_keys_opens_a_purse(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(TEXT)
    opener = purse_opener(Told(key_file=str(file)), terminal_of("0001", "03"))
    assert opener is not None
    purse = opener(Field(card(tmp_path)))
    assert isinstance(purse, PbocPurse)
    assert purse.serial == SERIAL


def test_a_credential_goes_before_the_file(tmp_path: Path) -> None:
    (tmp_path / CREDENTIAL).write_text(TEXT)
    keys = purse_keys(str(tmp_path / "nothing"), {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert (keys.debit, keys.own) == (ISSUER.debit, ISSUER.own)


@pytest.mark.parametrize(
    "text",
    ["", TEXT[:20], TEXT.replace("own", "owl"), TEXT[:-6] + '"\n', "debit = 5\nown = 5\n", TEXT + "x" * 4000],
    ids=["empty", "torn", "one missing", "short", "numbers", "endless"],
)
def test_what_is_no_key_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    file = tmp_path / "keys"
    file.write_text(text)
    with pytest.raises(NoKeys) as said:
        purse_keys(str(file), {})
    assert ISSUER.debit.hex()[:6] not in repr(said.getrepr())
    assert purse_opener(Told(key_file=str(file)), bytes(6)) is None


def test_nobody_said_where_the_keys_are() -> None:
    with pytest.raises(NoKeys, match=CREDENTIAL):
        purse_keys("", {})
    assert purse_opener(Told("disabled"), bytes(6)) is None


def test_the_terminal_is_store_and_kiosk() -> None:
    assert terminal_of("0001", "03") == bytes.fromhex("000000000103")
