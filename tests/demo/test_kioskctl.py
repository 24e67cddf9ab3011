"""The front door: what it asks for, what it says when something is missing, and that it parses anywhere."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOBODY = 65534


def _door(tmp_path: Path) -> Path:
    """A checkout of nothing but the front door, where anybody may write."""
    tmp_path.chmod(0o755)
    for above in tmp_path.parents:
        if above == Path(tempfile.gettempdir()):
            break
        above.chmod(above.stat().st_mode | 0o055)
    house = tmp_path / "checkout"
    house.mkdir()
    shutil.copy(ROOT / "kioskctl", house / "kioskctl")
    house.chmod(0o777)
    return house / "kioskctl"


def _tool(folder: Path, name: str, script: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(f"#!/bin/sh\n{script}\n")
    (folder / name).chmod(0o755)


def _run(door: Path, tools: Path, *words: str, user: int | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [door, *words],
        env={"PATH": f"{tools}:/usr/bin:/bin", "HOME": str(door.parent)},
        capture_output=True,
        text=True,
        timeout=30,
        user=user,
        check=False,
    )


def test_missing_packages_are_named_in_one_line_for_who_is_not_root(tmp_path: Path) -> None:
    door, tools = _door(tmp_path), tmp_path / "bin"
    _tool(tools, "dpkg-query", "echo installed gcc; echo installed pcscd; echo config-files libgl1; exit 1")
    said = _run(door, tools, "demo", user=NOBODY if os.getuid() == 0 else None)
    assert said.returncode == 3
    assert said.stdout.splitlines()[-1] == (
        "sudo apt-get install -y python3-venv python3-dev libpcsclite-dev vsmartcard-vpcd"
        " libgl1 libegl1 libgl1-mesa-dri libmtdev1 fonts-noto-cjk"
        " librime1 librime-data rime-data-luna-pinyin rime-data-stroke"
    )
    assert said.stdout.startswith("[1/5] ")


@pytest.mark.skipif(os.getuid() != 0, reason="only root installs packages")
def test_root_installs_what_is_missing_and_nothing_else(tmp_path: Path) -> None:
    door, tools = _door(tmp_path), tmp_path / "bin"
    asked = tmp_path / "asked"
    _tool(tools, "dpkg-query", 'shift 2; for p in "$@"; do [ $p = pcscd ] || echo "installed $p"; done')
    record = f'echo "$DEBIAN_FRONTEND: $*" >> {asked}'
    _tool(tools, "apt-get", f'{record}; [ "$3" = update ] || {{ echo broken pool; exit 100; }}')
    said = _run(door, tools, "demo")
    assert asked.read_text().splitlines() == [
        "noninteractive: -o DPkg::Lock::Timeout=120 update",
        "noninteractive: -o DPkg::Lock::Timeout=120 install -y --no-install-recommends pcscd",
    ]
    assert said.returncode == 1
    assert "broken pool" in said.stderr
    assert said.stderr.splitlines()[-1] == "Try by hand: apt-get update && apt-get install -y pcscd"


ALL_THERE = 'shift 2; for p in "$@"; do echo "installed $p"; done'


def test_no_python_that_fits(tmp_path: Path) -> None:
    door, tools = _door(tmp_path), tmp_path / "bin"
    _tool(tools, "dpkg-query", ALL_THERE)
    for name in ("python3.11", "python3.12", "python3.13", "python3"):
        _tool(tools, name, "echo Python 3.9.2; exit 1")
    door.write_text(door.read_text().replace("python3 /usr/bin/python3;", "python3;"))
    said = _run(door, tools, "test")
    assert said.returncode == 1
    assert "step 2/5 (Python) failed" in said.stderr
    assert "python3 says: Python 3.9.2" in said.stderr


def test_a_failed_step_shows_the_end_of_its_log_and_what_to_do(tmp_path: Path) -> None:
    door, tools = _door(tmp_path), tmp_path / "bin"
    _tool(tools, "dpkg-query", ALL_THERE)
    _tool(tools, "python3.11", "exit 0")
    _tool(
        tools, "uv", '[ "$1" != --version ] || { echo uv 0.9.1; exit; }; seq 1 40; echo no route >&2; exit 2'
    )
    said = _run(door, tools, "demo")
    assert said.returncode == 1
    assert [f"[{number}/5]" for number in range(1, 5)] == [
        line.split()[0] for line in said.stdout.splitlines()
    ][:4]
    assert "step 4/5 (Python packages) failed" in said.stderr
    told = said.stderr.splitlines()
    assert told[-3].strip() == "no route"
    assert len([line for line in told if line.startswith("    ")]) == 15
    assert "rm -rf" in told[-1]


def test_an_old_uv_is_passed_over(tmp_path: Path) -> None:
    door, tools = _door(tmp_path), tmp_path / "bin"
    _tool(tools, "dpkg-query", ALL_THERE)
    _tool(tools, "python3.11", '[ "$1" = -c ] || { echo venv asked; exit 1; }')
    _tool(tools, "uv", "echo uv 0.4.30")
    said = _run(door, tools, "demo")
    assert "step 3/5 (uv) failed" in said.stderr
    assert "venv asked" in said.stderr


@pytest.mark.parametrize("words", [("claim", "1", "2"), ("run", "x.toml")])
def test_nothing_installed_is_said(tmp_path: Path, words: tuple[str, ...]) -> None:
    said = _run(_door(tmp_path), tmp_path / "bin", *words)
    assert said.returncode == 1
    assert "nothing is installed here yet" in said.stderr


def test_run_looks_at_the_settings_first(tmp_path: Path) -> None:
    bad = tmp_path / "kiosk.toml"
    bad.write_text('[device]\nid = "K 1"\n')
    said = subprocess.run(
        [ROOT / "kioskctl", "run", bad], capture_output=True, text=True, timeout=30, check=False
    )
    assert said.returncode == 2
    assert f"{bad}, line 2: device.id:" in said.stderr
    assert "hub.url: is missing" in said.stderr
    fine = subprocess.run(
        [ROOT / "kioskctl", "run", ROOT / "config/kiosk.toml", "--check"], timeout=30, check=False
    )
    assert fine.returncode == 0
