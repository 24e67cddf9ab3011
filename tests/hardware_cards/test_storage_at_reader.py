"""Storage cards through a real pcscd: every family is known, issued, copied, torn; and by hand."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.hardware.cards.classic import ONE_K
from kiosk.hardware.cards.tags import MODELS
from kiosk.hardware.simulated import classic_chip, tag_chip
from kiosk.hardware.simulated.pcscd import VirtualReader

from .listener import Listener
from .storage_shop import OLD, TAG_UID, UIDS

pytestmark = pytest.mark.pcscd

FIRST = "Virtual card reader 00 00"
NTAG = next(model for model in MODELS if model.name == "ntag213")
KEYS = f'[keys.1]\nsector = "{OLD.sector.hex()}"\nrecord = "{OLD.record.hex()}"\n'


@pytest.fixture
def kiosk(reader: VirtualReader) -> Iterator[Listener]:
    """One that looks at records, but takes cards without one."""
    here = Listener(reader.socket, sharing="records")
    here.ready()
    yield here
    assert here.close() == 0


def test_every_family_is_known_by_its_uid(reader: VirtualReader, kiosk: Listener) -> None:
    for kind in ("classic-1k", "ultralight", "classic-4k", "ntag216"):
        uid = UIDS.get(kind, TAG_UID)
        family = "mifare-classic" if kind.startswith("classic") else "mifare-ultralight"
        reader.tap(uid, family=kind)
        event = kiosk.card()
        assert (kiosk.card() if event == ["CardRemoved"] else event) == ["CardTapped", family, uid.lower()]


def test_an_order_that_makes_no_sense_leaves_the_cards_where_they_are(reader: VirtualReader) -> None:
    for kind, at in (("nonsense", 0), ("tear", "soon")):
        with pytest.raises(ValueError, match=r"Invalid|Expected"):
            reader.mishap(kind, at)  # type: ignore[arg-type]
    assert reader.powered() == 0


def put_down(reader: VirtualReader, kiosk: Listener, kind: str, file: Path, uid: str) -> None:
    reader.tap(str(file), family=kind)
    event = kiosk.card()
    assert (event[0], event[2]) == ("CardTapped", uid.lower())


def taken(reader: VirtualReader, kiosk: Listener) -> None:
    reader.pull()
    assert kiosk.event("CardRemoved")


def asked(kiosk: Listener, request: str, work: str) -> list[object]:
    kiosk.ask(request, FIRST, work)
    return kiosk.event("CardDone")


@pytest.mark.parametrize(
    ("kind", "work", "torn_at", "half_made"),
    [("classic-1k", "issue-classic", 60, "CardTapped"), ("ntag213", "issue-tag", 28, "CardUnreadable")],
)
def test_a_card_is_issued_torn_finished_and_copied(  # noqa: PLR0917
    reader: VirtualReader, kiosk: Listener, tmp_path: Path, kind: str, work: str, torn_at: int, half_made: str
) -> None:
    card, copy = tmp_path / "card", tmp_path / "copy"
    uid = UIDS.get(kind, TAG_UID)
    raw = bytes.fromhex(uid)
    card.write_bytes(classic_chip.blank(raw, ONE_K) if kind == "classic-1k" else tag_chip.blank(raw, NTAG))
    reader.mishap("after", at=torn_at)
    put_down(reader, kiosk, kind, card, uid)
    assert asked(kiosk, "first", work) == ["first", None, "pulled", True]
    assert kiosk.event("CardRemoved")
    reader.tap(str(card), family=kind)
    assert kiosk.card()[0] == half_made
    assert asked(kiosk, "again", work) == ["again", f"{kind} 1 True", "", True]
    taken(reader, kiosk)
    put_down(reader, kiosk, kind, card, uid)
    taken(reader, kiosk)
    memory = bytearray(card.read_bytes())
    memory[1] ^= 0x10
    copy.write_bytes(memory)
    reader.tap(str(copy), family=kind)
    assert kiosk.card() == ["CardUnreadable", "not-genuine"]


def cards(reader: VirtualReader, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kiosk", "cards", "--json", *words],
        env={**os.environ, "PCSCLITE_CSOCK_NAME": reader.socket},
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip


def lay(reader: VirtualReader, card: str, kind: str) -> None:
    reader.tap(card, family=kind)
    until = time.monotonic() + 10
    while not reader.powered():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_a_card_is_made_and_looked_at_by_hand(reader: VirtualReader, tmp_path: Path) -> None:
    keys, card = tmp_path / "keys.toml", tmp_path / "card"
    keys.write_text(KEYS)
    card.write_bytes(classic_chip.blank(bytes.fromhex("01A2B3C4")))
    lay(reader, str(card), "classic-1k")
    bare = cards(reader, "prove", "--key-file", str(keys))
    assert (bare.returncode, bare.stderr) == (1, "Error: The card's record is blank.\n")
    made = cards(reader, "--traffic", "personalise", "--key-file", str(keys), "--points", "250")
    assert json.loads(made.stdout) == [
        {"card": "classic-1k", "uid": "••••b3c4", "written": 1, "points": 250, "now": "new"}
    ]
    assert "FFFFFFFFFFFF" not in made.stderr.upper(), "keys are masked"
    assert json.loads(cards(reader, "prove", "--key-file", str(keys)).stdout)[0] == {
        "uid": "••••b3c4", "record": "good", "written": 1, "points": 250, "proof": "identity"}  # fmt: skip
    rows = {row["what"]: row["says"] for row in json.loads(cards(reader, "read").stdout)}
    assert (rows["chip"], rows["our sectors"]) == ("classic, 16 sectors", "1, 2")
    lay(reader, "6600000001", "cpu")
    other = cards(reader, "personalise", "--key-file", str(keys))
    assert "cannot be personalised" in other.stderr
