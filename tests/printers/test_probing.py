"""Which fence a printer deserves is never concluded from silence, haste or a stray byte."""

import queue
from dataclasses import replace
from pathlib import Path

from kiosk.clock import RealClock
from kiosk.events import Event, Outcome
from kiosk.hardware.printers import escpos
from kiosk.hardware.printers.fence import StatusRequest
from kiosk.hardware.printers.profiles import load_profile
from kiosk.hardware.printers.service import PrinterService
from kiosk.hardware.printers.session import Patience, PrinterSession
from kiosk.hardware.printers.tcp import TcpLink
from kiosk.hardware.simulated.printer import SimulatedPrinter
from kiosk.hardware.simulated.printer_models import MODELS, Model
from tests.printers.reading import raster, until
from tests.printers.sample import voucher

PATIENCE = Patience(answer=0.3, queue=0.3, echo=1.7, mending=0.3, bytes_per_s=1e6)
"""An old job prints in one second."""


def a_service(port: int) -> PrinterService:
    inbox: queue.Queue[Event] = queue.Queue()

    def reach() -> TcpLink:
        return TcpLink.open("127.0.0.1", port)

    return PrinterService(reach, raster(), inbox.put, RealClock(), PATIENCE, profile=load_profile("escpos"))


def test_a_kiosk_that_starts_while_its_old_job_prints_waits_for_the_echo(papers: Path) -> None:
    with SimulatedPrinter(papers, rows_per_s=1500) as slow:
        before = TcpLink.open("127.0.0.1", slow.port)
        before.write(escpos.sheet(raster().draw(voucher("zh_CN"))), 5)
        while before.read(0.1):
            continue  # with answers unread, closing would break the job off
        before.close()
        service = a_service(slow.port)
        assert service.look() == ""
        told = service.capabilities()
        assert told is not None
        assert told.process_id
        assert slow.do("status")["rows_waiting"] == 0


def test_half_a_picture_of_a_job_that_broke_off_is_forgotten(printer: SimulatedPrinter, papers: Path) -> None:
    before = TcpLink.open("127.0.0.1", printer.port)
    before.write(escpos.sheet(raster().draw(voucher("zh_CN")))[:-9000], 5)
    until(lambda: printer.do("status")["rows_on_strip"] > 0, "the beginning of a paper")
    before.close()
    service = a_service(printer.port)
    assert [service.look(), service.look()] == ["K-PR-05", ""]
    told = service.capabilities()
    assert told is not None
    assert told.process_id
    assert list(papers.glob("voucher-????.png")) == []


def test_silence_while_it_is_asked_is_no_answer_at_all(printer: SimulatedPrinter) -> None:
    service = a_service(printer.port)
    printer.do("lose_replies_after", bytes=4)  # its four states still come through
    assert service.look() == "K-PR-05"
    assert service.capabilities() is None
    printer.do("find_replies")
    printer.do("all_well")
    assert service.look() == ""
    told = service.capabilities()
    assert told is not None
    assert told.process_id


class Swallowing(TcpLink):
    """A line that loses the end of a job and says one byte of its own instead."""

    stray = b""

    def write(self, data: bytes, deadline_s: float) -> None:
        if data.endswith(escpos.REPORT) and len(data) > 100:
            data, self.stray = data[:-2000], b"\0"
        super().write(data, deadline_s)

    def read(self, deadline_s: float) -> bytes:
        stray, self.stray = self.stray, b""
        return stray or super().read(deadline_s)


def test_a_stray_byte_is_no_answer_to_the_weaker_fence(printer: SimulatedPrinter) -> None:
    line = Swallowing.open("127.0.0.1", printer.port)
    session = PrinterSession(line, RealClock(), PATIENCE, StatusRequest())
    outcome, _why = session.print(escpos.sheet(raster().draw(voucher("en"))), b"AbcD")
    assert outcome is Outcome.UNKNOWN
    line.close()


def test_printers_that_do_not_say_their_model_are_told_apart(tmp_path: Path) -> None:
    """Another one is plugged in where the first one was: it gets the fence that it knows itself."""
    inbox: queue.Queue[Event] = queue.Queue()
    there: list[int] = []
    service = PrinterService(
        lambda: TcpLink.open("127.0.0.1", there[-1]), raster(), inbox.put, RealClock(), PATIENCE,
        profile=load_profile("escpos"),
    )  # fmt: skip
    for place, model in enumerate((Model(named=False), replace(MODELS["old"], named=False))):
        with SimulatedPrinter(tmp_path / str(place), rows_per_s=9000, model=model) as printer:
            there.append(printer.port)
            until(lambda: service.look() == "", "a printer that is well")
            told = service.capabilities()
            assert told is not None
            assert (told.model, told.process_id) == ("", model.process_ids)
