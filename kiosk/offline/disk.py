"""Opening a database file that one thread alone may touch, and naming what a disk did wrong.

The one home of `sqlcipher3`: SQLite with page encryption (AES-256, an HMAC for each page). A file opened
with a key never holds plain text, its write-ahead log included; without a key it is an ordinary SQLite file.
"""

import os
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher
from sqlite_utils import Database

from kiosk.ports import JournalFailed

DiskError: type[Exception] = sqlcipher.Error
"""What the database raises; it is no relation of sqlite3.Error."""
TROUBLE: tuple[type[Exception], ...] = (DiskError, UnicodeDecodeError, MemoryError)
"""The same, and what a rotten page can make of it: text that is none, and SQLCipher's "out of memory"."""

WAL_RESET_FIXED = (3, 51, 3)
"""Earlier SQLite may corrupt a WAL that two connections write; there only an exclusive connection is safe."""

KEY_BYTES = 32
CORRUPT = "K-JR-03"
LOCKED_AWAY = "K-JR-08"
_CODES = {
    sqlcipher.SQLITE_FULL: "K-JR-02",
    sqlcipher.SQLITE_CORRUPT: CORRUPT,
    sqlcipher.SQLITE_NOTADB: CORRUPT,
    sqlcipher.SQLITE_READONLY: "K-JR-04",
    sqlcipher.SQLITE_CANTOPEN: "K-JR-04",
    sqlcipher.SQLITE_PERM: "K-JR-04",
    sqlcipher.SQLITE_BUSY: "K-JR-05",
    sqlcipher.SQLITE_LOCKED: "K-JR-05",
}
_PRIMARY = 0xFF
_PLAIN = b"SQLite format 3\0"


def fault(trouble: Exception) -> JournalFailed:
    """The fault of an error: K-JR-02 full, -03 corrupt, -04 read-only, -05 in use, -01 anything else."""
    code = getattr(trouble, "sqlite_errorcode", 0) or 0
    name = getattr(trouble, "sqlite_errorname", "") or type(trouble).__name__
    return JournalFailed(_CODES.get(code & _PRIMARY, "K-JR-01"), f"{name}: {trouble}")


def open_exclusive(path: Path, key: bytes | None = None, *, one_thread: bool = True) -> Database:
    """A durable, exclusive database; JournalFailed if it is in use or cannot be made so.

    `key` (32 bytes) encrypts it. A plain file is encrypted first; K-JR-08: the key is not the file's.
    """
    if key is not None and is_plain(path):
        encrypt(path, key)
    database = connect(path, key, one_thread=one_thread)
    try:
        _claim(database, key is not None)
        keep_directory(path.parent)
    except (DiskError, UnicodeDecodeError, MemoryError, OSError) as trouble:
        database.conn.close()
        if path.exists() and not os.access(path, os.W_OK):  # SQLite itself only says that locking failed
            raise JournalFailed("K-JR-04", f"{path.name} cannot be written: {trouble}") from trouble
        raise fault(trouble) from trouble
    except JournalFailed:
        database.conn.close()
        raise
    return database


def connect(path: Path, key: bytes | None = None, *, one_thread: bool = True) -> Database:
    """A connection that says BEGIN itself; nothing is read yet, so no key is proven wrong."""
    if key is not None and len(key) != KEY_BYTES:
        raise ValueError(f"a storage key has {KEY_BYTES} bytes")
    try:
        connection = sqlcipher.connect(path, timeout=0, isolation_level=None, check_same_thread=one_thread)
        database = Database(connection)
        if key is not None:
            database.execute("PRAGMA cipher_log_level = NONE")  # our faults name it; it would write to stderr
            database.execute(f"PRAGMA key = \"x'{key.hex()}'\"")  # raw: random bytes need no derivation
    except DiskError as trouble:
        raise fault(trouble) from trouble
    return database


def prove_key(database: Database) -> None:
    """K-JR-08 unless the key that was given opens the file."""
    try:
        database.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except DiskError as trouble:
        if getattr(trouble, "sqlite_errorcode", 0) == sqlcipher.SQLITE_NOTADB:
            why = "the storage key does not fit this file, or its first page is damaged"
            raise JournalFailed(LOCKED_AWAY, why) from trouble
        raise


def is_plain(path: Path) -> bool:
    """Whether anybody who has this file can read it."""
    try:
        with path.open("rb") as opened:
            return opened.read(len(_PLAIN)) == _PLAIN
    except FileNotFoundError:
        return False
    except OSError as trouble:
        raise JournalFailed("K-JR-04", f"{path.name} cannot be read: {trouble}") from trouble


def encrypt(path: Path, key: bytes) -> None:
    """Replace a plain database by its encrypted copy, whole or not at all."""
    draft = path.with_name(f"{path.name}.encrypting")
    draft.unlink(missing_ok=True)
    database = open_exclusive(path)
    try:
        # Its log is folded in first: left behind, it would be replayed into the encrypted file.
        database.execute("PRAGMA journal_mode = DELETE").fetchone()
        database.execute("ATTACH ? AS encrypted KEY ?", (str(draft), f"x'{key.hex()}'"))
        database.execute("SELECT sqlcipher_export('encrypted')").fetchone()
        database.execute("DETACH encrypted")
    except DiskError as trouble:
        raise fault(trouble) from trouble
    finally:
        database.conn.close()
    with draft.open("rb+") as opened:
        os.fsync(opened.fileno())
    draft.replace(path)
    keep_directory(path.parent)


def keep_directory(directory: Path) -> None:
    """Make new and renamed names durable too; SQLite does this only for its own side files."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _claim(database: Database, encrypted: bool) -> None:
    """Exclusive before the first look into the file, so that its WAL index lives in our memory alone."""
    (locking,) = database.execute("PRAGMA locking_mode = EXCLUSIVE").fetchone()
    if encrypted:
        prove_key(database)
    (mode,) = database.execute("PRAGMA journal_mode = WAL").fetchone()
    database.execute("PRAGMA synchronous = FULL")
    database.execute("BEGIN EXCLUSIVE")
    database.execute("COMMIT")
    (level,) = database.execute("PRAGMA synchronous").fetchone()
    alone = locking == "exclusive"
    if mode != "wal" or int(level) != 2 or not (alone or sqlcipher.sqlite_version_info >= WAL_RESET_FIXED):
        raise JournalFailed("K-JR-01", f"not durable: journal={mode} synchronous={level} locking={locking}")
