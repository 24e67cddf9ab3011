"""The purse over a real pcscd: its commands, chained answers and settlement as a real reader carries them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.hardware.simulated.pcscd import VirtualReader
from kiosk.hardware.simulated.purse_eeprom import Eeprom
from kiosk.membership.purses import Moved

from .purse_till import ISSUER, SERIAL

pytestmark = pytest.mark.pcscd

READER = "Virtual card reader 00 00"
ROOT = Path(__file__).parents[2]


def debited(reader: VirtualReader, *amounts: int) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.hardware_cards.purse_at_reader", READER, *map(str, amounts)],
        env={**os.environ, "PCSCLITE_CSOCK_NAME": reader.socket, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"},
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=30,
    )
    assert not done.returncode, done.stderr
    return done.stdout.splitlines()


def test_a_purse_pays_at_a_real_reader(reader: VirtualReader, tmp_path: Path) -> None:
    card = tmp_path / "purse"
    ISSUER.issue(card, SERIAL, 1000)
    reader.tap(str(card), family="purse")
    *ended, log = debited(reader, 250, 100)
    assert [line.count(Moved.__name__) for line in ended] == [2, 2]
    assert log == "[100, 250]"
    assert Eeprom(card).read().balance == 650
    reader.tap(str(card), family="purse")
    assert debited(reader, 650)[-1] == "[650, 100, 250]"
    assert Eeprom(card).read().balance == 0


def test_a_file_that_is_no_card_is_not_put_down(reader: VirtualReader, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no card"):
        reader.tap(str(tmp_path / "nothing"), family="purse")
