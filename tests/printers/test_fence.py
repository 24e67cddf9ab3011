"""The fence, row by row, against a printer that fails in every known way over real TCP."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from kiosk.clock import RealClock
from kiosk.events import Outcome
from kiosk.hardware.printers import escpos
from kiosk.hardware.printers.session import LinkLost, Patience, PrinterSession
from kiosk.hardware.printers.tcp import TcpLink
from kiosk.hardware.simulated.printer import SimulatedPrinter
from tests.printers.conftest import SHORT
from tests.printers.reading import number_on, raster, until
from tests.printers.sample import NUMBER, voucher

IDENT = b"AbcD"
CONFIRMED, NOT_PRINTED, UNKNOWN = Outcome.CONFIRMED, Outcome.NOT_PRINTED, Outcome.UNKNOWN


class Mishap(NamedTuple):
    """What happens to the printer, what ends it, and what it is called."""

    verb: str
    more: dict[str, Any]
    mending: str
    code: str


@pytest.fixture(scope="module")
def job() -> bytes:
    return escpos.sheet(raster().draw(voucher("zh_CN")))


def cut_off(papers: Path) -> list[Path]:
    return sorted(path for path in papers.glob("*.png") if "torn" not in path.name)


def test_without_a_fault_the_paper_is_there_and_confirmed(
    session: PrinterSession, papers: Path, job: bytes
) -> None:
    assert session.print(job, IDENT) == (CONFIRMED, "")
    (paper,) = cut_off(papers)
    assert number_on(paper) == NUMBER


@pytest.mark.parametrize(
    ("verb", "code"),
    [("paper_out", "K-PR-01"), ("open_cover", "K-PR-02"), ("lose_replies", "K-PR-05"), ("off", "K-PR-05")],
)
def test_a_fault_before_the_job_means_that_nothing_was_sent(
    printer: SimulatedPrinter, session: PrinterSession, job: bytes, verb: str, code: str
) -> None:
    printer.do(verb)
    assert session.print(job, IDENT) == (NOT_PRINTED, code)
    for mended in ("on", "find_replies", "refill", "close_cover"):
        state = printer.do(mended)
    assert (state["papers"], state["rows_on_strip"]) == ([], 0)


def test_a_stuck_knife_is_seen_before_the_next_job(
    printer: SimulatedPrinter, session: PrinterSession, papers: Path, job: bytes
) -> None:
    printer.do("jam")
    assert session.print(job, IDENT) == (UNKNOWN, "K-PR-03")
    assert session.print(job, b"AbcE") == (NOT_PRINTED, "K-PR-03")


def test_paper_out_mid_print_is_unknown_and_what_was_left_is_forgotten(
    printer: SimulatedPrinter, session: PrinterSession, papers: Path, job: bytes
) -> None:
    printer.do("paper_out_after", rows=200)
    assert session.print(job, IDENT) == (UNKNOWN, "K-PR-01")
    assert printer.do("refill")["buffered"] == 0
    assert cut_off(papers) == []
    assert session.print(job, b"AbcE") == (CONFIRMED, "")
    (paper,) = cut_off(papers)
    assert number_on(paper) == NUMBER


def test_a_roll_changed_inside_a_voucher_leaves_two_pieces(
    printer: SimulatedPrinter, papers: Path, job: bytes
) -> None:
    """The printer's own state is told at once; the refill comes when it was."""

    class Watching:
        """A line that puts a new roll in as soon as the printer says that the old one ended."""

        def __init__(self, inner: TcpLink) -> None:
            self.write, self.close, self._inner, self.refilled = inner.write, inner.close, inner, False

        def read(self, deadline_s: float) -> bytes:
            arrived = self._inner.read(deadline_s)
            if not self.refilled and printer.do("status")["paper"] == "out":
                self.refilled = True
                printer.do("refill")
            return arrived

    line = Watching(TcpLink.open("127.0.0.1", printer.port))
    printer.do("paper_out_after", rows=200)
    assert PrinterSession(line, RealClock(), SHORT).print(job, IDENT) == (UNKNOWN, "K-PR-01")
    assert line.refilled
    line.close()
    assert number_on(cut_off(papers)[-1]) == NUMBER


@pytest.mark.parametrize(
    "mishap",
    [
        Mishap("paper_out_after", {"rows": 200}, "refill", "K-PR-01"),
        Mishap("jam", {}, "clear_jam", "K-PR-03"),
    ],
)
def test_unknown_is_no_proof_of_failure_the_paper_may_still_come(
    printer: SimulatedPrinter, papers: Path, job: bytes, mishap: Mishap
) -> None:
    """Where the order to forget does not get through, mending finishes the job: a valid voucher appears."""
    line = Losing(TcpLink.open("127.0.0.1", printer.port), lambda data: data == escpos.CLEAR)
    printer.do(mishap.verb, **mishap.more)
    assert PrinterSession(line, RealClock(), SHORT).print(job, IDENT) == (UNKNOWN, mishap.code)
    assert cut_off(papers) == []
    printer.do(mishap.mending)
    until(lambda: bool(cut_off(papers)), "a late voucher")
    line.close()
    assert number_on(cut_off(papers)[-1]) == NUMBER


def test_a_lost_way_back_is_unknown_though_the_paper_came(
    printer: SimulatedPrinter, papers: Path, job: bytes
) -> None:
    def lose(data: bytes) -> bool:
        if data.endswith(escpos.process_id(IDENT)):
            printer.do("lose_replies")
        return False

    line = Losing(TcpLink.open("127.0.0.1", printer.port), lose)
    patience = Patience(answer=0.3, queue=0.4, echo=0.6, mending=0.3, bytes_per_s=1e6)
    assert PrinterSession(line, RealClock(), patience).print(job, IDENT) == (UNKNOWN, "K-PR-05")
    line.close()
    assert number_on(cut_off(papers)[-1]) == NUMBER


def test_power_cut_mid_print_is_unknown(papers: Path, job: bytes) -> None:
    with SimulatedPrinter(papers, rows_per_s=4000) as slow:
        line = TcpLink.open("127.0.0.1", slow.port)

        def cut_power(data: bytes) -> bool:
            if data.endswith(escpos.process_id(IDENT)):
                slow.do("off")
            return False

        session = PrinterSession(Losing(line, cut_power), RealClock(), SHORT)
        assert session.print(job, IDENT) == (UNKNOWN, "K-PR-05")
        line.close()
        slow.do("on")
        assert cut_off(papers) == []


def test_another_jobs_echo_does_not_confirm(printer: SimulatedPrinter, job: bytes) -> None:
    class Renaming(TcpLink):
        """A line on which the job's mark becomes another's."""

        def write(self, data: bytes, deadline_s: float) -> None:
            super().write(data.replace(b"AbcE", IDENT), deadline_s)

    line = Renaming.open("127.0.0.1", printer.port)
    patience = Patience(answer=0.3, queue=0.4, echo=0.5, mending=0.3, bytes_per_s=1e6)
    assert PrinterSession(line, RealClock(), patience).print(job, b"AbcE") == (UNKNOWN, "K-PR-05")
    line.close()


def test_rubbish_from_the_printer_changes_nothing(
    printer: SimulatedPrinter, session: PrinterSession, papers: Path, job: bytes
) -> None:
    printer.do("garbage")
    assert session.trouble() == ""
    printer.do("garbage")
    assert session.print(job, IDENT) == (CONFIRMED, "")
    assert len(cut_off(papers)) == 1


def test_a_nearly_used_roll_is_told(printer: SimulatedPrinter, session: PrinterSession) -> None:
    printer.do("near_end")
    assert session.trouble() == ""
    assert session.near_end


def test_no_printer_at_all_is_a_lost_line(printer: SimulatedPrinter) -> None:
    printer.do("off")
    with pytest.raises(LinkLost):
        TcpLink.open("127.0.0.1", printer.port)


class Losing:
    """A line that loses the writes it is told to lose."""

    def __init__(self, inner: TcpLink, loses: Callable[[bytes], bool]) -> None:
        self._inner, self._loses = inner, loses
        self.read, self.close = inner.read, inner.close

    def write(self, data: bytes, deadline_s: float) -> None:
        if not self._loses(data):
            self._inner.write(data, deadline_s)
