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
from kiosk.ledger.sync import Mark
from kiosk.offline import tables
from kiosk.offline.batches import Batch, read_batch
from kiosk.offline.disk import TROUBLE, connect, fault, is_plain, prove_key
from kiosk.offline.opening import check_chain, open_tables
from kiosk.ports import JournalFailed

_SHARED_BYTE, _SHARED_BYTES = 0x40000002, 510
"""Where SQLite locks a file for reading."""


def verify(path: Path, key: bytes | None = None) -> str:
    """A sentence with the figures if chain, fold and caches hold; JournalFailed (K-JR-03) if not."""
    with _copy(path, key) as database:
        device = tables.meta(database, "device")
        opened = open_tables(database, device)
        floor, hashed = tables.floor(database)
        check_chain(database, Mark(n=floor, hash=hashed), opened.base)
        (operations,) = database.execute("SELECT count(*) FROM courses").fetchone()
        return (
            f"{opened.fold.n} entries of {device} hold together ({floor} of them pruned), "
            f"{operations} redemptions, head {opened.fold.hash.hex()}"
        )


class ClosedJournal:
    """What can be asked of a copy of a closed journal."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.device = str(tables.meta(database, "device"))
        self._fold = open_tables(database, self.device).fold

    def tail(self) -> Mark:
        """The last entry."""
        return Mark(n=self._fold.n, hash=self._fold.hash)

    def floor(self) -> Mark:
        """The last entry that was pruned."""
        n, hashed = tables.floor(self._database)
        return Mark(n=n, hash=hashed)

    def mark_seen(self) -> Mark:
        """The highest entry that head office ever acknowledged."""
        return tables.mark_seen(self._database)

    def downlink(self) -> tuple[int, int]:
        """(generation, d): how far grants were taken."""
        return self._fold.downlink.gen, self._fold.downlink.d

    def batch(self, after: int, entries: int, size: int) -> Batch:
        """The entries after `after`, bounded."""
        floor = self.floor()
        return read_batch(self._database, floor if after <= floor.n else after, entries, size)


@contextmanager
def closed(path: Path, key: bytes | None = None) -> Iterator[ClosedJournal]:
    """A journal that no kiosk has open, to be read. JournalFailed if one has, or if it does not hold."""
    if not path.exists():
        raise JournalFailed("K-JR-04", f"there is no {path}")
    with _copy(path, key) as database:
        yield ClosedJournal(database)


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
        _copy_to(Path(aside), path)
        key = None if is_plain(path) else key
        database = connect(Path(aside, path.name), key)
        with closing(database.conn):
            try:
                if key is not None:
                    prove_key(database)
                yield database
            except TROUBLE as trouble:
                raise fault(trouble) from trouble


def _copy_to(aside: Path, path: Path) -> None:
    try:
        with _unused(path):
            for name in (path.name, f"{path.name}-wal"):
                if path.with_name(name).exists():
                    shutil.copyfile(path.with_name(name), aside / name)
    except OSError as trouble:
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
