"""A real serial line (a pseudo-terminal) with a simulated scanner at its other end."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from kiosk.clock import RealClock
from kiosk.control import ask
from kiosk.events import CardUnreadable, CodeScanned, Event, ScannerChanged
from kiosk.hardware.scanners.frames import GAP_S
from kiosk.hardware.scanners.watcher import PACE_S, ScannerWatcher
from kiosk.hardware.simulated.scanner import SimulatedScanner

PATIENCE_S = 10.0
VOUCHER = "6BF S0$8S%W8 "
"""Like a voucher's code: a space at its end counts."""


class Strides(RealClock):
    """Time for codes that no pace drops: each look at it is a stride later, too short for a gap."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        self.seconds += (PACE_S + GAP_S) / 3
        return self.seconds


class Ear:
    """Hears what a watcher posts."""

    def __init__(self) -> None:
        self.events: queue.Queue[Event] = queue.Queue()

    def next(self) -> Event:
        return self.events.get(timeout=PATIENCE_S)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "scanner"


@pytest.fixture
def scanner(place: Path) -> Iterator[SimulatedScanner]:
    with SimulatedScanner(place, place.with_name("control")) as running:
        yield running


@contextmanager
def watching(place: Path, clock: RealClock) -> Iterator[Ear]:
    heard = Ear()
    watcher = ScannerWatcher(str(place), 9600, heard.events.put, clock)
    thread = threading.Thread(target=watcher.run)
    thread.start()
    try:
        yield heard
    finally:
        watcher.stop()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


@pytest.fixture
def ear(place: Path, scanner: SimulatedScanner) -> Iterator[Ear]:
    with watching(place, Strides()) as heard:
        yield heard


def test_codes_are_heard_whatever_ends_them(place: Path, scanner: SimulatedScanner, ear: Ear) -> None:
    assert ear.next() == ScannerChanged(str(place), True)
    for end in ("cr", "lf", "crlf", "etx"):
        assert scanner.do("scan", text=VOUCHER, end=end)["ok"]
        assert ear.next() == CodeScanned(str(place), VOUCHER)


def test_a_bank_card_is_refused_where_codes_are_scanned(
    place: Path, scanner: SimulatedScanner, ear: Ear
) -> None:
    assert ear.next() == ScannerChanged(str(place), True)
    scanner.do("scan", text=";4111111111111111=30121011000?")
    assert ear.next() == CardUnreadable(str(place), "bank-card", swiped=True)


def test_pieces_are_joined_and_noise_is_no_code(place: Path, scanner: SimulatedScanner, ear: Ear) -> None:
    ear.next()
    scanner.do("split", text=VOUCHER)
    assert ear.next() == CodeScanned(str(place), VOUCHER)
    scanner.do("garbage")
    scanner.do("scan", text="spoilt by the noise before it")
    scanner.do("scan", text="good")
    assert ear.next() == CodeScanned(str(place), "good")


def test_a_mad_scanner_cannot_flood_the_kiosk(place: Path, scanner: SimulatedScanner) -> None:
    calm = CodeScanned(str(place), "after the storm")
    with watching(place, RealClock()) as ear:
        ear.next()
        scanner.do("merge", texts=[f"code {n}" for n in range(300)])
        heard = [ear.next()]
        while heard[-1] != calm:
            scanner.do("scan", text=calm.text)
            with suppress(queue.Empty):
                heard.append(ear.events.get(timeout=PACE_S))
    assert heard[0] == CodeScanned(str(place), "code 0")
    assert len(heard) < 20


def test_an_unplugged_scanner_is_told_once_and_found_again(
    place: Path, scanner: SimulatedScanner, ear: Ear
) -> None:
    ear.next()
    for _ in range(2):
        scanner.do("unplug")
        gone = ear.next()
        assert isinstance(gone, ScannerChanged)
        assert not gone.present
        assert scanner.do("scan", text="x")["ok"] is False
        scanner.do("plug")
        assert ear.next() == ScannerChanged(str(place), True)
        scanner.do("scan", text=VOUCHER)
        assert ear.next() == CodeScanned(str(place), VOUCHER)


def test_a_scanner_that_was_never_there_is_told_once(tmp_path: Path) -> None:
    with watching(tmp_path / "nothing", RealClock()) as ear:
        gone = ear.next()
        assert isinstance(gone, ScannerChanged)
        assert not gone.present
        with SimulatedScanner(tmp_path / "nothing"):
            assert ear.next() == ScannerChanged(str(tmp_path / "nothing"), True)


def test_the_simulator_obeys_its_socket_and_refuses_what_makes_no_sense(
    place: Path, scanner: SimulatedScanner
) -> None:
    control = place.with_name("control")
    assert ask(control, {"do": "status"})["plugged"] is True
    for order in ({"do": "dance"}, {"do": "scan"}, {"do": "scan", "text": "x", "end": "?"}, {}):
        assert scanner._order(order)["ok"] is False
