"""Reading a journal that no kiosk has open, or a copy of one. The original is never written to.

Not for the process that runs the kiosk: closing a second handle there would give up SQLite's lock.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlite_utils import Database

from kiosk.ledger import entries as en
from kiosk.offline import tables
from kiosk.offline.disk import DiskError, connect, fault
from kiosk.offline.fold import Fold
from kiosk.offline.opening import open_tables
from kiosk.ports import JournalFailed

_SHARED_BYTE, _SHARED_BYTES = 0x40000002, 510
"""Where SQLite locks a file for reading."""
_OLDER = "SELECT n, stored, hash FROM entries WHERE n <= ? ORDER BY n"


def verify(path: Path, key: bytes | None = None) -> str:
    """A sentence with the figures if chain, fold and caches hold; JournalFailed (K-JR-03) if not."""
    with _copy(path, key) as database:
        device = tables.meta(database, "device")
        opened = open_tables(database, device)
        floor, _ = tables.floor(database)
        _check_older(database, opened.base)
        (operations,) = database.execute("SELECT count(*) FROM courses").fetchone()
        return (
            f"{opened.fold.n} entries of {device} hold together ({floor} of them pruned), "
            f"{operations} redemptions, head {opened.fold.hash.hex()}"
        )


def _check_older(database: Database, base: Fold) -> None:
    """The chain between what was pruned and the cut, which a start does not read."""
    n, hashed = tables.floor(database)
    for at, stored, told in database.execute(_OLDER, (base.n,)):
        n, hashed = n + 1, en.chained(hashed, bytes(stored))
        if (at, told) != (n, hashed):
            raise JournalFailed("K-JR-03", f"the chain does not hold: entry {at} after {n - 1}")
    if (n, hashed) != (base.n, base.hash):
        raise JournalFailed("K-JR-03", f"the chain does not hold: it ends at {n}, the cut is at {base.n}")


def lines(path: Path, key: bytes | None = None) -> Iterator[dict[str, Any]]:
    """One plain, JSON-ready dict an entry, oldest first; bytes appear as hex."""
    with _copy(path, key) as database:
        for stored, hashed in database.execute("SELECT stored, hash FROM entries ORDER BY n"):
            yield _line(stored, hashed)


def _line(stored: bytes, hashed: bytes) -> dict[str, Any]:
    try:
        entry = en.decode(stored)
        body = msgspec.msgpack.decode(entry.body)
    except (en.MalformedEntry, msgspec.DecodeError) as wrong:
        return {"unreadable": str(wrong), "stored": stored.hex(), "hash": hashed.hex()}
    plain = {name: getattr(entry, name) for name in entry.__struct_fields__ if name != "body"}
    return {name: _hexed(value) for name, value in {**plain, "body": body, "hash": hashed}.items()}


def _hexed(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _hexed(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_hexed(inner) for inner in value]
    return value.hex() if isinstance(value, bytes) else value


@contextmanager
def _copy(path: Path, key: bytes | None) -> Iterator[Database]:
    """The journal and its write-ahead log, copied aside: opening the original would already change it."""
    with tempfile.TemporaryDirectory() as aside:
        try:
            with _unused(path):
                for name in (path.name, f"{path.name}-wal"):
                    if path.with_name(name).exists():
                        shutil.copyfile(path.with_name(name), Path(aside, name))
            database = connect(Path(aside, path.name), key)
            with closing(database.conn):
                yield database
        except (OSError, DiskError) as trouble:
            raise fault(trouble) from trouble


@contextmanager
def _unused(path: Path) -> Iterator[None]:
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.lockf(handle, fcntl.LOCK_SH | fcntl.LOCK_NB, _SHARED_BYTES, _SHARED_BYTE)
        yield
    except BlockingIOError as used:
        raise JournalFailed("K-JR-05", "a running kiosk has this journal open") from used
    finally:
        os.close(handle)
