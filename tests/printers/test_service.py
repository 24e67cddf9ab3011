"""The printer as the desk has it: a job in, an outcome out, readiness told."""

import os
import pty
import queue
import random
import threading
import tty
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from kiosk.clock import RealClock
from kiosk.events import Event, Outcome, Printed, PrinterChanged
from kiosk.hardware.printers.serial import SerialLink
from kiosk.hardware.printers.service import PrinterService, open_printer
from kiosk.hardware.printers.session import LinkLost
from kiosk.hardware.printers.tcp import TcpLink
from kiosk.hardware.simulated.printer import SimulatedPrinter
from kiosk.membership import paper
from tests.printers.conftest import SHORT
from tests.printers.reading import number_on, raster
from tests.printers.sample import NUMBER, voucher


@dataclass(frozen=True)
class Settings:
    kind: str = "tcp"
    address: str = "127.0.0.1:9"
    baud: int = 115200
    width: int = 576
    flow: str = "none"
    profile: str = "escpos"


@pytest.fixture
def inbox() -> queue.Queue[Event]:
    return queue.Queue()


@pytest.fixture
def service(printer: SimulatedPrinter, inbox: queue.Queue[Event]) -> PrinterService:
    def reach() -> TcpLink:
        return TcpLink.open("127.0.0.1", printer.port)

    return PrinterService(reach, raster(), inbox.put, RealClock(), SHORT)


def told(inbox: queue.Queue[Event]) -> list[Event]:
    return [inbox.get_nowait() for _ in range(inbox.qsize())]


def test_jobs_come_out_in_turn(service: PrinterService, inbox: queue.Queue[Event], papers: Path) -> None:
    assert service.ready() == "K-PR-05"
    service.look()
    assert service.ready() == ""
    for attempt in (1, 2):
        service.print("op", attempt, voucher("en", attempt))
        service.step(0)
    assert told(inbox) == [
        PrinterChanged(""),
        Printed("op", 1, Outcome.CONFIRMED),
        Printed("op", 2, Outcome.CONFIRMED),
    ]
    assert [number_on(path) for path in sorted(papers.iterdir())] == [NUMBER, NUMBER]


MENDS = {"paper_out": "refill", "open_cover": "close_cover", "off": "on", "lose_replies": "find_replies"}


@pytest.mark.parametrize(
    ("verb", "code"),
    [("paper_out", "K-PR-01"), ("open_cover", "K-PR-02"), ("off", "K-PR-05"), ("lose_replies", "K-PR-05")],
)
def test_trouble_and_its_end_are_told_once_each(
    printer: SimulatedPrinter, service: PrinterService, inbox: queue.Queue[Event], verb: str, code: str
) -> None:
    service.look()
    told(inbox)
    printer.do(verb)
    assert [service.look() for _ in range(2)] == [code, code]
    assert service.ready() == code
    service.print("op", 1, voucher("en"))
    service.step(0)
    printer.do(MENDS[verb])
    service.step(0)
    events = told(inbox)
    assert Printed("op", 1, Outcome.NOT_PRINTED, code) in events
    assert [event.code for event in events if isinstance(event, PrinterChanged)] == [code, ""]


def test_a_printer_that_was_switched_off_and_on_prints_at_once(
    printer: SimulatedPrinter, service: PrinterService, inbox: queue.Queue[Event]
) -> None:
    service.look()
    printer.do("off")
    printer.do("on")
    service.print("op", 1, voucher("en"))
    service.step(0)
    assert Printed("op", 1, Outcome.CONFIRMED) in told(inbox)


def test_after_an_unknown_print_the_next_one_is_clean(
    printer: SimulatedPrinter, service: PrinterService, inbox: queue.Queue[Event], papers: Path
) -> None:
    printer.do("jam")
    service.print("one", 1, voucher("en"))
    service.step(0)
    assert service.ready() == "K-PR-03"
    printer.do("clear_jam")
    service.print("two", 1, voucher("en"))
    service.step(0)
    assert [event for event in told(inbox) if isinstance(event, Printed)] == [
        Printed("one", 1, Outcome.UNKNOWN, "K-PR-03"),
        Printed("two", 1, Outcome.CONFIRMED),
    ]
    assert sorted(path.name for path in papers.iterdir()) == ["voucher-0001-torn.png", "voucher-0002.png"]
    assert number_on(papers / "voucher-0002.png") == NUMBER


def test_too_many_jobs_and_papers_that_cannot_be_drawn_are_not_printed(
    service: PrinterService, inbox: queue.Queue[Event]
) -> None:
    for attempt in range(1, 6):
        service.print("op", attempt, paper.Paper("en", ()))
    assert told(inbox) == [Printed("op", 5, Outcome.NOT_PRINTED, "K-PR-08")]
    service.step(0)
    assert told(inbox) == [Printed("op", 1, Outcome.NOT_PRINTED, "K-PR-07")]


def test_it_runs_on_a_thread_until_stopped(
    printer: SimulatedPrinter, inbox: queue.Queue[Event], papers: Path
) -> None:
    service = open_printer(Settings(address=f"127.0.0.1:{printer.port}"), inbox.put, RealClock())
    working = threading.Thread(target=service.run)
    working.start()
    service.print("op", 1, voucher("zh_TW"))
    assert inbox.get(timeout=10) == PrinterChanged("")
    assert inbox.get(timeout=10) == Printed("op", 1, Outcome.CONFIRMED)
    service.stop()
    working.join(10)
    assert not working.is_alive()
    assert len(list(papers.iterdir())) == 1


@pytest.mark.parametrize("address", ["127.0.0.1:1", "nonsense", "127.0.0.1:", "[::1]:99999", ""])
def test_an_address_where_no_printer_is_means_no_answer(address: str, inbox: queue.Queue[Event]) -> None:
    service = open_printer(Settings(address=address), inbox.put, RealClock())
    service.print("op", 1, voucher("en"))
    assert isinstance(service, PrinterService)
    service.step(0)
    assert Printed("op", 1, Outcome.NOT_PRINTED, "K-PR-05") in told(inbox)


def test_a_kiosk_without_a_printer_says_so(inbox: queue.Queue[Event]) -> None:
    service = open_printer(Settings(kind="disabled"), inbox.put, RealClock())
    service.print("op", 1, voucher("en"))
    service.stop()
    service.run()
    assert service.ready() == "K-PR-10"
    assert told(inbox) == [Printed("op", 1, Outcome.NOT_PRINTED, "K-PR-10")]
    with pytest.raises(ValueError, match="fax"):
        open_printer(Settings(kind="fax"), inbox.put, RealClock())


@pytest.fixture
def serial_line(printer: SimulatedPrinter) -> Iterator[str]:
    """A pseudo terminal whose other end is wired to the printer."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    wire = TcpLink.open("127.0.0.1", printer.port)
    ending = threading.Event()
    os.set_blocking(ours, False)

    def carry() -> None:
        while not ending.is_set():
            for take, give in ((lambda: wire.read(0.005), send), (receive, lambda data: wire.write(data, 5))):
                if data := take():
                    give(data)

    def receive() -> bytes:
        try:
            return os.read(ours, 4096)
        except BlockingIOError:
            return b""

    def send(data: bytes) -> None:
        os.write(ours, data)

    thread = threading.Thread(target=carry)
    thread.start()
    yield os.ttyname(theirs)
    ending.set()
    thread.join(10)
    wire.close()
    os.close(ours)
    os.close(theirs)


def test_a_serial_printer_prints_the_same(serial_line: str, inbox: queue.Queue[Event], papers: Path) -> None:
    settings = Settings(kind="serial", address=serial_line)
    service = open_printer(settings, inbox.put, RealClock())
    assert isinstance(service, PrinterService)
    service.print("op", 1, voucher("zh_CN"))
    service.step(0)
    assert Printed("op", 1, Outcome.CONFIRMED) in told(inbox)
    assert [number_on(path) for path in papers.iterdir()] == [NUMBER]


def test_a_serial_device_that_is_not_there_is_a_lost_line() -> None:
    with pytest.raises(LinkLost):
        SerialLink.open("/dev/no-such-printer", 9600)


@pytest.mark.parametrize("seed", range(6))
def test_whatever_a_peer_answers_the_service_lives(seed: int, inbox: queue.Queue[Event]) -> None:
    """A peer that is no printer: rubbish, silence, or hanging up; the outcome is never a guess."""
    line = Rubbish(seed)
    service = PrinterService(lambda: line, raster(), inbox.put, RealClock(), SHORT)
    for turn in range(3):
        service.print("op", turn, voucher("en"))
        service.step(0)
    outcomes = [event.outcome for event in told(inbox) if isinstance(event, Printed)]
    assert len(outcomes) == 3
    assert Outcome.CONFIRMED not in outcomes


class Rubbish:
    """A line whose far end says chance bytes, and hangs up now and then."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def write(self, data: bytes, deadline_s: float) -> None:
        if self._chance.random() < 0.1:
            raise LinkLost("hung up")

    def read(self, deadline_s: float) -> bytes:
        if self._chance.random() < 0.1:
            return b""
        return self._chance.randbytes(self._chance.randrange(1, 40))

    def close(self) -> None:
        return
