"""What a kiosk costs: first frame, memory, idle CPU, against the same page in bare Kivy, in one run.

`uv run python -m benchmarks.appliance [--rounds 5] [--idle 20]` prints the rows of docs/figures.md.
"""

import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.demo import opening
from kiosk.offline.identity import load_or_create
from kiosk.offline.pictures import sign_pictures
from kiosk.screens.faces import ensure_faces

ROOT = Path(__file__).parents[1]
ART = ROOT / "kiosk/screens/art/png"
PICTURES, PICTURE_S = ("attract", "notice_gift", "notice_clock", "voucher_scene"), 6
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Start:
    """Seconds of wall and CPU until the first frame, MiB of PSS then, CPU share while idle."""

    wall: float
    cpu: float
    pss: float
    idle: float


def cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def pss_of(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def drawn(told: socket.socket) -> bool:
    """Whether the kiosk has told its service manager that the invitation is on the glass."""
    try:
        return told.recv(4096).startswith(b"STATUS=the invitation")
    except BlockingIOError:
        return False


def pack_of(folder: Path) -> str:
    """Settings of a signed pack: four of the shipped scenes, each for as short as a pack may say."""
    key = Ed25519PrivateKey.generate()
    folder.mkdir()
    for name in PICTURES:
        for tall in ("", "_tall"):
            shutil.copy(ART / f"{name}{tall}.png", folder / f"{name.replace('_', '-')}{tall}.png")
    sign_pictures(folder, key, PICTURE_S)
    return f'pictures = "{folder}"\npictures_key = "{key.public_key().public_bytes_raw().hex()}"'


@contextmanager
def kiosk(folder: Path, pictures: str = "") -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """A real `kiosk run` without hub, reader and printer; yields it at its first frame."""
    config, notices = folder / "kiosk.toml", folder / "notify.sock"
    config.write_text(
        f"""
[device]
id = "bench-kiosk-03"
store = "0001"
kiosk = "03"
[hub]
url = "http://127.0.0.1:9"
[reader]
kind = "disabled"
[printer]
kind = "disabled"
[screen]
fullscreen = false
offscreen = true
{pictures}
[state]
dir = "{folder / "state"}"
"""
    )
    with opening.first_frame(notices) as told:
        began = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "kiosk.appliance", str(config)],
            cwd=ROOT, env={**os.environ, "NOTIFY_SOCKET": str(notices)}, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            while not drawn(told):
                assert process.poll() is None, "the kiosk ended"
                time.sleep(0.001)
            yield process, time.perf_counter() - began
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=20)


@contextmanager
def bare(folder: Path, faces: Path) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """The same page in bare Kivy."""
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "benchmarks/bare_kivy.py"), str(folder), str(faces)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    assert process.stdout
    try:
        assert process.stdout.readline() == b"READY\n", "bare Kivy ended"
        yield process, time.perf_counter() - began
    finally:
        process.kill()
        process.wait()


def measured(pid: int, wall: float, idle_s: float) -> Start:
    cpu = cpu_of(pid)
    time.sleep(1.0)  # let the first second's leftovers settle before watching idleness
    before, pss = cpu_of(pid), pss_of(pid)
    time.sleep(idle_s)
    return Start(wall, cpu, pss, (cpu_of(pid) - before) / idle_s)


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--idle", type=float, default=20.0)
    asked = parser.parse_args()
    ours: list[Start] = []
    theirs: list[Start] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        ensure_faces(folder / "state" / "faces")
        (folder / "home").mkdir()
        load_or_create(folder / "state" / "identity", os.urandom(32))  # a kiosk of a demo counts as enrolled
        for turn in range(asked.rounds + 1):
            idle = asked.idle if turn == asked.rounds else 0.1
            with bare(folder / "home", folder / "state" / "faces") as (process, wall):
                theirs.append(measured(process.pid, wall, idle))
            with kiosk(folder) as (process, wall):
                ours.append(measured(process.pid, wall, idle))
        with kiosk(folder, pack_of(folder / "pack")) as (process, wall):
            turning = measured(process.pid, wall, max(asked.idle, 2 * PICTURE_S))
    # the first round warms the disk caches of both
    for name, unit in (("wall", "s"), ("cpu", "s"), ("pss", "MiB")):
        we, they = (statistics.median(getattr(one, name) for one in side[1:]) for side in (ours, theirs))
        print(f"| first frame: {name} | {they:.2f} {unit} | {we:.2f} {unit} | {we / they:.2f} |")
    print(f"| idle CPU on the invitation | {theirs[-1].idle:.1%} | {ours[-1].idle:.1%} | – |")
    print(f"| the same, a picture of a pack every {PICTURE_S} s | – | {turning.idle:.1%} | – |")


if __name__ == "__main__":
    main()
