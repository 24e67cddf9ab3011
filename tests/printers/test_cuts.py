"""A sample of the power cuts and lost answers that `tests.printers.cuts` tries everywhere."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.hardware.simulated.printer import SimulatedPrinter
from tests.printers.cuts import (
    ANSWERED,
    BEFORE,
    Cut,
    Trial,
    around_commands,
    commands,
    everywhere,
    native_job,
    picture_job,
    tried,
)


@pytest.mark.parametrize(
    ("make", "places"), [(native_job, everywhere), (picture_job, lambda job: around_commands(job, 7))]
)
def test_no_cut_makes_the_kiosk_say_what_is_not_so(
    papers: Path, make: Callable[[], bytes], places: Callable[[bytes], list[Cut]]
) -> None:
    job = make()
    cuts = places(job)
    sample = cuts[:: len(cuts) // 30]
    assert {cut.kind for cut in sample} == {"off_after_bytes", "lose_replies_after"}
    assert [verdict for verdict in tried(job, sample, papers) if verdict] == []


def test_every_command_is_found() -> None:
    job = picture_job()
    ends = list(commands(job))
    assert ends == sorted(set(ends))
    assert ends[-1] == len(job)


def test_a_printer_that_lies_is_found_out_here(papers: Path) -> None:
    """The check itself can fail."""
    with SimulatedPrinter(papers) as printer:
        job = native_job()
        trial = Trial(printer, papers, job)
        printer.do("print_nothing")
        assert trial.broken(Cut("off_after_bytes", BEFORE + len(job) + ANSWERED + 1000))
