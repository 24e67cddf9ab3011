"""Whoever ends, nobody is left behind."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from kiosk.demo.crew import Asked, Crew, PartFailed
from kiosk.demo.places import PathTooLong, Places, fresh

SLEEPER = (
    "import pathlib, sys, time; p = pathlib.Path(sys.argv[1]);"
    " p.with_suffix('.part').write_text('7'); p.with_suffix('.part').replace(p); time.sleep(60)"
)

FOREMAN = f"""
import os, sys, pathlib, time
from kiosk.demo.crew import Crew
from kiosk.demo.places import Places
places = Places(pathlib.Path(sys.argv[1])); places.lay_out()
crew = Crew(places, lambda: False)
for who in ("one", "two", "three"):
    crew.start(who, "-c", {SLEEPER!r}, str(places.ready(who)))
    crew.wait_ready(who, 20)
print(*(part.pid for part in crew._parts.values()), flush=True)
time.sleep(60)
"""


def _until(condition: Callable[[], bool], patience: float = 15) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.01)


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


@pytest.fixture
def crew(tmp_path: Path) -> Crew:
    places = Places(tmp_path / "s")
    places.lay_out()
    return Crew(places, lambda: False)


def test_killed_foreman_leaves_nobody_behind(tmp_path: Path) -> None:
    foreman = subprocess.Popen(
        [sys.executable, "-c", FOREMAN, tmp_path / "s"], stdout=subprocess.PIPE, text=True
    )
    assert foreman.stdout
    pids = [int(pid) for pid in foreman.stdout.readline().split()]
    assert len(pids) == 3
    assert not any(_gone(pid) for pid in pids)
    os.kill(foreman.pid, signal.SIGKILL)
    foreman.wait()
    foreman.stdout.close()
    _until(lambda: all(_gone(pid) for pid in pids))


def test_end_takes_grandchildren_and_the_stubborn(crew: Crew) -> None:
    stubborn = (
        "import pathlib, signal, subprocess, sys; signal.signal(15, signal.SIG_IGN);"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
        "p = pathlib.Path(sys.argv[1]); q = p.with_suffix('.part');"
        "q.write_text(str(child.pid)); q.replace(p);"
        "signal.pause()"
    )
    crew.grace = 0.3
    crew.start("stubborn", "-c", stubborn, str(crew.places.ready("stubborn")))
    grandchild = int(crew.wait_ready("stubborn", 20))
    crew.end()
    _until(lambda: _gone(grandchild))


def test_a_part_that_ends_is_told_with_its_last_words(crew: Crew) -> None:
    crew.start("hub", "-c", "import sys; print('out of paint'); sys.exit(4)")
    with pytest.raises(PartFailed, match=r"hub ended by itself \(exit 4\)[^$]*out of paint"):
        crew.wait_ready("hub", 20)
    crew.end()


def test_a_part_that_is_never_ready_is_told(crew: Crew) -> None:
    crew.start("hub", "-c", "import time; time.sleep(60)")
    with pytest.raises(PartFailed, match="was not ready after 0 s"):
        crew.wait_ready("hub", 0.1)
    crew.end()


def test_asked_to_end_while_waiting(tmp_path: Path) -> None:
    places = Places(tmp_path)
    with pytest.raises(Asked):
        Crew(places, lambda: True).wait(lambda: False, 20, "hub")


def test_folders_are_private_and_not_too_deep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory() as near:
        monkeypatch.setenv("XDG_RUNTIME_DIR", near)
        places = fresh()
        places.lay_out()
        assert places.root.parent == Path(near)
        _are_private(places)
    with pytest.raises(PathTooLong):
        Places(tmp_path / ("x" * 90)).lay_out()


def _are_private(places: Places) -> None:
    assert all(
        folder.stat().st_mode & 0o777 == 0o700 for folder in (places.root, places.kiosk, places.papers)
    )
