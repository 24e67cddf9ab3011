"""`kioskctl cards` against a real pcscd with a virtual reader."""

import json
import os
import pty
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kiosk.hardware.cards.ntag424 import PROOF_KEY, proof_key
from kiosk.hardware.simulated.ntag424_chip import Ntag424Chip, blank
from kiosk.hardware.simulated.pcscd import VirtualReader

from .listener import Listener

pytestmark = pytest.mark.pcscd

FIRST = "Virtual card reader 00 00"
MEMBER = "6600000001"


def cards(reader: VirtualReader, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", "cards", *words],
        env={**os.environ, "PCSCLITE_CSOCK_NAME": reader.socket},
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip


def put_down(reader: VirtualReader, card: str = MEMBER, kind: str = "cpu") -> None:
    reader.tap(card, kind)
    until = time.monotonic() + 10
    while not reader.powered():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_readers_are_listed_and_a_card_is_identified_masked(reader: VirtualReader) -> None:
    nobody = cards(reader, "identify")
    assert (nobody.returncode, nobody.stderr) == (1, "Error: No card lies on any reader.\n")
    put_down(reader)
    assert json.loads(cards(reader, "--json", "list").stdout)[0] == {
        "reader": FIRST, "card": "yes", "used by": "nobody"}  # fmt: skip
    said = cards(reader, "--show-numbers", "--traffic", "identify")
    assert said.stdout.split() == ["family", "number", "proof", "virtual-cpu", "••••••0001", "identity"]
    assert "00A40400 [8] F04D454D42455201 -> " in said.stderr
    digits = MEMBER.encode().hex()
    assert digits not in said.stderr.lower()
    assert MEMBER not in said.stderr
    rows = {row["what"]: row["says"] for row in json.loads(cards(reader, "--json", "read").stdout)}
    assert rows["member application"] == "yes"
    assert rows["purse application"] == "no"


def test_numbers_are_whole_on_a_terminal_when_asked(reader: VirtualReader) -> None:
    put_down(reader)
    ours, theirs = pty.openpty()
    shown = subprocess.run(
        [sys.executable, "-m", "kiosk", "cards", "--show-numbers", "identify"],
        env={**os.environ, "PCSCLITE_CSOCK_NAME": reader.socket}, stdout=theirs, check=True, timeout=30,
    )  # fmt: skip
    assert shown.returncode == 0
    assert MEMBER in os.read(ours, 4096).decode()
    os.close(ours)
    os.close(theirs)


def test_a_kiosk_that_has_the_card_is_named(reader: VirtualReader) -> None:
    listener = Listener(reader.socket)
    listener.ready()
    reader.tap(MEMBER)
    assert listener.card()[0] == "CardTapped"
    assert json.loads(cards(reader, "--json", "list").stdout)[0]["used by"] == "alone"
    refused = cards(reader, "identify")
    assert refused.returncode == 1
    assert f"Another program (a running kiosk?) has the card on '{FIRST}'." in refused.stderr
    listener.quiet()
    assert listener.close() == 0


def test_a_card_without_a_key_proves_nothing(reader: VirtualReader, tmp_path: Path) -> None:
    put_down(reader)
    key = tmp_path / "key"
    key.write_text("00" * 16)
    refused = cards(reader, "prove", "--key-file", str(key))
    assert refused.returncode == 1
    assert "The card cannot be read" in refused.stderr


def test_an_ntag_424_is_made_and_proves_itself(reader: VirtualReader, tmp_path: Path) -> None:
    uid, master = bytes.fromhex("04958CAA5C5E80"), bytes(range(16))
    keys, card = tmp_path / "keys.toml", tmp_path / "ntag424"
    keys.write_text(f'[ntag424]\nproof = "{master.hex()}"\nissuer = "{bytes(16).hex()}"\n')
    card.write_bytes(blank(uid))
    put_down(reader, str(card), "ntag424")
    for now in ("new", "was one already"):
        (made,) = json.loads(cards(reader, "--json", "personalise", "--key-file", str(keys)).stdout)
        assert (made["card"], made["now"]) == ("ntag424", now)
    assert Ntag424Chip.of(str(card)).key(PROOF_KEY) == proof_key(master, uid)
    (said,) = json.loads(cards(reader, "--json", "identify").stdout)
    assert (said["family"], said["proof"]) == ("other", "identity")
    rows = {row["what"]: row["says"] for row in json.loads(cards(reader, "--json", "read").stdout)}
    assert rows["chip"] == "ntag424"
    (proven,) = json.loads(cards(reader, "--json", "prove", "--key-file", str(keys)).stdout)
    assert proven["proof"] == "genuine"
    assert uid.hex() not in proven["uid"]
    keys.write_text(f'[ntag424]\nproof = "{bytes(16).hex()}"\n')
    refused = cards(reader, "prove", "--key-file", str(keys))
    assert (refused.returncode, refused.stderr) == (1, "Error: Not genuine: the card holds another key.\n")
    keys.write_text(f'[ntag424]\nproof = "{bytes(16).hex()}"\nissuer = "{master.hex()}"\n')
    refused = cards(reader, "personalise", "--key-file", str(keys))
    assert (refused.returncode, refused.stderr) == (
        1, "Error: This card cannot be used: its keys are somebody else's. Put it aside.\n")  # fmt: skip


def test_cards_and_a_restart_lose_and_leak_nothing(pcscd_here: None) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "cards", "--json", "soak", "--cycles", "100"],
        capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (counted,) = json.loads(done.stdout)
    assert counted["cycles"] >= 100
    assert counted["restarts"] >= 1
