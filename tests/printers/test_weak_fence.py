"""Every row of the fault table of docs/printers.md: strong and weaker fence, on TCP and on a serial line.

The old printer answers GS r when it reads it, with the sheet still in its memory: what it says then proves
nothing, and no paper may be called confirmed that is not whole. With every change each line and each fence
has its turn; all of them with all lines in the deep check `printer-lines`.
"""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pytest

from kiosk.clock import RealClock
from kiosk.events import Outcome
from kiosk.hardware.printers import escpos
from kiosk.hardware.printers.device_file import FileLink
from kiosk.hardware.printers.fence import Fence, ProcessId, StatusRequest
from kiosk.hardware.printers.serial import SerialLink
from kiosk.hardware.printers.session import Link, LinkLost, Patience, PrinterSession
from kiosk.hardware.printers.tcp import TcpLink
from kiosk.hardware.simulated.printer import SerialLine, SimulatedPrinter
from kiosk.hardware.simulated.printer_models import MODELS
from tests.printers.reading import number_on, raster
from tests.printers.sample import NUMBER, voucher

CONFIRMED, NOT_PRINTED, UNKNOWN = Outcome.CONFIRMED, Outcome.NOT_PRINTED, Outcome.UNKNOWN
IDENT = b"AbcD"
PATIENCE = Patience(answer=0.25, queue=0.25, echo=1.0, mending=0.3, bytes_per_s=200_000)
ROWS_PER_S = 12_000
SLOWLY = 200
"""Rows a second of a sheet that must not be out yet, however busy the machine is."""
BAUD = 2_000_000
"""Fast enough for a test, slow enough that the line is still busy when something happens."""


class Way(NamedTuple):
    """Which line, which printer, which fence."""

    line: str
    model: str
    fence: Fence


EVERY = [
    pytest.param(Way(line, model, fence), id=f"{line}-{model}")
    for line in ("tcp", "serial", "file")
    for model, fence in (("epson", ProcessId()), ("old", StatusRequest()))
]
WAYS = EVERY[:4] if os.environ.get("KIOSK_EVERY_LINE") else [EVERY[0], EVERY[3]]
on_every_line = pytest.mark.parametrize("counter", EVERY, indirect=True)


@dataclass
class Counter:
    """A kiosk's line to a printer, and the papers that lie there."""

    printer: SimulatedPrinter
    way: Way
    papers: Path
    place: Path
    job: bytes

    def open(self) -> Link:
        match self.way.line:
            case "tcp":
                return TcpLink.open("127.0.0.1", self.printer.port)
            case "serial":
                return SerialLink.open(str(self.place), 115200, "xonxoff")
        return FileLink.open(str(self.place))

    def print(self, watching: Callable[[bytes], bool] = lambda _: False) -> Outcome:
        """Print behind the fence; `watching` sees each write first, and swallows it when it says so."""
        try:
            link = self.open()
        except LinkLost:
            return NOT_PRINTED
        session = PrinterSession(Watched(link, watching), RealClock(), PATIENCE, self.way.fence)
        try:
            return session.print(self.job, IDENT, print_s=rows_of(self.job) / (ROWS_PER_S / 2))[0]
        finally:
            link.close()

    def whole(self) -> list[Path]:
        """Papers a person would take for vouchers, checked by their code."""
        cut = (path for path in sorted(self.papers.glob("*.png")) if "torn" not in path.name)
        return [path for path in cut if number_on(path) == NUMBER]


class Watched:
    """A line whose every write is seen first."""

    def __init__(self, inner: Link, watching: Callable[[bytes], bool]) -> None:
        self._inner, self._watching = inner, watching
        self.read, self.close = inner.read, inner.close

    def write(self, data: bytes, deadline_s: float) -> None:
        if not self._watching(data):
            self._inner.write(data, deadline_s)


def rows_of(job: bytes) -> int:
    """Dots of paper a picture job moves, a little too many."""
    return len(job) // 72 + 1500


@pytest.fixture(scope="module")
def job() -> bytes:
    return escpos.sheet(raster().draw(voucher("zh_CN")))


@pytest.fixture(params=WAYS)
def counter(request: pytest.FixtureRequest, tmp_path: Path, papers: Path, job: bytes) -> Iterator[Counter]:
    way: Way = request.param
    place = tmp_path / "printer"
    line = None if way.line == "tcp" else SerialLine(place, BAUD if way.line == "serial" else 0)
    with SimulatedPrinter(papers, rows_per_s=ROWS_PER_S, model=MODELS[way.model], line=line) as printer:
        yield Counter(printer, way, papers, place, job)


def at_the_end(counter: Counter, verb: str) -> Callable[[bytes], bool]:
    """Order it just before the last bytes of the job go."""

    def watching(data: bytes) -> bool:
        if data.endswith(counter.way.fence.mark(IDENT)) and len(data) > 20:
            counter.printer.do(verb)
        return False

    return watching


@on_every_line
def test_nothing_happens(counter: Counter) -> None:
    assert counter.print() is CONFIRMED
    assert len(counter.whole()) == 1


@pytest.mark.parametrize("verb", ["paper_out", "open_cover", "offline", "overheat", "off", "lose_replies"])
def test_trouble_before_the_job(counter: Counter, verb: str) -> None:
    counter.printer.do(verb)
    assert counter.print() is NOT_PRINTED
    for mended in ("on", "refill", "close_cover", "all_well"):
        counter.printer.do(mended)
    assert counter.printer.do("status")["papers"] == []


def test_a_knife_that_stuck_before(counter: Counter) -> None:
    counter.printer.do("jam")
    assert counter.print() is UNKNOWN
    assert counter.print() is NOT_PRINTED


def test_paper_ends_in_the_middle_and_nobody_comes(counter: Counter) -> None:
    counter.printer.do("paper_out_after", rows=300)
    assert counter.print() is UNKNOWN
    counter.printer.do("refill")
    assert counter.whole() == []


def test_paper_ends_in_the_middle_and_a_new_roll_comes(counter: Counter) -> None:
    """The strong one waits for its echo; the weaker one has seen a fault, and promises nothing."""
    counter.printer.do("paper_out_after", rows=300)
    patience = Patience(answer=0.25, queue=0.25, echo=2.0, mending=2.0, bytes_per_s=100_000)
    link = counter.open()

    class Refilling(Watched):
        """A new roll comes as soon as the printer said twice that the old one has ended."""

        seen = 0

        def read(self, deadline_s: float) -> bytes:
            heard = link.read(min(deadline_s, 0.05)) or link.read(max(0.0, deadline_s - 0.05))
            if counter.printer.do("status")["paper"] == "out":
                self.seen += 1
                if self.seen == 8:
                    counter.printer.do("refill")
            return heard

    line = Refilling(link, lambda _: False)
    del line.read  # the class's own, not the line's
    session = PrinterSession(line, RealClock(), patience, counter.way.fence)
    outcome, _ = session.print(counter.job, IDENT, print_s=rows_of(counter.job) / (ROWS_PER_S / 2))
    link.close()
    assert outcome in (CONFIRMED, UNKNOWN)
    assert outcome is UNKNOWN or (counter.way.fence.strong and counter.whole())


@on_every_line
def test_power_goes_in_the_middle(counter: Counter) -> None:
    """Also between reading and printing: the old printer has said that it read the job, with it in memory."""
    assert counter.print(at_the_end(counter, "off")) is UNKNOWN
    assert counter.whole() == []


def test_power_goes_and_comes_back_at_once(counter: Counter) -> None:
    """A plug that wriggles: what was in the memory is gone, and the printer looks well again."""

    def wriggle(data: bytes) -> bool:
        if data.startswith(b"\x10\x04") and counter.printer.do("status")["rows_on_strip"] > 100:
            counter.printer.do("off")
            counter.printer.do("on")
        return False

    outcome = counter.print(wriggle)
    assert outcome is UNKNOWN or (outcome is CONFIRMED and counter.whole())


def test_answers_are_lost_and_the_paper_comes(counter: Counter) -> None:
    assert counter.print(at_the_end(counter, "lose_replies")) is UNKNOWN


@pytest.mark.parametrize("verb", ["noise_before", "noise_after", "split_replies"])
def test_rubbish_between_the_answers_confirms_nothing(counter: Counter, verb: str) -> None:
    counter.printer.do(verb)
    if counter.print() is CONFIRMED:
        assert len(counter.whole()) == 1


def test_the_line_breaks(counter: Counter) -> None:
    sent = [0]

    def broken(data: bytes) -> bool:
        sent[0] += len(data)
        if sent[0] > len(counter.job) // 2:
            raise LinkLost("pulled out")
        return False

    assert counter.print(broken) is UNKNOWN
    assert counter.whole() == []


def test_an_older_job_is_still_in_the_printer(counter: Counter) -> None:
    """It says nothing of its queue while that waits for a new roll."""
    counter.printer.do("paper_out")
    link = counter.open()
    with contextlib.suppress(LinkLost):
        link.write(counter.job[:3000], 0.5)
    assert counter.print() is NOT_PRINTED
    link.close()


def test_the_old_printer_says_it_before_it_has_printed(papers: Path, job: bytes) -> None:
    """The model's own trait, without which this file would prove nothing."""
    with SimulatedPrinter(papers, rows_per_s=SLOWLY, model=MODELS["old"]) as printer:
        link = TcpLink.open("127.0.0.1", printer.port)
        link.write(job + escpos.REPORT, 3)
        heard = b""
        while b"\0" not in heard:  # a picture may hold a question by chance, and gets its answer too
            arrived = link.read(3)
            assert arrived
            heard += arrived
        told = printer.do("status")
        assert told["papers"] == []
        assert told["rows_waiting"] > 0
        printer.do("off")
        link.close()
    assert sorted(path.name for path in papers.iterdir()) == ["voucher-0001-torn.png"]
