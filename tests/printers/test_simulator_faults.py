"""What can go wrong with the simulated printer's line, power, head and sensors reaches its host, and ends."""

import contextlib
import re
import time
from pathlib import Path

import pytest

from kiosk.hardware.simulated.printer_faults import NOISE, REPLIES_MAX, ReplyPath
from kiosk.hardware.simulated.printer_models import MODELS
from kiosk.hardware.simulated.printer_orders import MEASURES, VERBS
from tests.printers import test_simulator as plain
from tests.printers.test_simulator import ASB_ON, ASB_WELL, CUT, Bench, echo, job, picture, process_id, until

bench = plain.bench


def test_power_goes_at_the_byte_it_was_told(bench: Bench) -> None:
    host = bench.host()
    whole = job(picture(300))
    bench.printer.do("off_after_bytes", bytes=2 + 8 + 72 * 100)
    with contextlib.suppress(ConnectionError):  # it may go while the rest is still on its way
        host.send(whole)
    until(bench.fallen, "no torn paper")
    assert bench.dots("voucher-0001-torn.png") == picture(300)[: 72 * 100]
    assert bench.printer.do("status")["power"] == "off"
    bench.printer.do("on")
    bench.host().send(job(picture(4)))
    until(lambda: "voucher-0002.png" in bench.fallen(), "it does not print after the power is back")


def test_the_way_back_is_lost_in_the_middle_of_an_answer(bench: Bench) -> None:
    host = bench.host()
    bench.printer.do("lose_replies_after", bytes=3)
    host.send(job(picture(4)))
    assert host.read(3) == echo(b"0001")[:3]
    assert bench.printer.do("status")["replies"] == "lost"
    bench.printer.do("find_replies")
    assert host.status() == plain.WELL


@pytest.mark.parametrize(
    ("verb", "expected"),
    [
        ("noise_before", NOISE + echo(b"0001")),
        ("noise_inside", echo(b"0001")[:1] + NOISE + echo(b"0001")[1:]),
        ("noise_after", echo(b"0001") + NOISE),
        ("split_replies", echo(b"0001")),
        ("merge_replies", echo(b"0001")),
    ],
)
def test_an_answer_comes_as_the_line_lets_it(bench: Bench, verb: str, expected: bytes) -> None:
    host = bench.host()
    bench.printer.do(verb)
    host.send(job(picture(4)))
    assert host.read(len(expected)) == expected
    bench.printer.do("all_well")
    host.send(job(picture(4), b"0002"))
    assert host.read(7) == echo(b"0002")


def test_late_answers_come_late_and_whole(bench: Bench) -> None:
    host = bench.host()
    bench.printer.do("late_replies", milliseconds=150)
    began = time.monotonic()
    host.send(job(picture(4)))
    assert host.read(7) == echo(b"0001")
    assert time.monotonic() - began >= 0.15


def test_merged_answers_leave_together() -> None:
    path = ReplyPath()
    path.merged = True
    path.put(b"a")
    wait = path.release(0.0)
    path.put(b"b")
    assert wait is not None
    assert path.release(wait / 2) == wait / 2
    assert path.fetch() == b""
    assert path.release(wait) is None
    assert path.fetch() == b"ab"


def test_answers_nobody_fetches_are_bounded() -> None:
    for late in (0.0, 9.0):
        path = ReplyPath()
        path.late_s, path.noise = late, "before"
        for _ in range(REPLIES_MAX):
            path.put(b"x")
        path.release(0.0)
        path.release(late)
        assert REPLIES_MAX <= len(path.ready) <= REPLIES_MAX + len(NOISE)


def test_a_slow_line_takes_its_time(bench: Bench) -> None:
    host = bench.host()
    whole = job(picture(50))
    rate = len(whole) * 4
    bench.printer.do("line_speed", bytes_per_s=rate)
    began = time.monotonic()
    host.send(whole)
    assert host.read(7) == echo(b"0001")
    assert time.monotonic() - began >= 0.9 * (len(whole) - rate // 50) / rate
    assert bench.dots("voucher-0001.png") == picture(50)


@pytest.mark.parametrize(
    ("verbs", "expected", "automatic"),
    [
        (("offline", "online"), "1a121212", "18000000"),
        (("overheat", "cool_down"), "1a525212", "18400000"),
    ],
)
def test_it_rests_says_why_and_goes_on_with_the_job(
    bench: Bench, verbs: tuple[str, str], expected: str, automatic: str
) -> None:
    host = bench.host()
    host.send(ASB_ON)
    assert host.read(4) == ASB_WELL
    bench.printer.do(verbs[0])
    assert host.read(4).hex() == automatic
    host.send(job(picture(4)))
    assert host.status().hex() == expected
    assert bench.fallen() == []
    bench.printer.do(verbs[1])
    assert host.read(11) == ASB_WELL + echo(b"0001")
    assert bench.dots("voucher-0001.png") == picture(4)


def test_a_broken_cutter_is_not_freed_by_hand(bench: Bench) -> None:
    host = bench.host()
    bench.printer.do("break_cutter")
    host.send(job(picture(4)))
    until(lambda: bench.printer.do("status")["cutter"] == "error", "the cut was never tried")
    assert bench.printer.do("clear_jam")["cutter"] == "error"
    assert host.status().hex() == "1a523a12"
    bench.printer.do("repair_cutter")
    bench.printer.do("clear_jam")
    assert host.read(7) == echo(b"0001")


def test_a_refill_may_cost_the_job(bench: Bench) -> None:
    host = bench.host()
    bench.printer.do("paper_out_after", rows=100)
    host.send(job(picture(300)))
    # The whole rest of the job has arrived: what came after it was forgotten would still be printed.
    rest = 200 * 72 + len(CUT + process_id(b"0001"))
    until(lambda: bench.printer.do("status")["buffered"] == rest, "not printed")
    told = bench.printer.do("refill_and_forget")
    assert (told["rows_waiting"], told["buffered"]) == (0, 0)
    assert bench.fallen() == ["voucher-0001-torn.png"]
    host.send(job(picture(4), b"0002"))
    assert host.read(7) == echo(b"0002")


def test_a_second_host_is_refused_and_let_in_when_the_first_has_left(bench: Bench) -> None:
    bench.printer.do("refuse_second")
    first = bench.host()
    assert first.status() == plain.WELL
    with pytest.raises(ConnectionError):
        bench.host().status()
    first.line.close()

    def let_in() -> bool:
        try:
            return bench.host().status() == plain.WELL
        except (ConnectionError, AssertionError):
            return False

    until(let_in, "nobody is let in any more")


def test_a_small_buffer_fills_sooner(bench: Bench) -> None:
    host = bench.host()
    size = MEASURES["buffer"].least
    bench.printer.do("buffer", bytes=size)
    bench.printer.do("paper_out")
    host.send(job(picture(100)))
    until(lambda: bench.printer.do("status")["buffered"] == size, "it never filled")
    bench.printer.do("refill")
    assert host.read(7) == echo(b"0001")


def test_a_liar_echoes_what_it_never_printed(bench: Bench) -> None:
    host = bench.host()
    bench.printer.do("print_nothing")
    host.send(job(picture(4)))
    assert host.read(7) == echo(b"0001")
    assert host.status() == plain.WELL
    assert bench.fallen() == []
    bench.printer.do("all_well")
    bench.printer.do("stick_sensor")
    bench.printer.do("paper_out")
    host.send(job(picture(4), b"0002"))
    assert host.read(7) == echo(b"0002")
    assert host.status() == plain.WELL
    assert bench.fallen() == []


@pytest.mark.parametrize("verb", sorted(MEASURES))
def test_a_number_out_of_bounds_changes_nothing(bench: Bench, verb: str) -> None:
    before = bench.printer.do("status")
    measure = MEASURES[verb]
    for number in (measure.least - 1, measure.most + 1, True, "9", None):
        assert bench.printer.do(verb, **{measure.name: number})["ok"] is False
    assert bench.printer.do("status") == before


def named(heading: str, *columns: int) -> set[str]:
    """What the tables under a heading of the page name in these columns."""
    page = (Path(__file__).parents[2] / "docs" / "simulators.md").read_text("utf-8")
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.split("|") for line in section.splitlines() if line.startswith("| `")]
    return {name for row in rows for at in columns for name in re.findall(r"(?<!\()`([a-z_0-9]+)`", row[at])}


def test_the_docs_name_every_verb_and_model_and_no_other() -> None:
    assert named("Verbs", 1, 3) == set(VERBS) | set(MEASURES)
    assert named("Models", 1) == set(MODELS)
