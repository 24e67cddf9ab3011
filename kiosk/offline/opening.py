"""What a start makes of a journal's tables, and what must hold before anybody relies on them."""

import logging
import sys
from dataclasses import dataclass

from sqlite_utils import Database

from kiosk.ledger import entries as en
from kiosk.ledger.sync import Mark
from kiosk.offline import cut, tables
from kiosk.offline.fold import BrokenChain, Fold
from kiosk.offline.second_copy import SecondCopy
from kiosk.ports import JournalFailed, NotHeld

log = logging.getLogger(__name__)

_CHAIN = "SELECT n, stored, hash FROM entries WHERE n > ? AND n <= ? ORDER BY n"


@dataclass(frozen=True, slots=True)
class Opened:
    """`base`: the fold up to the cut, to be gone on with at the next cut. `fold`: up to the last entry."""

    base: Fold
    fold: Fold


def open_tables(database: Database, device: str, second: SecondCopy | None = None) -> Opened:
    """Make or check the tables, fold from the cut on. K-JR-03 if anything does not hold.

    A tail that only the second copy holds comes back first.
    """
    tables.prepare(database, device)
    if second is not None:
        restore_tail(database, second)
    last = tables.checkpoint(database)
    _check_kept(database, last)
    base, fold = tables.begun_fold(database, device), tables.begun_fold(database, device)
    # The rest of what lies before the cut is read only by a technician's `verify`.
    check_chain(database, max(tables.mark_seen(database), _floor(database), key=_place), base)
    fold_all(database, fold)
    # A tail that came back from a second copy may hold a later one, whose cut is to be moved again.
    if last is not None and last not in fold.checkpoints:
        raise JournalFailed("K-JR-03", f"the cut at {last.cut} is not one that was journalled")
    for op, touched in fold.touched.items():
        tables.put_live(database, fold.courses[op], touched)
    return Opened(base, fold)


def restore_tail(database: Database, second: SecondCopy) -> int:
    """Take back what a lying disk lost: the entries that the second copy holds after our last. How many."""
    tail = tables.tail(database)
    held = list(second.entries())
    if not held:
        return 0
    common = min(tail.n, held[-1][0])
    ours, theirs = tables.hash_at(database, common), {n: hashed for n, hashed, _ in held}.get(common)
    if ours != theirs and common >= tables.floor(database)[0]:
        second.set_aside()
        return 0
    lost = [(n, en.decode(stored).kind, hashed, stored) for n, hashed, stored in held if n > tail.n]
    if not lost:
        return 0
    with database.atomic():
        database.conn.executemany(tables.INSERT_ENTRY, lost)
    log.error("K-JR-07 the disk lost entries %d to %d; the second copy had them", lost[0][0], lost[-1][0])
    return len(lost)


def check_chain(database: Database, known: Mark, upto: Fold) -> None:
    """The chain after `known` as far as the cut; K-JR-03 if it is not whole."""
    n, hashed = known.n, known.hash
    for at, stored, told in database.execute(_CHAIN, (n, upto.n)):
        if not isinstance(stored, bytes):
            raise JournalFailed("K-JR-03", f"entry {at} holds no bytes")
        n, hashed = n + 1, en.chained(hashed, stored)
        if (at, told) != (n, hashed):
            raise JournalFailed("K-JR-03", f"the chain does not hold: entry {at} after {n - 1}")
    if n < upto.n or (n == upto.n and hashed != upto.hash):
        raise JournalFailed("K-JR-03", f"the chain does not hold: it ends at {n}, the cut is at {upto.n}")


def _floor(database: Database) -> Mark:
    n, hashed = tables.floor(database)
    return Mark(n=n, hash=hashed)


def _place(mark: Mark) -> int:
    return mark.n


def fold_all(database: Database, fold: Fold) -> None:
    """Everything after the fold's n; K-JR-03 at the first entry that does not fit."""
    try:
        tables.fold_on(database, fold, sys.maxsize)
    except (BrokenChain, NotHeld, KeyError, en.MalformedEntry) as wrong:
        raise JournalFailed("K-JR-03", f"the chain does not hold: {wrong}") from wrong


def _check_kept(database: Database, last: en.Checkpoint | None) -> None:
    count, digest = cut.digest(database)
    said = (last.operations, last.digest) if last is not None else (0, bytes(32))
    if (count, digest) != said:
        raise JournalFailed("K-JR-03", "what is kept of older entries differs from the checkpoint")
