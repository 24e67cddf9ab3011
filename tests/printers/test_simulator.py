"""The simulated printer behaves like a real one: over TCP, through every mishap, whatever bytes come."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kiosk.control import NoAnswer, ask
from kiosk.hardware.simulated.escpos_stream import CAPACITY
from kiosk.hardware.simulated.mechanism import CLEAR, CLEARED, Mechanism
from kiosk.hardware.simulated.printer import SimulatedPrinter
from kiosk.hardware.simulated.printer_orders import VERBS, answered

DEADLINE_S = 10.0
CUT = b"\x1dV\x00"
ASB_ON = b"\x1da\x0f"
WELL = bytes.fromhex("12121212")
ASB_WELL = bytes.fromhex("10000000")


def picture(rows: int, seed: int = 1) -> bytes:
    """Rows of dots that hold no real-time command by chance."""
    return bytes(Random(seed).choices(range(0x20, 0x100), k=72 * rows))


def raster(dots: bytes) -> bytes:
    return b"\x1dv0\x00" + (72).to_bytes(2, "little") + (len(dots) // 72).to_bytes(2, "little") + dots


def process_id(name: bytes) -> bytes:
    return b"\x1d(H\x06\x0000" + name


def echo(name: bytes) -> bytes:
    return b"\x37\x22" + name + b"\0"


def job(dots: bytes, name: bytes = b"0001") -> bytes:
    return b"\x1b@" + raster(dots) + CUT + process_id(name)


STATUS = b"\x10\x04\x01\x10\x04\x02\x10\x04\x03\x10\x04\x04"


def until(true: Callable[[], object], why: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not true():
        assert time.monotonic() < deadline, why
        select.select([], [], [], 0.005)


class Host:
    """The other end of the cable."""

    def __init__(self, port: int) -> None:
        self.line = socket.create_connection(("127.0.0.1", port), DEADLINE_S)

    def send(self, data: bytes) -> None:
        self.line.sendall(data)

    def read(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            more = self.line.recv(count - len(got))
            assert more, f"closed after {got.hex()}"
            got += more
        return got

    def status(self) -> bytes:
        self.send(STATUS)
        return self.read(4)


class Bench:
    def __init__(self, papers: Path) -> None:
        self.papers = papers
        self.printer = SimulatedPrinter(papers)
        self.hosts: list[Host] = []

    def host(self) -> Host:
        self.hosts.append(Host(self.printer.port))
        return self.hosts[-1]

    def fallen(self) -> list[str]:
        return sorted(path.name for path in self.papers.glob("*.png"))

    def dots(self, name: str) -> bytes:
        """What is on a paper, 1 is black."""
        with Image.open(self.papers / name) as paper:
            assert paper.mode == "1"
            assert paper.width == 576
            return bytes(byte ^ 0xFF for byte in paper.tobytes())


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> pytest.TempPathFactory:
    return tmp_path_factory


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "papers")
    with bench.printer:
        yield bench
        for host in bench.hosts:
            host.line.close()


def test_a_job_is_printed_dot_for_dot_and_echoed(bench: Bench) -> None:
    host = bench.host()
    host.send(job(picture(700)))
    assert host.read(7) == echo(b"0001")
    assert bench.fallen() == ["voucher-0001.png"]
    assert bench.dots("voucher-0001.png") == picture(700)


def test_chunks_do_not_matter(bench: Bench) -> None:
    host = bench.host()
    host.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for byte in job(picture(5)):
        host.send(bytes((byte,)))
    assert host.read(7) == echo(b"0001")
    for byte in STATUS:
        host.send(bytes((byte,)))
    assert host.read(4) == WELL
    assert bench.dots("voucher-0001.png") == picture(5)


def test_bands_and_feeds_make_one_paper(bench: Bench) -> None:
    host = bench.host()
    host.send(
        raster(picture(256)) + b"\x1bJ\x20" + raster(picture(10, 2)) + b"\x1dVB\x08" + process_id(b"abcd")
    )
    assert host.read(7) == echo(b"abcd")
    assert bench.dots("voucher-0001.png") == picture(256) + bytes(72 * 32) + picture(10, 2) + bytes(72 * 8)


def test_narrow_wide_and_doubled_pictures(bench: Bench) -> None:
    host = bench.host()
    host.send(b"\x1dv0\x00\x01\x00\x01\x00\x81" + b"\x1dv0\x00\x50\x00\x01\x00" + b"\xff" * 80)
    host.send(b"\x1dv0\x03\x01\x00\x01\x00\x81" + CUT + process_id(b"abcd"))
    assert host.read(7) == echo(b"abcd")
    doubled = b"\xc0\x03".ljust(72, b"\0")
    assert bench.dots("voucher-0001.png") == b"\x81".ljust(72, b"\0") + b"\xff" * 72 + doubled * 2


@pytest.mark.parametrize("form", [b"\x00", b"\x01", b"0", b"1", b"A\x03", b"B\x03", b"a\x03", b"h\x03"])
def test_every_form_of_cut(bench: Bench, form: bytes) -> None:
    host = bench.host()
    host.send(raster(picture(2)) + b"\x1dV" + form + process_id(b"abcd"))
    assert host.read(7) == echo(b"abcd")
    assert bench.dots("voucher-0001.png").startswith(picture(2))


def test_no_picture_of_no_paper(bench: Bench) -> None:
    host = bench.host()
    host.send(b"\x1b@" + CUT + process_id(b"abcd"))
    assert host.read(7) == echo(b"abcd")
    assert bench.fallen() == []


@pytest.mark.parametrize(
    ("verbs", "expected", "automatic"),
    [
        (["status"], "12121212", "10000000"),
        (["near_end"], "1212121e", "10000300"),
        (["paper_out"], "1a32127e", "18000f00"),
        (["open_cover"], "1a161212", "38000000"),
        (["open_cover", "paper_out"], "1a36127e", "38000f00"),
        (["jam"], "12121212", "10000000"),
        (["paper_out", "refill"], "12121212", "10000000"),
    ],
)
def test_status_in_every_state(bench: Bench, verbs: list[str], expected: str, automatic: str) -> None:
    host = bench.host()
    host.send(ASB_ON)
    assert host.read(4) == ASB_WELL
    for verb in verbs:
        assert bench.printer.do(verb)["ok"]
    host.send(STATUS)
    heard = host.read(4 + 4 * (automatic != "10000000" or len(verbs) > 1) + 4 * (len(verbs) > 1))
    assert heard[-4:].hex() == expected
    if automatic != "10000000":
        assert heard[-8:-4].hex() == automatic


def test_paper_out_in_mid_job_then_refilled_prints_the_rest(bench: Bench) -> None:
    host = bench.host()
    host.send(ASB_ON)
    assert host.read(4) == ASB_WELL
    bench.printer.do("paper_out_after", rows=100)
    assert host.read(4).hex() == "10000300"
    host.send(job(picture(300)))
    assert host.read(4).hex() == "18000f00"
    assert host.status().hex() == "1a32127e"
    assert bench.printer.do("status")["rows_on_strip"] == 100
    assert bench.fallen() == []
    assert bench.printer.do("refill")["paper"] == "present"
    assert host.read(11) == ASB_WELL + echo(b"0001")
    assert bench.dots("voucher-0001.png") == picture(300)


def test_a_cover_opened_before_the_job_holds_it_back(bench: Bench) -> None:
    host = bench.host()
    bench.printer.do("open_cover")
    host.send(job(picture(9)))
    assert host.status().hex() == "1a161212"
    assert bench.printer.do("status")["rows_on_strip"] == 0
    bench.printer.do("close_cover")
    assert host.read(7) == echo(b"0001")
    assert bench.dots("voucher-0001.png") == picture(9)


def test_the_cutter_sticks_at_the_cut_and_the_paper_falls_when_freed(bench: Bench) -> None:
    host = bench.host()
    bench.printer.do("jam")
    host.send(job(picture(9)))
    until(lambda: bench.printer.do("status")["cutter"] == "error", "the cut was never tried")
    assert host.status().hex() == "1a521a12"
    assert bench.fallen() == []
    bench.printer.do("clear_jam")
    assert host.read(7) == echo(b"0001")
    assert bench.dots("voucher-0001.png") == picture(9)


def test_clearing_drops_the_job_even_while_nothing_can_be_printed(bench: Bench) -> None:
    host = bench.host()
    bench.printer.do("paper_out")
    host.send(job(picture(300)) + CLEAR)
    assert host.read(3) == CLEARED
    assert bench.printer.do("status")["buffered"] == 0
    bench.printer.do("refill")
    host.send(job(picture(9, 2), b"0002"))
    assert host.read(7) == echo(b"0002")
    assert bench.dots("voucher-0001.png") == picture(9, 2)


def test_clearing_ends_half_a_picture(bench: Bench) -> None:
    host = bench.host()
    host.send(raster(picture(300))[: -72 * 100 - 5])
    for byte in CLEAR:
        host.send(bytes((byte,)))
    assert host.read(3) == CLEARED
    host.send(CUT + process_id(b"0002"))
    assert host.read(7) == echo(b"0002")
    assert bench.dots("voucher-0001.png")[: 72 * 199] == picture(300)[: 72 * 199]


def test_lost_replies_never_come_but_the_paper_does(bench: Bench) -> None:
    host = bench.host()
    bench.printer.do("lose_replies")
    host.send(job(picture(9)) + STATUS)
    until(bench.fallen, "no paper")
    bench.printer.do("find_replies")
    host.send(b"\x1dr\x01")
    assert host.read(1) == b"\0"
    assert bench.dots("voucher-0001.png") == picture(9)


def test_power_cut_in_mid_job(bench: Bench) -> None:
    host = bench.host()
    bench.printer.do("paper_out_after", rows=50)
    host.send(job(picture(300)))
    until(lambda: bench.printer.do("status")["rows_on_strip"] == 50, "not printed")
    bench.printer.do("off")
    with pytest.raises(ConnectionError):
        host.read(1)
    with pytest.raises(ConnectionError):
        bench.host()
    assert bench.fallen() == ["voucher-0001-torn.png"]
    assert bench.dots("voucher-0001-torn.png") == picture(300)[: 72 * 50]
    bench.printer.do("refill")
    bench.printer.do("on")
    again = bench.host()
    assert again.status() == WELL
    again.send(job(picture(4), b"0002"))
    assert again.read(7) == echo(b"0002")
    assert bench.dots("voucher-0002.png") == picture(4)


def test_a_full_buffer_takes_no_more_until_there_is_paper(bench: Bench) -> None:
    host = bench.host()
    bench.printer.do("paper_out")
    host.line.setblocking(False)
    jobs = job(picture(700)) * 3
    sent = host.line.send(jobs)
    until(lambda: bench.printer.do("status")["buffered"] == CAPACITY, "the buffer never filled")
    bench.printer.do("refill")
    host.line.settimeout(DEADLINE_S)
    host.send(jobs[sent:])
    assert host.read(21) == echo(b"0001") * 3
    assert bench.dots("voucher-0003.png") == picture(700)


def test_a_host_that_left_a_full_printer_does_not_keep_the_next_one_out(bench: Bench) -> None:
    bench.printer.do("paper_out")
    first = bench.host()
    first.line.setblocking(False)
    first.line.send(job(picture(700)) * 2)
    until(lambda: bench.printer.do("status")["buffered"] == CAPACITY, "the buffer never filled")
    first.line.close()
    second = bench.host()

    def heard() -> bool:
        bench.printer.do("garbage")
        return bool(select.select([second.line], [], [], 0)[0])

    until(heard, "the second host was never let in")
    assert bench.printer.do("status")["buffered"] == CAPACITY


def test_a_status_command_inside_a_picture_is_answered_and_printed(bench: Bench) -> None:
    host = bench.host()
    dots = picture(1)[:-3] + b"\x10\x04\x01"
    host.send(job(dots))
    assert host.read(8) == b"\x12" + echo(b"0001")
    assert bench.dots("voucher-0001.png") == dots


def test_identity_sensors_and_noise(bench: Bench) -> None:
    host = bench.host()
    host.send(b"\x1dI\x01\x1dI\x43\x1dr\x01\x1dr\x02")
    assert host.read(11) == b"\x20\x5fSIM-80\0\0\0"
    bench.printer.do("garbage")
    assert host.read(8).hex() == "ff80a53722ff00c3"


def test_text_in_latin_and_chinese_is_drawn(bench: Bench) -> None:
    host = bench.host()
    text = "积分 兑换券 Voucher 㐂".encode("gb18030")
    host.send(
        b"\x1b@\x1ba\x01\x1d!\x11"
        b"Hello\n\x1d!\x00\x1c&" + text + b"\n\x1c.\x1bd\x02" + CUT + process_id(b"abcd")
    )
    assert host.read(7) == echo(b"abcd")
    dots = bench.dots("voucher-0001.png")
    assert len(dots) == 72 * (48 + 30 + 60)
    assert any(dots[: 72 * 48])
    assert sum(byte.bit_count() for byte in dots[72 * 48 : 72 * 72]) > 800


def test_what_it_cannot_draw_is_skipped_whole(bench: Bench) -> None:
    host = bench.host()
    qr = b"\x1d(k\x07\x001P0\x0ahi!" + b"\x1dk\x02abc\0" + b"\x1b*\x21\x02\x00" + b"abcdef"
    host.send(qr + b"\x1d8L\x03\x00\x00\x00abc\x1d*\x01\x01abcdefgh\x1bD\x08\x10\x00\x1b\xfe\x1d\xfe" + CUT)
    host.send(process_id(b"abcd"))
    assert host.read(7) == echo(b"abcd")
    assert bench.fallen() == []


@pytest.mark.parametrize("verb", ["explode", "", "paper_out_after"])
def test_unknown_orders_are_refused(bench: Bench, verb: str) -> None:
    answer = bench.printer.do(verb)
    assert answer["ok"] is False
    assert answer["why"]


_WORDS = [
    b"\x1dv0",
    b"\x1d(H\x06\x0000",
    b"\x1b@",
    b"\x1c&",
    b"\x1c.",
    CUT,
    CLEAR,
    STATUS,
    b"\x1dk",
    b"\x1d8L",
    ASB_ON,
]
_NOISE = st.lists(st.one_of(st.binary(max_size=40), st.sampled_from(_WORDS)), max_size=30)
_VERBS = st.sampled_from(sorted(VERBS))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(_NOISE, _VERBS), max_size=5))
def test_no_bytes_and_no_mishaps_kill_it(
    folders: pytest.TempPathFactory, story: list[tuple[list[bytes], str]]
) -> None:
    papers = folders.mktemp("papers")
    printer = Mechanism(papers)
    for noise, verb in story:
        for piece in noise:
            printer.receive(piece)
            printer.work(0.0)
        assert answered(printer, {"do": verb}, 0.0)["ok"]
    for verb in ("on", "refill", "close_cover", "repair_cutter", "clear_jam", "all_well"):
        answered(printer, {"do": verb}, 0.0)
    printer.replies.clear()
    printer.receive(CLEAR + process_id(b"last"))
    while printer.work(0.0) is not None:
        pass
    assert bytes(printer.replies).endswith(echo(b"last"))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400), st.integers(1, 9))
def test_chunks_never_change_the_paper(folders: pytest.TempPathFactory, noise: bytes, size: int) -> None:
    strips = []
    for chunk in (size, 4096):
        printer = Mechanism(folders.mktemp("papers"))
        for at in range(0, len(noise), chunk):
            printer.receive(noise[at : at + chunk])
            printer.work(0.0)
        strips.append((printer.roll.rows, printer.buffered, bytes(printer.replies)))
    assert strips[0] == strips[1]


@settings(max_examples=20, deadline=None)
@given(st.binary(max_size=3000))
def test_random_bytes_over_the_cable(folders: pytest.TempPathFactory, noise: bytes) -> None:
    with SimulatedPrinter(folders.mktemp("papers")) as printer:
        host = Host(printer.port)
        host.send(noise + CLEAR + b"\x1b@" + process_id(b"last"))
        heard = b""
        while not heard.endswith(echo(b"last")):
            heard += host.read(1)
        host.line.close()


def test_the_process_tells_its_port_obeys_and_ends_cleanly(tmp_path: Path) -> None:
    ready, control, papers = tmp_path / "ready", tmp_path / "c.sock", tmp_path / "papers"
    process = subprocess.Popen(
        [sys.executable, "-m", "kiosk.hardware.simulated.printer", "--port", "0", "--papers", str(papers),
         "--control", str(control), "--ready-file", str(ready), "--rows-per-s", "2000"],
    )  # fmt: skip
    try:
        until(ready.exists, "never ready")
        host = Host(int(ready.read_text()))
        assert ask(control, {"do": "status"})["paper"] == "present"
        assert (os.stat(control).st_mode & 0o777) == 0o600
        with pytest.raises(NoAnswer, match="explode"):
            ask(control, {"do": "explode"})
        began = time.monotonic()
        host.send(job(picture(400)))
        assert host.read(7) == echo(b"0001")
        assert time.monotonic() - began > 0.1
        assert [path.name for path in papers.iterdir()] == ["voucher-0001.png"]
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(control))
            line.sendall(b"nonsense\n[]\n")
            with line.makefile() as answers:
                assert [json.loads(answers.readline())["ok"] for _ in range(2)] == [False, False]
        host.line.close()
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == 0
    assert not control.exists()
