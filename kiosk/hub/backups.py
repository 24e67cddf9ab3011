"""Backups that were restored once: made, restored elsewhere, checked, and only then trusted."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from kiosk.hub.inspected_books import unfounded
from kiosk.hub.recovery import hold
from kiosk.hub.recovery_tables import backup_marks, backups, standings
from kiosk.hub.soundness import chain_holds, sums_to_zero
from kiosk.hub.tables import devices, entries

TRUSTED = 2
"""Verified backups that must hold an entry before a kiosk may forget it."""

State = Literal["verified", "unverified"]


class BackupFailed(Exception):
    """There is no backup, or what was made cannot be restored."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One backup. `digest` is the file's SHA-256; `marks` the highest entry of each device that it holds."""

    id: str
    at: int
    place: Path
    digest: bytes
    state: State
    marks: dict[str, int]
    why: str = ""


def make(engine: sa.Engine, place: Path, name: str, at: int) -> Backup:
    """Copy the running database into a new file, durably, and try the copy. BackupFailed if it is no good."""
    if place.exists():
        raise BackupFailed(f"{place} exists already: backups are never overwritten")
    unfinished = place.with_name(f"{place.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL, 0o600))  # nobody else reads the books
        if engine.dialect.name == "postgresql":
            _dump(engine.url, unfinished)
            state, why, marks = _check_dump(engine, unfinished)
        else:
            _copy(engine, unfinished)
            state, why, marks = "verified", "", check_copy(unfinished)
        digest = digest_of(unfinished)
        _make_durable(unfinished)
        unfinished.rename(place)
        _sync_folder(place.parent)
    except (OSError, sqlite3.Error, sa.exc.SQLAlchemyError) as trouble:
        raise BackupFailed(str(trouble)) from trouble
    finally:
        unfinished.unlink(missing_ok=True)
    return Backup(name, at, place, digest, state, marks, why)


def fresh_place(folder: Path, at: int) -> Path:
    """A new file's name in the folder of backups, by the time."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder / f"{datetime.fromtimestamp(at / 1e6, UTC):%Y%m%dT%H%M%S.%fZ}.backup"


def register(connection: sa.Connection, backup: Backup) -> None:
    """Remember it; if it is verified, kiosks may forget what it and the one before it hold."""
    era = hold(connection)
    assert era is not None
    connection.execute(
        sa.insert(backups).values(
            id=backup.id, at=backup.at, gen=era.gen, place=str(backup.place), digest=backup.digest,
            state=backup.state,
        )
    )  # fmt: skip
    rows = [{"backup": backup.id, "device": device, "n": n} for device, n in backup.marks.items()]
    if rows:
        connection.execute(sa.insert(backup_marks), rows)
    if backup.state == "verified":
        _set_stable(connection)


def _set_stable(connection: sa.Connection) -> None:
    """The lower of a device's marks in the two newest verified backups; what was told before never falls.

    A restored database knows only the backups before the one it came from, so all it knows are of its line.
    """
    b, m, s = backups.c, backup_marks.c, standings.c
    newest = list(
        connection.scalars(
            sa.select(b.id).where(b.state == "verified").order_by(b.at.desc(), b.id.desc()).limit(TRUSTED)
        )
    )
    if len(newest) < TRUSTED:
        return
    lowest = sa.select(m.device, sa.func.min(m.n)).where(m.backup.in_(newest)).group_by(m.device)
    for device, n in connection.execute(lowest.having(sa.func.count() == TRUSTED)).all():
        connection.execute(sa.update(standings).where(s.device == device, s.stable < n).values(stable=n))


def digest_of(file: Path) -> bytes:
    """A file's SHA-256."""
    with file.open("rb") as held:
        return hashlib.file_digest(held, "sha256").digest()


# --- SQLite ---------------------------------------------------------------------------------------


def _copy(engine: sa.Engine, place: Path) -> None:
    with engine.connect() as connection, sqlite3.connect(place) as target:
        source: Any = connection.connection.driver_connection
        source.backup(target)
        # A single file: nobody should have to know of a log beside it.
        target.execute("PRAGMA journal_mode=DELETE")
    target.close()


def check_copy(file: Path) -> dict[str, int]:
    """Restore a SQLite backup into a scratch file and check that; the marks. BackupFailed if it is bad."""
    with tempfile.TemporaryDirectory(prefix="kiosk-restore-", dir=file.parent) as folder:
        scratch = Path(folder) / "restored.db"
        shutil.copyfile(file, scratch)
        engine = sa.create_engine(f"sqlite:///{scratch}")
        try:
            with engine.connect() as connection:
                said = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
                if said != "ok":
                    raise BackupFailed(f"the copy is damaged: {said}")
                return _checked(connection)
        except (sa.exc.DatabaseError, sqlite3.Error) as trouble:
            raise BackupFailed(f"the copy cannot be read: {trouble}") from trouble
        finally:
            engine.dispose()


# --- PostgreSQL -----------------------------------------------------------------------------------


def _dump(url: sa.URL, place: Path) -> None:
    _run(url, "pg_dump", "--format=custom", f"--file={place}")


def _check_dump(engine: sa.Engine, file: Path) -> tuple[State, str, dict[str, int]]:
    """Restored into a database of its own, which is dropped again. Unverified where that is not allowed."""
    try:
        with _scratch(engine) as scratch:
            _run(scratch.url, "pg_restore", "--no-owner", "--exit-on-error", str(file))
            with scratch.connect() as connection:
                return "verified", "", _checked(connection)
    except sa.exc.ProgrammingError as refused:
        return "unverified", f"no database may be made to try it in: {refused.orig}", {}


@contextmanager
def _scratch(engine: sa.Engine) -> Iterator[sa.Engine]:
    name = f"kiosk_restore_{os.getpid()}"
    quoted = engine.dialect.identifier_preparer.quote(name)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {quoted} TEMPLATE template0")
    scratch = sa.create_engine(engine.url.set(database=name))
    try:
        yield scratch
    finally:
        scratch.dispose()
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql(f"DROP DATABASE {quoted} WITH (FORCE)")


def _run(url: sa.URL, *words: str) -> None:
    """One of libpq's own tools at this database. The password is not for everybody who lists processes."""
    secret = {"PGPASSWORD": str(url.password)} if url.password else {}
    place = sa.URL.create(
        "postgresql", url.username, None, url.host, url.port, url.database, url.query
    ).render_as_string()
    done = subprocess.run(  # noqa: S603
        [*words, f"--dbname={place}"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env={**os.environ, **secret},
    )  # fmt: skip
    if done.returncode:
        raise BackupFailed(f"{words[0]}: {done.stderr.strip()}")


# --- both -----------------------------------------------------------------------------------------


def _checked(connection: sa.Connection) -> dict[str, int]:
    """Every chain, every sum, and the balances against the transfers they come from; the marks."""
    if not sums_to_zero(connection):
        raise BackupFailed("its books do not sum to zero")
    for odd in connection.execute(unfounded().limit(1)):
        raise BackupFailed(f"the balance of {odd.account} is not what was moved")
    for device in connection.scalars(sa.select(devices.c.device)).all():
        if not chain_holds(connection, device):
            raise BackupFailed(f"the log of {device} does not hold together")
    e = entries.c
    marks = connection.execute(sa.select(e.device, sa.func.max(e.n)).group_by(e.device))
    return {device: int(n) for device, n in marks}


def _make_durable(file: Path) -> None:
    with file.open("rb") as held:
        os.fsync(held.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def restore(url: sa.URL, file: Path) -> None:
    """Put a backup where there is no database yet. Whoever opens it then must say that it was restored."""
    if url.get_backend_name() == "sqlite":
        if not url.database or Path(url.database).exists():
            raise BackupFailed(f"{url.database} is there: a restore overwrites nothing")
        check_copy(file)
        unfinished = Path(f"{url.database}.part")
        shutil.copyfile(file, unfinished)
        _make_durable(unfinished)
        unfinished.rename(url.database)
        _sync_folder(Path(url.database).resolve().parent)
        return
    engine = sa.create_engine(url)
    try:
        if sa.inspect(engine).get_table_names():
            raise BackupFailed(f"{url.database} has tables: a restore overwrites nothing")
    finally:
        engine.dispose()
    _run(url, "pg_restore", "--no-owner", "--exit-on-error", str(file))
