"""Opening a SQLite file that one thread alone may touch, and naming what a disk did wrong."""

import os
import sqlite3
from pathlib import Path

from sqlite_utils import Database

from kiosk.ports import JournalFailed

WAL_RESET_FIXED = (3, 51, 3)
"""Earlier SQLite may corrupt a WAL that two connections write; there only an exclusive connection is safe."""

CORRUPT = "K-JR-03"
_CODES = {
    sqlite3.SQLITE_FULL: "K-JR-02",
    sqlite3.SQLITE_CORRUPT: CORRUPT,
    sqlite3.SQLITE_NOTADB: CORRUPT,
    sqlite3.SQLITE_READONLY: "K-JR-04",
    sqlite3.SQLITE_CANTOPEN: "K-JR-04",
    sqlite3.SQLITE_PERM: "K-JR-04",
    sqlite3.SQLITE_BUSY: "K-JR-05",
    sqlite3.SQLITE_LOCKED: "K-JR-05",
}
_PRIMARY = 0xFF


def fault(trouble: Exception) -> JournalFailed:
    """The fault of an error: K-JR-02 full, -03 corrupt, -04 read-only, -05 in use, -01 anything else."""
    spoilt = sqlite3.SQLITE_CORRUPT if isinstance(trouble, UnicodeDecodeError) else 0
    code = getattr(trouble, "sqlite_errorcode", spoilt) or 0
    name = getattr(trouble, "sqlite_errorname", "") or type(trouble).__name__
    return JournalFailed(_CODES.get(code & _PRIMARY, "K-JR-01"), f"{name}: {trouble}")


def open_exclusive(path: Path, *, one_thread: bool = True) -> Database:
    """A durable, exclusive database; JournalFailed if it is in use or cannot be made so."""
    try:
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=one_thread)
    except sqlite3.Error as trouble:
        raise fault(trouble) from trouble
    try:
        database = Database(connection)
        _claim(database)
        _keep_directory(path.parent)
    except (sqlite3.Error, OSError, UnicodeDecodeError) as trouble:  # text that is none: a spoilt file
        connection.close()
        if path.exists() and not os.access(path, os.W_OK):  # SQLite itself only says that locking failed
            raise JournalFailed("K-JR-04", f"{path.name} cannot be written: {trouble}") from trouble
        raise fault(trouble) from trouble
    except JournalFailed:
        connection.close()
        raise
    return database


def _claim(database: Database) -> None:
    """Exclusive before the first look into the file, so that its WAL index lives in our memory alone."""
    (locking,) = database.execute("PRAGMA locking_mode=EXCLUSIVE").fetchone()
    (mode,) = database.execute("PRAGMA journal_mode=WAL").fetchone()
    database.execute("PRAGMA synchronous=FULL")
    database.execute("BEGIN EXCLUSIVE")
    database.execute("COMMIT")
    (level,) = database.execute("PRAGMA synchronous").fetchone()
    alone = locking == "exclusive"
    if mode != "wal" or level != 2 or not (alone or sqlite3.sqlite_version_info >= WAL_RESET_FIXED):
        raise JournalFailed("K-JR-01", f"not durable: journal={mode} synchronous={level} locking={locking}")


def _keep_directory(directory: Path) -> None:
    """Make the new file's name durable too; SQLite does this only for its own side files."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
