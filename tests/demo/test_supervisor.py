"""A whole demo, with every real part: it opens, and nobody is left behind however it ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kiosk.hardware.simulated import pcscd

pytestmark = [
    pytest.mark.window,
    pytest.mark.pcscd,
    pytest.mark.skipif(bool(pcscd.missing()), reason=pcscd.missing() or "all is there"),
]

PARTS = (
    "kiosk.hub",
    "simulated.pcscd",
    "simulated.printer",
    "demo.relay",
    "demo.bench",
    "pcscd --foreground",
    "virtual_cards",
)
PATIENCE = 60.0


def _those_of(state: Path) -> dict[int, str]:
    """Living processes whose command line names this demo's folder."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue
            if str(state) in words:
                found[int(entry.name)] = words
    return found


def _until(condition: Callable[[], bool], patience: float) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.02)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    state = tmp_path / "s"
    words = [
        sys.executable,
        "-u",
        "-m",
        "kiosk.demo.supervisor",
        "--offscreen",
        "--stay",
        "--state",
        str(state),
    ]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as supervisor:
        try:
            assert supervisor.stdout
            said = ""
            while "bench" not in said:
                line = supervisor.stdout.readline()
                assert line, f"it never opened: {said}"
                said += line
            yield supervisor, state
        finally:
            supervisor.kill()
            _until(lambda: not _those_of(state), 15)


ENDINGS = (signal.SIGINT, signal.SIGKILL) if os.environ.get("KIOSK_EVERY_ENDING") else (signal.SIGINT,)


@pytest.mark.parametrize("number", ENDINGS)
def test_nobody_is_left_when_the_supervisor_ends(
    shop: tuple[subprocess.Popen[str], Path], number: signal.Signals
) -> None:
    supervisor, state = shop
    running = _those_of(state).values()
    for part in PARTS:
        assert any(part in words for words in running), f"{part} does not run"
    supervisor.send_signal(number)
    assert supervisor.wait(30) == (-9 if number == signal.SIGKILL else 0)
    _until(lambda: not _those_of(state), 15)


def test_a_part_that_is_killed_ends_the_demo(shop: tuple[subprocess.Popen[str], Path]) -> None:
    supervisor, state = shop
    victim = next(pid for pid, words in _those_of(state).items() if "demo.relay" in words)
    os.kill(victim, signal.SIGKILL)
    assert supervisor.wait(30) == 1
    assert supervisor.stdout
    assert "network ended by itself (killed by SIGKILL)" in supervisor.stdout.read()
    _until(lambda: not _those_of(state), 15)
