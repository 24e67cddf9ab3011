"""A simulated printer on real TCP, and a session that speaks to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.clock import RealClock
from kiosk.hardware.printers.session import Patience, PrinterSession
from kiosk.hardware.printers.tcp import TcpLink
from kiosk.hardware.simulated.printer import SimulatedPrinter

SHORT = Patience(answer=0.4, queue=0.4, echo=5.0, mending=0.3, bytes_per_s=1e6)
"""Enough for a printer on this machine; mending is what a broken print costs a test."""


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    return tmp_path / "papers"


@pytest.fixture
def printer(papers: Path) -> Iterator[SimulatedPrinter]:
    with SimulatedPrinter(papers) as running:
        yield running


@pytest.fixture
def link(printer: SimulatedPrinter) -> Iterator[TcpLink]:
    opened = TcpLink.open("127.0.0.1", printer.port)
    yield opened
    opened.close()


@pytest.fixture
def session(link: TcpLink) -> PrinterSession:
    return PrinterSession(link, RealClock(), SHORT)
