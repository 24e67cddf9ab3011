"""The simulated printer on a serial line: its pace, its XOFF, its silence without power."""

import os
import subprocess
import sys
import termios
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.clock import RealClock
from kiosk.control import ask
from kiosk.events import Outcome
from kiosk.hardware.printers import escpos
from kiosk.hardware.printers.serial import SerialLink
from kiosk.hardware.printers.session import LinkLost, PrinterSession
from kiosk.hardware.simulated.printer import SerialLine, SimulatedPrinter
from tests.printers.conftest import SHORT
from tests.printers.reading import number_on, raster, until
from tests.printers.sample import NUMBER, voucher
from tests.printers.test_simulator import STATUS, WELL, echo, job, picture

FAST = 921_600


def on(papers: Path, place: Path, baud: int, flow: bool = True) -> SimulatedPrinter:
    return SimulatedPrinter(papers, line=SerialLine(place, baud, flow))


def heard(link: SerialLink, count: int) -> bytes:
    got = b""
    while len(got) < count and (more := link.read(3)):
        got += more
    return got


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "ttyPRINTER"
    assert not (tmp_path / "ttyPRINTER").is_symlink()


def test_a_line_is_as_slow_as_its_baud_rate(papers: Path, place: Path) -> None:
    whole = job(picture(200))
    with on(papers, place, 230_400):
        link = SerialLink.open(str(place), 230_400, "xonxoff")
        began = time.monotonic()
        link.write(whole, 5)
        assert heard(link, 7) == echo(b"0001")
        assert time.monotonic() - began >= 0.95 * len(whole) / 23_040
        link.close()


def test_answers_are_paced_too(papers: Path, place: Path) -> None:
    with on(papers, place, 600):
        link = SerialLink.open(str(place), 600)
        began = time.monotonic()
        link.write(b"\x1dIC" * 2, 5)
        assert len(heard(link, 16)) == 16
        assert time.monotonic() - began >= 15 / 60
        link.close()


def test_a_full_printer_stops_its_host_and_loses_nothing(papers: Path, place: Path) -> None:
    with on(papers, place, FAST) as printer:
        link = SerialLink.open(str(place), 115200, "xonxoff")
        printer.do("buffer", bytes=4096)
        printer.do("paper_out")
        with pytest.raises(LinkLost):
            link.write(job(picture(700)), 0.5)
        assert 3000 < printer.do("status")["buffered"] <= 4096
        link.close()
        printer.do("refill")
        until(lambda: printer.do("status")["buffered"] < 72, "the buffer never emptied")
        link = SerialLink.open(str(place), 115200, "xonxoff")
        link.write(escpos.CLEAR, 1)
        assert heard(link, 3).hex() == "372500"
        link.write(job(picture(300), b"0002"), 5)
        assert heard(link, 7) == echo(b"0002")
        link.close()


def test_a_stop_does_not_outlive_whoever_was_told_it() -> None:
    ours, theirs = os.openpty()
    tty.setraw(theirs)  # held open as well: a real line's driver may have other holders too
    link = SerialLink.open(os.ttyname(theirs), 115200, "xonxoff")
    os.write(ours, b"\x13")

    def stopped() -> bool:
        try:
            link.write(b"x", 0.05)
        except LinkLost:
            return True
        return False

    until(stopped, "the driver never stopped")
    link.close()
    link = SerialLink.open(os.ttyname(theirs), 115200, "xonxoff")
    link.write(STATUS, 1)
    assert os.read(ours, 4096).endswith(STATUS)
    link.close()
    os.close(ours)
    os.close(theirs)


def test_a_host_that_does_not_stop_loses_what_does_not_fit(papers: Path, place: Path) -> None:
    with on(papers, place, FAST) as printer:
        host = os.open(place, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(host)
        printer.do("buffer", bytes=4096)
        printer.do("paper_out")
        os.write(host, job(picture(200)))
        assert os.read(host, 1) == b"\x13"
        printer.do("refill")
        assert os.read(host, 1) == b"\x11"
        until(lambda: printer.do("status")["buffered"] < 72, "never read")
        assert printer.do("status")["rows_on_strip"] < 200
        os.close(host)


def test_without_power_it_is_silent_and_starts_slowly(papers: Path, place: Path) -> None:
    with on(papers, place, FAST) as printer:
        link = SerialLink.open(str(place), 115200)
        printer.do("off")
        link.write(STATUS, 1)
        assert link.read(0.1) == b""
        printer.do("on")
        link.write(STATUS, 1)
        assert link.read(0.1) == b""
        assert link.read(3) == b"\x11"
        link.write(STATUS, 1)
        assert heard(link, 4) == WELL
        link.close()


def test_the_process_serves_a_line_and_ends_cleanly(tmp_path: Path, papers: Path, place: Path) -> None:
    ready, control = tmp_path / "ready", tmp_path / "c.sock"
    process = subprocess.Popen(
        [sys.executable, "-m", "kiosk.hardware.simulated.printer", "--pty", str(place), "--baud", str(FAST),
         "--papers", str(papers), "--control", str(control), "--ready-file", str(ready), "--model", "old"],
    )  # fmt: skip
    try:
        until(ready.exists, "never ready")
        assert ready.read_text() == str(place)
        link = SerialLink.open(str(place), 115200, "xonxoff")
        session = PrinterSession(link, RealClock(), SHORT)
        sheet = escpos.sheet(raster().draw(voucher("en")))
        assert session.print(sheet, b"AbcD")[0] is Outcome.NOT_PRINTED  # it knows no process ids
        link.write(b"\x1b@" + sheet, 5)
        until(lambda: bool(ask(control, {"do": "status"})["papers"]), "no paper")
        link.close()
    finally:
        process.terminate()
        assert process.wait(10) == 0
    assert [number_on(path) for path in papers.glob("*.png")] == [NUMBER]


def test_the_host_sees_no_line_settings_of_ours(papers: Path, place: Path) -> None:
    """A fresh line is raw: no echo, no line ends changed, before any host has set it."""
    with on(papers, place, FAST):
        host = os.open(place, os.O_RDWR | os.O_NOCTTY)
        local = termios.tcgetattr(host)[3]
        assert not local & (termios.ECHO | termios.ICANON)
        os.close(host)
