"""The service file is what systemd understands, and shuts what a kiosk does not need."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from kiosk.notify import tell, watchdog_interval

UNIT = Path(__file__).parents[2] / "systemd" / "kiosk.service"
EXPOSURE_MAX = "20"
"""Tenths: 2.0, less than 2.1 that a unit with display and touch was brought to; a bare one has 9.6."""


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")
def test_unit_is_understood_and_hardened(tmp_path: Path) -> None:
    unit = tmp_path / UNIT.name
    text = UNIT.read_text()
    unit.write_text(text.replace("/opt/kiosk/current/bin/python", "/bin/true"))
    verified = subprocess.run(
        ["systemd-analyze", "verify", "--recursive-errors=no", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert verified.returncode == 0, verified.stderr
    assert "Unknown" not in verified.stderr
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", f"--threshold={EXPOSURE_MAX}", "--no-pager", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout[-400:]
    for line in ("Type=notify", "WatchdogSec=", "User=kiosk", "SupplementaryGroups=video render input"):
        assert line in text


def test_the_service_manager_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    assert tell("READY=1") is False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "n"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "n"))
        assert tell("READY=1") is True
        assert manager.recv(100) == b"READY=1"
    monkeypatch.setenv("NOTIFY_SOCKET", "@kiosk-test-nobody-there")
    assert tell("WATCHDOG=1") is False


def test_watchdog_pings_three_times_as_often_as_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    assert watchdog_interval() == 0.0
    monkeypatch.setenv("WATCHDOG_USEC", "30000000")
    monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
    assert watchdog_interval() == 10.0
    monkeypatch.setenv("WATCHDOG_PID", "1")
    assert watchdog_interval() == 0.0
