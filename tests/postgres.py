"""A private PostgreSQL for tests and benchmarks: real, durable as in production, gone when its user is.

`postgres` is one cluster for the whole session, `postgres_url` a database with head office's empty tables for
one test. Debian starts a cluster of its own where `postgresql` is installed; that one is left alone.
"""

import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from kiosk.hub.tables import open_database

OWNER = "kiosk"
SETTINGS = ("fsync=on", "synchronous_commit=on", "full_page_writes=on", "listen_addresses=")
"""As durable as production: a test that passes with less says nothing. Reached by its socket only."""

_TEMPLATE = "head_office"
_START_S = 30
_STOP_S = 30


def binaries() -> Path | None:
    """Where the newest PostgreSQL of this machine has `initdb`, `postgres`, `pgbench`; None without one."""
    found = [place.parent for place in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    newest = max(found, key=lambda place: float(place.parent.name), default=None)
    elsewhere = shutil.which("initdb")
    return newest or (Path(elsewhere).resolve().parent if elsewhere else None)


def missing() -> str:
    """What this machine lacks to run a cluster, '' if nothing."""
    if binaries() is None:
        return "there is no PostgreSQL here (Debian: apt-get install -y postgresql)"
    if shutil.which("setpriv") is None:
        return "there is no setpriv here (Debian: apt-get install -y util-linux)"
    return ""


@dataclass
class Cluster:
    """A running cluster, reached by the socket in `folder`. Names of databases are made up by `fresh`."""

    folder: Path
    bin: Path
    _count: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _empty: list[str] = field(default_factory=list)
    """Databases with head office's tables and nothing in them, for the next test."""

    def url(self, database: str) -> str:
        """Where SQLAlchemy finds a database."""
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.folder}"

    @contextmanager
    def fresh(self, template: str = "template0") -> Iterator[str]:
        """A new database, a copy of `template`; yields its name and drops it in the end, whoever is in it."""
        name = f"fresh_{next(self._count)}"
        self.create(name, template)
        try:
            yield name
        finally:
            self.run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    @contextmanager
    def shop(self) -> Iterator[str]:
        """A database with head office's empty tables: emptying one takes less than a copy of the template."""
        name = self._empty.pop() if self._empty else f"shop_{next(self._count)}"
        if not self._is_there(name):
            self.create(name, _TEMPLATE)
        try:
            yield name
        finally:
            if self._emptied(name):
                self._empty.append(name)
            else:
                self.run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _is_there(self, name: str) -> bool:
        with _connected(self.folder) as connection:
            found = connection.execute("SELECT FROM pg_database WHERE datname = %s", (name,))
            return found.fetchone() is not None

    def _emptied(self, name: str) -> bool:
        """Whether it is as the template again; whoever was still in it is thrown out."""
        if not self._is_there(name):
            return False
        with _connected(self.folder, name) as connection:
            connection.execute(_OTHERS_OUT)
            connection.execute(_EMPTY)
            with _connected(self.folder, _TEMPLATE) as template:
                return connection.execute(_SHAPE).fetchall() == template.execute(_SHAPE).fetchall()

    def create(self, name: str, template: str = "template0") -> None:
        """Make a database that is a copy of another, which nobody may be using."""
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self.run(words.format(sql.Identifier(name), sql.Identifier(template)))

    def run(self, words: sql.Composable) -> None:
        """One statement outside of any transaction, in the cluster's own database."""
        with _connected(self.folder) as connection:
            connection.execute(words)


@contextmanager
def running_cluster(*more: str) -> Iterator[Cluster]:
    """A cluster of one's own, with `more` settings ("name=value"); stopped and erased in the end."""
    place = binaries()
    assert place is not None, missing()
    folder = Path(tempfile.mkdtemp(prefix="kiosk-pg-", dir="/tmp"))  # a socket's path has 107 bytes at most
    try:
        person = _unprivileged(folder)
        _initialise(place, folder, person)
        words = [f"-c{setting}" for setting in (*SETTINGS, f"unix_socket_directories={folder}", *more)]
        with (folder / "log").open("wb") as log:
            # It dies with us, even by kill -9: nobody should find yesterday's servers running.
            server = subprocess.Popen(
                [*person, "--pdeathsig", "INT", str(place / "postgres"), "-D", str(folder / "data"), *words],
                cwd=folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        try:
            _wait(server, folder)
            yield Cluster(folder, place)
        finally:
            server.send_signal(signal.SIGINT)  # "fast": sessions end, the log is checkpointed
            server.wait(_STOP_S)
    finally:
        shutil.rmtree(folder)


def _unprivileged(folder: Path) -> list[str]:
    """The words that run a command as somebody who may own a cluster: initdb and postgres refuse root."""
    if os.geteuid() != 0:
        return ["setpriv"]
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    return ["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups"]


def _initialise(place: Path, folder: Path, person: list[str]) -> None:
    words = ["--auth=trust", "--encoding=UTF8", "--locale=C", f"--username={OWNER}", "--no-instructions"]
    done = subprocess.run(
        [*person, str(place / "initdb"), "-D", str(folder / "data"), *words],
        cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def _wait(server: subprocess.Popen[bytes], folder: Path) -> None:
    """Until it answers."""
    deadline = time.monotonic() + _START_S
    while True:
        try:
            _connected(folder).close()
        except psycopg.OperationalError:
            said = (folder / "log").read_text(errors="replace")
            assert server.poll() is None, f"PostgreSQL ended:\n{said}"
            assert time.monotonic() < deadline, f"PostgreSQL does not answer:\n{said}"
            time.sleep(0.02)
        else:
            return


def _connected(folder: Path, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(folder), user=OWNER, dbname=database, autocommit=True)


_OTHERS_OUT = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_EMPTY = """
    DO $$ DECLARE one text; BEGIN
        FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
            EXECUTE format('DELETE FROM %I', one);
        END LOOP;
        FOR one IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
            EXECUTE format('ALTER SEQUENCE %I RESTART', one);
        END LOOP;
    END $$
"""
_SHAPE = """
    SELECT relkind::text, relname::text, relnatts FROM pg_class
    WHERE relnamespace = 'public'::regnamespace ORDER BY 1, 2
"""
"""Tables, their indexes and sequences."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """The session's cluster. Without PostgreSQL: skipped, or failed where it must be there."""
    lack = missing()
    if lack and os.environ.get("KIOSK_REQUIRE_POSTGRES") == "1":
        pytest.fail(f"KIOSK_REQUIRE_POSTGRES=1, but {lack}")
    if lack:
        pytest.skip(lack)
    with running_cluster("deadlock_timeout=100ms") as cluster:  # found at once, not after a second
        cluster.create(_TEMPLATE)
        open_database(cluster.url(_TEMPLATE)).dispose()
        yield cluster


@pytest.fixture
def postgres_url(postgres: Cluster) -> Iterator[str]:
    """A database with head office's empty tables, for `open_database`."""
    with postgres.shop() as name:
        yield postgres.url(name)
