"""What a start makes of a journal's tables, and what must hold before anybody relies on them."""

import sys
from dataclasses import dataclass

from sqlite_utils import Database

from kiosk.ledger import entries as en
from kiosk.offline import cut, tables
from kiosk.offline.fold import BrokenChain, Fold
from kiosk.ports import JournalFailed, NotHeld


@dataclass(frozen=True, slots=True)
class Opened:
    """`base`: the fold up to the cut, to be gone on with at the next cut. `fold`: up to the last entry."""

    base: Fold
    fold: Fold


def open_tables(database: Database, device: str) -> Opened:
    """Make or check the tables, fold from the cut on. K-JR-03 if anything does not hold."""
    tables.prepare(database, device)
    last = tables.checkpoint(database)
    _check_kept(database, last)
    base, fold = tables.begun_fold(database, device), tables.begun_fold(database, device)
    fold_all(database, fold)
    if fold.checkpoint != last:
        raise JournalFailed("K-JR-03", "the cut is not the one that was journalled last")
    for op, touched in fold.touched.items():
        tables.put_live(database, fold.courses[op], touched)
    return Opened(base, fold)


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
