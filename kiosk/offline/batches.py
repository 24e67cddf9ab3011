"""What the uploader sends: a bounded run of entries, byte for byte as they were stored."""

from dataclasses import dataclass

from sqlite_utils import Database

from kiosk.ledger import entries as en
from kiosk.ledger.sync import Mark


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries `first`, `first + 1`, ..; `head` is the chain hash after the last of them."""

    first: int
    entries: tuple[bytes, ...]
    head: bytes

    @property
    def last(self) -> int:
        """The last entry's n; `first - 1` if there is none."""
        return self.first + len(self.entries) - 1


def read_batch(database: Database, after: int | Mark, entries: int, size: int) -> Batch:
    """At most `entries` entries and `size` bytes after `after`, but at least one if there is one.

    A mark stands for an entry that was pruned.
    """
    asked = "SELECT stored, hash FROM entries WHERE n > ? ORDER BY n LIMIT ?"
    chosen: list[bytes] = []
    after, head = (after.n, after.hash) if isinstance(after, Mark) else (after, _hash_at(database, after))
    for stored, hashed in database.execute(asked, (after, max(1, entries))).fetchall():
        size -= len(stored)
        if size < 0 and chosen:
            break
        chosen.append(stored)
        head = hashed
    return Batch(after + 1, tuple(chosen), head)


def wrapped(database: Database, n: int, name: str, at: int, zone: str) -> Batch:
    """Entry n as poison: bytes that head office cannot take in, wrapped so that nothing behind them waits."""
    stored, head = database.execute("SELECT stored, hash FROM entries WHERE n = ?", (n,)).fetchone()
    body = en.Poison(stored=stored)
    entry = en.Entry(n=n, id=name, kind=body.KIND, at=at, zone=zone, pack=0, body=en.raw(body))
    return Batch(n, (en.encode(entry),), head)


def _hash_at(database: Database, n: int) -> bytes:
    found = database.execute("SELECT hash FROM entries WHERE n = ?", (n,)).fetchone()
    return bytes(found[0]) if found else en.GENESIS
