"""Moving the cut: what old entries say is folded into the kept tables, so that a start need not read them.

A cut moves by a bounded slice, in one transaction with the `checkpoint` entry that names the new cut and the
digest of everything kept. A power cut leaves the old cut or the new one. The digest is the sum, modulo 2^256,
of each kept row's SHA-256: it grows with a slice, not with the history. It finds damage and our own mistakes;
against a forger who has the storage key it proves nothing, and the pages' HMAC stands against all others.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlite_utils import Database

from kiosk.ledger import entries as en
from kiosk.ledger.legs import Balances
from kiosk.offline import tables
from kiosk.offline.fold import Fold

SLICE = 100
"""Entries that one step folds in: some milliseconds."""
LIVE = 1000
"""The youngest entries always stay live: their ids, and what a visit under way may ask about."""
PRUNED = 500
"""Entries that one step deletes."""
_MODULUS = 1 << 256
_OPERATION = """INSERT INTO operations VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (n) DO UPDATE SET
    state = excluded.state, attempt = excluded.attempt, claim_n = excluded.claim_n, ended = excluded.ended"""
_KEPT_OPERATION = "SELECT * FROM operations WHERE n = ?"
_BALANCE = """INSERT INTO balances VALUES (?, ?, ?)
    ON CONFLICT (account, asset) DO UPDATE SET amount = excluded.amount"""
_NO_BALANCE = "DELETE FROM balances WHERE account = ? AND asset = ?"
_pack = msgspec.msgpack.Encoder().encode

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """A slice that was folded but not stored yet: the rows that change, and the checkpoint to journal."""

    checkpoint: en.Checkpoint
    operations: tuple[Row, ...]
    effects: tuple[Row, ...]
    balances: Balances
    """The changed ones; 0: gone."""

    def store(self, database: Database) -> None:
        """Write it; inside the transaction that journals the checkpoint."""
        connection = database.conn
        connection.executemany(_OPERATION, self.operations)
        connection.executemany("INSERT INTO effects VALUES (?, ?, ?)", self.effects)
        kept = [(*key, amount) for key, amount in sorted(self.balances.items()) if amount]
        connection.executemany(_BALANCE, kept)
        connection.executemany(_NO_BALANCE, [key for key, amount in self.balances.items() if not amount])
        database.execute(tables.PUT_META, ("checkpoint", _pack(self.checkpoint)))
        database.execute("DELETE FROM temp.live WHERE touched <= ?", (self.checkpoint.cut,))


def next_cut(database: Database, base: Fold, most: int) -> Cut:
    """Fold the next entries into `base`, the fold up to the cut, and tell what that changes."""
    before = dict(base.balances)
    last = tables.checkpoint(database)
    tables.fold_on(database, base, most)
    operations = tuple(_operation(database, base, op) for op in base.touched)
    old = [database.execute(_KEPT_OPERATION, (row[0],)).fetchone() for row in operations]
    changed = _changed(before, base.balances)
    total = int.from_bytes(last.digest if last else b"")
    total += _sum("o", operations) - _sum("o", (row for row in old if row))
    total += _sum("e", base.effects)
    total += _sum("b", _rows(base.balances, changed)) - _sum("b", _rows(before, changed))
    cut = Cut(
        checkpoint=en.Checkpoint(
            cut=base.n,
            hash=base.hash,
            gen=base.downlink.gen,
            d=base.downlink.d,
            redeemed=base.redeemed,
            operations=(last.operations if last else 0) + old.count(None),
            digest=_bytes(total),
        ),
        operations=operations,
        effects=tuple(base.effects),
        balances=changed,
    )
    for told in (base.courses, base.known, base.touched, base.evidence, base.effects, base.ids):
        told.clear()
    return cut


def digest(database: Database) -> tuple[int, bytes]:
    """How many operations are kept, and the digest of all that is: what the last checkpoint must say."""
    (count,) = database.execute("SELECT count(*) FROM operations").fetchone()
    total = _sum("o", database.execute("SELECT * FROM operations"))
    total += _sum("e", database.execute("SELECT * FROM effects"))
    total += _sum("b", database.execute("SELECT * FROM balances"))
    return count, _bytes(total)


def prune_entries(database: Database, upto: int, most: int = PRUNED) -> bool:
    """Delete the oldest entries up to `upto`, at most so many. True if more are left to delete."""
    gone, _ = tables.floor(database)
    last = min(upto, gone + most)
    if last <= gone:
        return False
    with database.atomic():
        (hashed,) = database.execute("SELECT hash FROM entries WHERE n = ?", (last,)).fetchone()
        database.execute("DELETE FROM entries WHERE n <= ?", (last,))
        database.execute(tables.PUT_META, ("floor_n", last))
        database.execute(tables.PUT_META, ("floor_hash", hashed))
    return last < upto


def _operation(database: Database, base: Fold, op: str) -> Row:
    course = base.courses[op]
    begun, ended = base.evidence.get(course.n), base.evidence.get(course.claim_n)
    if begun is None or (ended is None and course.claim_n):
        older = database.execute("SELECT begun, ended FROM operations WHERE n = ?", (course.n,)).fetchone()
        begun, ended = begun or older[0], ended or older[1]
    return (*tables.course_row(course), begun, ended or b"")


def _changed(before: Balances, after: Balances) -> Balances:
    keys = [key for key in before.keys() | after.keys() if before.get(key) != after.get(key)]
    return {key: after.get(key, 0) for key in keys}


def _rows(balances: Balances, keys: Iterable[tuple[str, str]]) -> Iterator[Row]:
    return ((*key, balances[key]) for key in keys if key in balances)


def _sum(name: str, rows: Iterable[Row]) -> int:
    hashed = (hashlib.sha256(_pack((name, row))).digest() for row in rows)
    return sum(int.from_bytes(one) for one in hashed)


def _bytes(total: int) -> bytes:
    return (total % _MODULUS).to_bytes(32)
