"""Real processes: kiosks, head office, PostgreSQL. Each can be killed at any moment and started again."""

import contextlib
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import requests

from kiosk.hub.settings import Database, Enrolment, Grants, HubSettings, Listen, Pin
from tests import postgres as pg

ROOT = Path(__file__).parents[2]
START_S = 60.0
DRAIN_S = 90.0


class Died(AssertionError):
    """A process ended by itself, or did not do its work in time."""


@dataclass
class Actor:
    """One process of the play; its words go to a file, in whole lines."""

    name: str
    command: list[str]
    folder: Path
    cwd: Path = ROOT
    process: subprocess.Popen[bytes] | None = None
    good_ends: tuple[int, ...] = (0,)

    def start(self) -> None:
        """Begin, or begin again."""
        with self.said.open("ab") as out, (self.folder / f"{self.name}.err").open("ab") as errors:
            # It dies with us, even by kill -9: nobody should find yesterday's kiosks trading.
            command = ["setpriv", "--pdeathsig", "KILL", *self.command]
            self.process = subprocess.Popen(
                command, cwd=self.cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=errors
            )

    def kill(self) -> None:
        """Without a word of warning."""
        assert self.process is not None
        if self.process.poll() is not None:
            raise Died(
                f"{self.name} ended with {self.process.returncode} before it was killed: {self.tail()}"
            )
        self.process.kill()
        self.process.wait()

    def end(self, seconds: float = DRAIN_S, how: signal.Signals | None = signal.SIGTERM) -> None:
        """Ask it to end (None: it was asked already), and see that it does so well."""
        assert self.process is not None
        if how is not None:
            self.process.send_signal(how)
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired as slow:
            raise Died(f"{self.name} did not end within {seconds} s: {self.tail()}") from slow
        if code not in self.good_ends:
            raise Died(f"{self.name} ended with {code}: {self.tail()}")

    def has_said(self, word: str) -> None:
        """Until it said it."""
        deadline = time.monotonic() + START_S
        while word not in self.said.read_text():
            if time.monotonic() > deadline:
                raise Died(f"{self.name} does not say {word}: {self.tail()}")
            time.sleep(0.05)

    def serves(self) -> None:
        """Until its last start has come so far that it can be asked to end."""
        assert self.process is not None
        self.has_said(f"serving {self.process.pid}\n")

    @property
    def said(self) -> Path:
        """Where its output is."""
        return self.folder / f"{self.name}.out"

    def tail(self) -> str:
        """The last it complained about."""
        errors = (self.folder / f"{self.name}.err").read_text(errors="replace")
        return f"{self.said.read_text(errors='replace')[-300:]}\n{errors[-3000:]}"


@dataclass
class Office(Actor):
    """Head office at a fixed port. uvicorn tells its signal on when all is put away."""

    port: int = 0
    good_ends: tuple[int, ...] = (0, -signal.SIGTERM)

    def ready(self) -> None:
        """Until it answers; it is started again while its database is not up yet."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                self.start()
            with contextlib.suppress(requests.RequestException), requests.Session() as session:
                session.trust_env = False
                if session.get(f"http://127.0.0.1:{self.port}/v1/health", timeout=2).ok:
                    return
            time.sleep(0.1)
        raise Died(f"head office does not answer: {self.tail()}")


@dataclass
class Postgres(Actor):
    """A cluster of our own whose postmaster can be killed."""

    environment: dict[str, str] = field(default_factory=dict)

    def ready(self) -> None:
        """Until it answers; after a kill its old children may have to leave first."""
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            assert self.process is not None
            if self.process.poll() is not None:
                self.start()
            with contextlib.suppress(Exception):
                pg._connected(self.cwd).close()
                return
            time.sleep(0.05)
        raise Died(f"PostgreSQL does not answer: {self.tail()}")


@contextmanager
def postgres(folder: Path) -> Iterator[tuple[Postgres, str]]:
    """A running cluster and the address of an empty database in it."""
    place = pg.binaries()
    assert place is not None, pg.missing()
    home = Path(tempfile.mkdtemp(prefix="chaos-pg-", dir="/tmp"))  # a socket's path has 107 bytes at most
    person = pg._unprivileged(home)
    pg._initialise(place, home, person)
    settings = [f"-c{setting}" for setting in (*pg.SETTINGS, f"unix_socket_directories={home}")]
    # Once more here: whoever changes its user outlives its parent again.
    command = [*person, "--pdeathsig", "INT", str(place / "postgres"), "-D", str(home / "data"), *settings]
    server = Postgres("postgres", command, folder, cwd=home)
    try:
        server.start()
        server.ready()
        cluster = pg.Cluster(home, place)
        cluster.create("chaos")
        yield server, cluster.url("chaos")
    finally:
        finish(server, signal.SIGINT)
        shutil.rmtree(home)


def finish(actor: Actor, how: signal.Signals = signal.SIGKILL) -> None:
    """Nothing of ours stays behind."""
    if actor.process is not None and actor.process.poll() is None:
        actor.process.send_signal(how)
        actor.process.wait(START_S)


def free_port() -> int:
    """A port that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def head_office(folder: Path, url: str) -> tuple[Office, HubSettings]:
    """Head office over a database, not started yet, and its settings."""
    port = free_port()
    settings = HubSettings(
        listen=Listen(port=port, authority=str(folder / "authority")),
        database=Database(url=url, generation_file=str(folder / "generation")),
        grants=Grants(lease_par=6, lease_low=2, home_points=500),
        pin=Pin(argon2_time=1, argon2_kib=8, argon2_lanes=1),
        enrolment=Enrolment(card_key_file=str(folder / "card.key")),
    )
    config = folder / "hub.toml"
    told = msgspec.to_builtins(settings)
    lines = []
    for section in ("listen", "database", "grants", "pin", "enrolment"):
        lines += [f"[{section}]", *(f"{name} = {json.dumps(value)}" for name, value in told[section].items())]
    config.write_text("\n".join(lines))
    command = [sys.executable, "-m", "kiosk.hub", "--config", str(config)]
    return Office("office", command, folder, port=port), settings


def kiosk(folder: Path, device: str, url: str, seed: str) -> Actor:
    """One kiosk, not started yet; its files are in a folder of its own."""
    command = [sys.executable, "-m", "tests.chaos.crew", str(folder / device), device, url, seed]
    return Actor(device, command, folder)
