"""msrx, a host that others wrote, at our simulator; and our driver on the cards that it wrote."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.events import CardTapped
from kiosk.hardware.magnetic.watcher import Kind
from kiosk.hardware.simulated.msr605 import stripe_of
from kiosk.hardware.simulated.swipe import SimulatedSwipe
from tests.hardware_magnetic.test_watcher import CARD, Place, watching

MSRX = Path(sys.executable).with_name("msrx")
TRACKS = ["M6600000001^ZHANG/WEI", "6600000001", ""]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, "msr605")


@pytest.fixture
def reader(place: Place) -> Iterator[SimulatedSwipe]:
    with SimulatedSwipe("msr605", place.link, place.control) as running:
        yield running


def msrx(place: Place, reader: SimulatedSwipe, card: str, *words: str) -> str:
    """What msrx says while this card is drawn through."""
    with subprocess.Popen(
        [sys.executable, str(MSRX), "-D", str(place.link), *words], stdout=subprocess.PIPE, text=True
    ) as peer:
        place.ready(reader)
        assert reader.do("swipe", card=card)["ok"]
        said, _ = peer.communicate(timeout=20)
    assert peer.returncode == 0
    return said.strip()


def lrc(text: str) -> str:
    """The character that makes every column of a track even (track 2)."""
    sum_ = 0
    for one in text:
        sum_ ^= ord(one) - 0x30
    return chr(0x30 + sum_)


def test_msrx_reads_our_cards(place: Place, reader: SimulatedSwipe) -> None:
    reader.cards["ours"] = stripe_of(TRACKS)
    one, two, three = msrx(place, reader, "ours", "read", "-t", "iso").split("|")
    assert one.startswith("%M6600000001^ZHANG/WEI?")
    assert two == ";6600000001?" + lrc(";6600000001?")
    assert three == ""


@pytest.mark.parametrize("kind", ["msr605", "msr605-raw"])
def test_our_driver_reads_what_msrx_wrote(place: Place, reader: SimulatedSwipe, kind: Kind) -> None:
    text = ";6600000001?"
    msrx(place, reader, "theirs", "write", "-t", "iso", "-d", f"|{text}{lrc(text)}|")
    with watching(place, kind):
        place.next()
        place.ready(reader)
        reader.do("swipe", card="theirs")
        assert place.next() == CardTapped(str(place.link), CARD, passing=True)


def test_msrx_erases(place: Place, reader: SimulatedSwipe) -> None:
    reader.cards["ours"] = stripe_of(TRACKS)
    msrx(place, reader, "ours", "erase", "-t", "1,2,3")
    assert reader.cards["ours"] == [b"", b"", b""]
