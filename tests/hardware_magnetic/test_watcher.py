"""Real serial lines (pseudo-terminals) with simulated swipe readers at their other ends."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kiosk.clock import RealClock
from kiosk.control import ask
from kiosk.events import CardTapped, CardUnreadable, Event, ReaderChanged
from kiosk.hardware.magnetic.readers import LOOK_AFTER_S
from kiosk.hardware.magnetic.watcher import Kind, SwipeWatcher
from kiosk.hardware.simulated.swipe import SimulatedSwipe
from kiosk.membership.cards import Card
from tests.hardware_magnetic.vectors import BANK_CARDS

PATIENCE_S = 10.0
MEMBER = ["%M6600000001^ZHANG/WEI?", ";6600000001?", ""]
CARD = Card("magnetic", b"6600000001")


class Strides(RealClock):
    """A second an answer: no pace drops a swipe. `leap` lets long times pass."""

    def __init__(self) -> None:
        self.leapt = 0.0

    def monotonic(self) -> float:
        self.leapt += 0.26  # less than a breath, more than a pace in two looks
        return self.leapt

    def leap(self, seconds: float) -> None:
        self.leapt += seconds


class Place:
    """A swipe reader, who watches it, and what is heard."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.link, self.control = folder / "swipe", folder / "control"
        self.kind = kind
        self.clock = Strides()
        self.events: queue.Queue[Event] = queue.Queue()

    def next(self) -> Event:
        return self.events.get(timeout=PATIENCE_S)

    def ready(self, reader: SimulatedSwipe) -> None:
        """Wait until the watcher asked for a card."""
        for _ in range(1000):
            if reader.do("status")["waits"]:
                return
            threading.Event().wait(0.01)
        raise AssertionError("nobody asks for a card")

    def swipe(self, reader: SimulatedSwipe, **more: object) -> Event:
        self.ready(reader)
        assert reader.do("swipe", **({"tracks": MEMBER} | more))["ok"]
        return self.next()


@contextmanager
def watching(place: Place, kind: Kind) -> Iterator[None]:
    watcher = SwipeWatcher(kind, str(place.link), 9600, place.events.put, place.clock)
    thread = threading.Thread(target=watcher.run)
    thread.start()
    try:
        yield
    finally:
        watcher.stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


@contextmanager
def served(folder: Path, kind: Kind) -> Iterator[tuple[Place, SimulatedSwipe]]:
    place = Place(folder, kind)
    hardware = "plain" if kind == "plain" else "msr605"
    with SimulatedSwipe(hardware, place.link, place.control) as reader, watching(place, kind):
        assert place.next() == ReaderChanged(str(place.link), True)
        yield place, reader


@pytest.fixture(params=["msr605", "msr605-raw", "plain"])
def kind(request: pytest.FixtureRequest) -> Kind:
    found: Kind = request.param
    return found


def test_every_way_of_swiping(tmp_path: Path, kind: Kind, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    with served(tmp_path, kind) as (place, reader):
        name = str(place.link)
        assert place.swipe(reader) == CardTapped(name, CARD, passing=True)
        assert place.swipe(reader, reverse=True) == CardTapped(name, CARD, passing=True)
        assert place.swipe(reader, spoil=[2]) == CardUnreadable(name, "garbled", swiped=True)
        assert place.swipe(reader, tracks=list(BANK_CARDS[0])) == CardUnreadable(
            name, "bank-card", swiped=True
        )
        reader.do("fault", kind="split")
        assert place.swipe(reader) == CardTapped(name, CARD, passing=True)
        reader.do("all_well")
        assert place.swipe(reader, tracks=["%NOBODY?", "", ""]) == CardUnreadable(
            name, "unknown-family", swiped=True
        )
    assert not any(secret in caplog.text for secret in ("4111", "6600000001", "ZHANG"))


def test_noise_and_late_answers(tmp_path: Path, kind: Kind) -> None:
    with served(tmp_path, kind) as (place, reader):
        name = str(place.link)
        for fault in ("noise", "merged"):
            reader.do("fault", kind=fault)
            heard = [place.swipe(reader)]
            while heard[-1] != CardTapped(name, CARD, passing=True):
                heard.append(place.next())
            reader.do("all_well")


def test_unplugged_and_back(tmp_path: Path, kind: Kind) -> None:
    with served(tmp_path, kind) as (place, reader):
        for _ in range(2):
            reader.do("unplug")
            gone = place.next()
            while not isinstance(gone, ReaderChanged):
                gone = place.next()
            assert not gone.present
            assert reader.do("swipe", tracks=MEMBER)["ok"] is False
            reader.do("plug")
            assert place.next() == ReaderChanged(str(place.link), True)
            assert place.swipe(reader) == CardTapped(str(place.link), CARD, passing=True)


def test_a_reader_that_hangs_is_found_out_and_taken_back(tmp_path: Path) -> None:
    with served(tmp_path, "msr605") as (place, reader):
        place.ready(reader)
        reader.do("fault", kind="hang")
        place.clock.leap(LOOK_AFTER_S)
        gone = place.next()
        assert isinstance(gone, ReaderChanged)
        assert gone.why == "it does not answer"
        reader.do("all_well")
        assert place.next() == ReaderChanged(str(place.link), True)
        assert place.swipe(reader) == CardTapped(str(place.link), CARD, passing=True)


def test_a_refusal_costs_one_start(tmp_path: Path) -> None:
    with served(tmp_path, "msr605") as (place, reader):
        place.ready(reader)
        reader.do("fault", kind="nak")  # the next order is to read once more
        assert place.swipe(reader) == CardTapped(str(place.link), CARD, passing=True)
        gone = place.next()
        assert isinstance(gone, ReaderChanged)
        assert not gone.present
        assert place.next() == ReaderChanged(str(place.link), True)
        assert place.swipe(reader) == CardTapped(str(place.link), CARD, passing=True)


def test_a_swipe_that_is_cut_off_is_forgotten(tmp_path: Path) -> None:
    with served(tmp_path, "msr605") as (place, reader):
        place.ready(reader)
        reader.do("fault", kind="cut")
        assert reader.do("swipe", tracks=MEMBER)["ok"]
        reader.do("all_well")
        place.clock.leap(LOOK_AFTER_S)
        assert place.swipe(reader) == CardTapped(str(place.link), CARD, passing=True)


def test_a_reader_that_was_never_there_is_told_once(tmp_path: Path) -> None:
    place = Place(tmp_path, "msr605")
    with watching(place, "msr605"):
        gone = place.next()
        assert isinstance(gone, ReaderChanged)
        assert not gone.present
        with SimulatedSwipe("msr605", place.link):
            assert place.next() == ReaderChanged(str(place.link), True)


def test_the_simulator_obeys_its_socket_and_refuses_what_makes_no_sense(tmp_path: Path) -> None:
    place = Place(tmp_path, "msr605")
    with SimulatedSwipe("msr605", place.link, place.control) as reader:
        assert ask(place.control, {"do": "status"})["plugged"] is True
        for order in (
            {"do": "dance"}, {}, {"do": "swipe"}, {"do": "swipe", "tracks": ["", ";x?", ""]},
            {"do": "fault", "kind": "?"}, {"do": "swipe", "tracks": MEMBER, "spoil": [4]},
        ):  # fmt: skip
            assert reader._order(order)["ok"] is False
