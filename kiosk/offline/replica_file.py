"""The replica's file: its tables, one connection for every thread, a new beginning when it cannot be read.

It is only a copy. Nothing that goes wrong with it may end the process: an unreadable file is begun anew
(K-RP-01), and one that cannot be kept at all is replaced by memory that holds no members (K-RP-02).
"""

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from kiosk.offline.disk import CORRUPT, LOCKED_AWAY, DiskError, connect, fault, open_exclusive
from kiosk.ports import JournalFailed

log = logging.getLogger(__name__)

SCHEMA = 1
_LOG_PAGES = 250
_TABLES = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
    # AUTOINCREMENT: a number is never given twice, so a card left behind leads to nobody.
    """CREATE TABLE members (
        n INTEGER PRIMARY KEY AUTOINCREMENT, member TEXT NOT NULL UNIQUE, home INTEGER NOT NULL,
        asked INTEGER NOT NULL, gen INTEGER NOT NULL, mark_n INTEGER NOT NULL, as_of INTEGER NOT NULL,
        pass INTEGER NOT NULL, cards BLOB NOT NULL, facts BLOB NOT NULL)""",
    """CREATE TABLE cards (
        card BLOB PRIMARY KEY, n INTEGER NOT NULL, tail TEXT NOT NULL, told_at INTEGER NOT NULL)
        WITHOUT ROWID""",
    "CREATE TABLE denied (card BLOB PRIMARY KEY, why TEXT NOT NULL, pass INTEGER NOT NULL) WITHOUT ROWID",
)


class ReplicaFile:
    """The open file. `holds_members` is False when there is only memory to keep things in."""

    def __init__(self, path: Path, key: bytes | None = None) -> None:
        self._path, self._key = path, key
        self._lock = threading.Lock()
        self._database, self.holds_members = _opened(path, key)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._database.conn.close()

    def one(self, sql: str, values: Sequence[Any] = ()) -> tuple[Any, ...] | None:
        """The first row, if any."""
        with self._lock:
            found: tuple[Any, ...] | None = self._database.conn.execute(sql, values).fetchone()
            return found

    def meta(self, name: str, default: Any) -> Any:
        """A remembered value; `default` if there is none, or the file cannot be read just now."""
        try:
            found = self.one("SELECT value FROM meta WHERE name = ?", (name,))
        except DiskError as trouble:
            log.warning("the replica does not say %s: %s", name, trouble)
            return default
        return found[0] if found else default

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """All or nothing, alone; yields the connection."""
        with self._lock, self._database.atomic():
            yield self._database.conn

    def begin_anew(self) -> None:
        """Forget everything: the file turned out to be unreadable."""
        with self._lock:
            self._database.conn.close()
            _remove(self._path)
            self._database, self.holds_members = _opened(self._path, self._key)


def is_spoilt(trouble: Exception) -> bool:
    """Whether the file itself is beyond reading."""
    return fault(trouble).code == CORRUPT


def put(connection: Any, name: str, value: object) -> None:
    """Remember one value by its name."""
    connection.execute(
        "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def _opened(path: Path, key: bytes | None) -> tuple[Database, bool]:
    for _ in range(2):
        try:
            return _prepared(open_exclusive(path, key, one_thread=False)), True
        except JournalFailed as failure:
            if failure.code not in (CORRUPT, LOCKED_AWAY):
                log.error("K-RP-02 nothing is kept for the time without network: %s", failure)
                break
            log.warning("K-RP-01 the replica is begun anew: %s", failure)
            _remove(path)
    return _prepared(connect(Path(":memory:"), one_thread=False)), False


def _prepared(database: Database) -> Database:
    """With tables. A file of another version is as good as none."""
    try:
        (version,) = database.conn.execute("PRAGMA user_version").fetchone()
        (tables,) = database.conn.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and version != SCHEMA:
            raise JournalFailed(CORRUPT, f"the replica is of version {version}, not {SCHEMA}")
        if not tables:
            with database.atomic():
                for table in _TABLES:
                    database.conn.execute(table)
                database.conn.execute(f"PRAGMA user_version = {SCHEMA}")
        # Little at a time: whoever commits when the log is full folds it in, and everybody waits for that.
        database.conn.execute(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
    except (DiskError, UnicodeDecodeError) as trouble:
        database.conn.close()
        raise fault(trouble) from trouble
    except JournalFailed:
        database.conn.close()
        raise
    return database


def _remove(path: Path) -> None:
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        try:
            path.with_name(name).unlink(missing_ok=True)
        except OSError as trouble:
            log.error("%s cannot be removed: %s", name, trouble)
