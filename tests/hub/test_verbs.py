"""Head office's verbs as they are typed: over the database, or by the console of a head office that runs."""

import json
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from kiosk.hub.__main__ import main
from kiosk.hub.opening import HeadOfficeRuns, alone
from kiosk.hub.serving import STOP_S
from kiosk.hub.settings import read_settings
from kiosk.hub.tables import members, open_database, pin_routes
from kiosk.ledger.enrolment import read_code
from kiosk.offline.enrolment import enrol

ROOT = Path(__file__).parents[2]
PIN = "135790"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return written(tmp_path)


def written(folder: Path) -> Path:
    """Settings that keep everything in this folder."""
    file = folder / "hub.toml"
    file.write_text(
        f'[listen]\ntls = true\nport = 0\nauthority = "{folder}/authority"\n'
        f'[database]\nurl = "sqlite:///{folder}/hub.db"\ngeneration_file = "{folder}/generation"\n'
        f'[enrolment]\ncard_key_file = "{folder}/card.key"\n'
        "[pin]\nargon2_time = 1\nargon2_kib = 8\n"
    )
    return file


def typed(*words: str | Path, answers: str = "") -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=answers)


def add(config: Path, who: str, role: str) -> None:
    told = typed("staff", "add", "--config", config, who, "--name", who.title(), "--role", role, "--pin", PIN)
    assert told.exit_code == 0, told.output


def test_a_code_is_printed_with_everything_that_is_typed(config: Path, tmp_path: Path) -> None:
    told = typed("code", "--config", config, "--store", "0001", "--kiosk", "03", "--qr")
    assert told.exit_code == 0, told.output
    first, second, third, *drawn = told.output.splitlines()
    assert re.fullmatch(r"(\w{4}-){7}\w{4}", first)
    assert read_code(first) == read_code(second)
    assert "kiosk 03 of store 0001" in third
    assert len(drawn) > 10
    assert (tmp_path / "card.key").stat().st_mode & 0o777 == 0o600
    assert "code 0001/03 from here: done" in typed("audit", "--config", config).output


def test_what_cannot_be_done_is_one_sentence(config: Path) -> None:
    told = typed("code", "--config", config, "--store", "1", "--kiosk", "03")
    assert (told.exit_code, "four digits" in told.output) == (1, True)
    config.write_text(config.read_text().replace("tls = true", "tls = false"))
    assert "over TLS only" in typed("code", "--config", config, "--store", "0001", "--kiosk", "03").output
    assert "There is no setting" in typed("audit", "--config", _spoilt(config)).output


def _spoilt(config: Path) -> Path:
    config.write_text(config.read_text() + "\n[nonsense]\n")
    return config


def test_staff_come_and_go(config: Path) -> None:
    add(config, "anna", "manager")
    add(config, "ben", "technician")
    assert typed("staff", "block", "--config", config, "ben").exit_code == 0
    assert typed("staff", "block", "--config", config, "nobody").exit_code == 1
    listed = typed("staff", "list", "--config", config).output.splitlines()
    assert [line.split() for line in listed] == [
        ["anna", "manager", "Anna"],
        ["ben", "technician", "Ben", "blocked"],
    ]
    audit = typed("audit", "--config", config).output
    assert all(done in audit for done in ("staff-add anna", "staff-add ben", "staff-block ben"))
    assert PIN not in audit


def test_two_people_unlock_a_pin(config: Path, tmp_path: Path) -> None:
    add(config, "anna", "manager")
    add(config, "chen", "cashier")
    engine = open_database(f"sqlite:///{tmp_path}/hub.db")
    with engine.begin() as connection:
        connection.execute(sa.insert(pin_routes).values(member="M1", route="card", wrong=5))
    engine.dispose()
    words = ("unlock", "--config", config, "M1", "--first", "chen", "--second", "anna")
    wrong = typed(*words, answers=f"{PIN}\n000000\n")
    assert (wrong.exit_code, "not-you" in wrong.output) == (1, True)
    done = typed(*words, answers=f"{PIN}\n{PIN}\n")
    assert (done.exit_code, done.output.splitlines()[-1]) == (0, "unlock M1: done")
    assert PIN not in done.output
    assert "chen+anna unlock M1 from here: done" in typed("audit", "--config", config).output


def test_one_process_has_a_sqlite_database_to_itself(config: Path) -> None:
    settings = read_settings(config)
    with alone(settings):
        with pytest.raises(HeadOfficeRuns), alone(settings):
            pass
        told = typed("staff", "list", "--config", config)
        assert (told.exit_code, "stop it first" in told.output) == (1, True)
    with alone(settings):
        pass


@dataclass
class Running:
    """A head office in a process of its own."""

    process: subprocess.Popen[bytes]
    config: Path
    port: int


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("running")
    config, ready = written(folder), folder / "ready"
    add(config, "anna", "manager")
    add(config, "ben", "technician")
    command = [sys.executable, "-m", "kiosk.hub", "--config", str(config), "--ready-file", str(ready)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
    try:
        deadline = time.monotonic() + 60
        while not ready.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.02)
        port = int(ready.read_text())
        config.write_text(config.read_text().replace("port = 0", f"port = {port}"))
        yield Running(process, config, port)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)


def test_a_running_head_office_is_asked_at_its_console(running: Running, tmp_path: Path) -> None:
    words = ("code", "--config", running.config, "--store", "0001", "--kiosk", "03")
    assert "--as STAFF" in typed(*words).output
    assert "not-you" in typed(*words, "--as", "ben", answers="000000\n").output
    told = typed(*words, "--as", "ben", answers=f"{PIN}\n")
    assert told.exit_code == 0, told.output
    code = next(line for line in told.output.splitlines() if re.fullmatch(r"(\w{4}-){7}\w{4}", line))
    place = enrol(f"https://localhost:{running.port}", read_code(code), tmp_path / "kiosk", 10)
    assert place.device == "kiosk-0001-03"
    taken = typed(*words, "--as", "ben", answers=f"{PIN}\n")
    assert (taken.exit_code, "kiosk-number-known" in taken.output) == (1, True)
    words = ("unlock", "--config", running.config, "nobody", "--first", "ben", "--second", "anna")
    refused = typed(*words, answers=f"{PIN}\n{PIN}\n")
    assert (refused.exit_code, "role" in refused.output) == (1, True)


def test_two_head_offices_do_not_share_a_file(running: Running) -> None:
    second = typed("--config", running.config)
    assert (second.exit_code, "in use by a head office" in second.output) == (1, True)


def test_without_a_config_nothing_is_served() -> None:
    told = typed()
    assert (told.exit_code, "--config is missing" in told.output) == (2, True)


def test_a_kiosk_that_stays_connected_does_not_delay_a_stop(running: Running) -> None:
    """The last of these tests: it stops the head office that the others asked."""
    trusted = ssl.create_default_context(cafile=running.config.parent / "authority" / "ca.pem")
    with (
        socket.create_connection(("127.0.0.1", running.port)) as line,
        trusted.wrap_socket(line, server_hostname="localhost") as kiosk,
    ):
        kiosk.sendall(b"GET /v1/health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert kiosk.recv(65536).startswith(b"HTTP/1.1 200")
        running.process.send_signal(signal.SIGTERM)
        assert running.process.wait(4 * STOP_S) == -signal.SIGTERM  # as uvicorn ends


def test_a_person_is_told_what_is_kept_and_forgotten(config: Path, tmp_path: Path) -> None:
    add(config, "anna", "manager")
    engine = open_database(f"sqlite:///{tmp_path}/hub.db")
    with engine.begin() as connection:
        row = {"id": "m-forgotten", "name": "刘*岩", "lifetime": 0, "verifier": ""}
        connection.execute(sa.insert(members).values(**row))
    engine.dispose()
    told = typed("member", "export", "--config", config, "m-forgotten")
    assert json.loads(told.output)["name"] == "刘*岩"
    assert typed("member", "withdraw", "--config", config, "m-forgotten", "news").exit_code == 1
    assert typed("member", "erase", "--config", config, "m-forgotten", answers="n\n").exit_code == 1
    assert typed("member", "erase", "--config", config, "m-forgotten", "--yes").exit_code == 0
    assert json.loads(typed("member", "export", "--config", config, "m-forgotten").output)["name"] == ""
    assert typed("member", "proposals", "--config", config).exit_code == 0
    audit = typed("audit", "--config", config).output
    assert all(f"member-{done} m-forgotten" in audit for done in ("export", "erase"))
