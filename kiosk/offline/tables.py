"""The journal's tables: entries are the truth; what they say up to the cut is kept, the rest is live.

`entries` is all that a step writes. `operations`, `effects` and `balances` hold the fold up to the cut and
change only when the cut moves (see cut.py); what happened since lies in memory, folded again at every start.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlite_utils import Database

from kiosk.ledger import entries as en
from kiosk.ledger.sync import Mark
from kiosk.offline import person_keys
from kiosk.offline.fold import BrokenChain, Fold, Story, redeem_in
from kiosk.offline.follow import Course
from kiosk.offline.upgrade import upgrade
from kiosk.ports import JournalFailed

VERSION = 2

ENTRIES = """CREATE TABLE entries (
    n INTEGER PRIMARY KEY, kind TEXT NOT NULL, hash BLOB NOT NULL, stored BLOB NOT NULL)"""
_COURSE_COLUMNS = """n INTEGER PRIMARY KEY, op TEXT NOT NULL UNIQUE, voucher TEXT NOT NULL UNIQUE,
    member TEXT NOT NULL, state TEXT NOT NULL, attempt INTEGER NOT NULL, claim_n INTEGER NOT NULL,
    expires INTEGER NOT NULL"""
KEPT = (
    # What began and what ended an operation stays with it for good: the entries themselves may be pruned.
    f"CREATE TABLE operations ({_COURSE_COLUMNS}, begun BLOB NOT NULL, ended BLOB NOT NULL)",
    "CREATE INDEX open_operations ON operations (n) WHERE state IN ('redeemed', 'printing', 'unknown')",
    "CREATE INDEX expiring ON operations (expires, n) WHERE claim_n = 0 AND expires > 0",
    "CREATE INDEX of_member ON operations (member, n)",
    "CREATE TABLE effects (n INTEGER PRIMARY KEY, whose TEXT NOT NULL, points INTEGER NOT NULL)",
    "CREATE INDEX of_whom ON effects (whose, n, points)",
    """CREATE TABLE balances (
        account TEXT NOT NULL, asset TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0),
        PRIMARY KEY (account, asset)) WITHOUT ROWID""",
)
META = "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID"
_COURSE = "n, op, voucher, member, state, attempt, claim_n, expires"
_LIVE = (
    f"CREATE TEMP TABLE live ({_COURSE_COLUMNS}, touched INTEGER NOT NULL)",
    f"""CREATE TEMP VIEW courses AS SELECT {_COURSE} FROM temp.live UNION ALL
        SELECT {_COURSE} FROM main.operations AS kept
        WHERE NOT EXISTS (SELECT 1 FROM temp.live AS newer WHERE newer.n = kept.n)""",  # noqa: S608
)
INSERT_ENTRY = "INSERT INTO entries VALUES (?, ?, ?, ?)"
_PUT_LIVE = f"""INSERT INTO temp.live ({_COURSE}, touched) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (n) DO UPDATE SET state = excluded.state, attempt = excluded.attempt,
    claim_n = excluded.claim_n, touched = excluded.touched"""  # noqa: S608
PUT_META = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
FROM_ELSEWHERE = "WHERE state = 'elsewhere' AND claim_n = 0"
_FOLDED = "SELECT n, stored, hash FROM entries WHERE n > ? ORDER BY n LIMIT ?"


def prepare(database: Database, device: str) -> None:
    """Make the tables in a new file; K-JR-03 if an old one belongs to another device or a later version."""
    with database.atomic():
        if database.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
            for statement in (META, ENTRIES, *KEPT):
                database.execute(statement)
            database.execute(PUT_META, ("device", device))
            database.execute(PUT_META, ("version", VERSION))
        elif meta(database, "version") is None:
            upgrade(database, ENTRIES, KEPT)
            database.execute(PUT_META, ("version", VERSION))
        database.execute(person_keys.TABLE)
    owner, version = meta(database, "device"), meta(database, "version")
    if owner != device:
        raise JournalFailed("K-JR-03", f"this is the journal of {owner}, not of {device}")
    if version != VERSION:
        raise JournalFailed("K-JR-03", f"this journal is of version {version}, this software knows {VERSION}")
    open_live(database)


def open_live(database: Database) -> None:
    """The tables in memory for what happened since the cut; empty."""
    for statement in _LIVE:
        database.execute(statement)


def meta(database: Database, name: str) -> Any:
    """One remembered value, None if there is none."""
    found = database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return found[0] if found else None


def checkpoint(database: Database) -> en.Checkpoint | None:
    """What the entries up to the cut said; None before the first cut."""
    packed = meta(database, "checkpoint")
    return msgspec.msgpack.decode(packed, type=en.Checkpoint) if packed else None


def floor(database: Database) -> tuple[int, bytes]:
    """The last pruned entry's n and hash; (0, 32 zero bytes) while nothing is pruned."""
    return meta(database, "floor_n") or 0, bytes(meta(database, "floor_hash") or en.GENESIS)


def tail(database: Database) -> Mark:
    """The last entry that is here."""
    found = database.execute("SELECT n, hash FROM entries ORDER BY n DESC LIMIT 1").fetchone()
    n, hashed = found or floor(database)
    return Mark(n=n, hash=bytes(hashed))


def mark_seen(database: Database) -> Mark:
    """The highest entry that head office ever acknowledged."""
    return Mark(n=meta(database, "mark_n") or 0, hash=bytes(meta(database, "mark_hash") or en.GENESIS))


def hash_at(database: Database, n: int) -> bytes | None:
    """The chain hash at n; None beyond the last entry, and below what was pruned."""
    gone, hashed = floor(database)
    if n == gone:
        return hashed
    found = database.execute("SELECT hash FROM entries WHERE n = ?", (n,)).fetchone()
    return bytes(found[0]) if found else None


def after(database: Database, n: int) -> Iterator[tuple[int, bytes, bytes]]:
    """(n, hash, stored) of each entry after n."""
    for at, stored, hashed in database.execute(_FOLDED, (n, -1)):
        yield at, bytes(hashed), bytes(stored)


def begun_fold(database: Database, device: str) -> Fold:
    """The fold up to the cut; operations are looked up when an entry speaks of them."""
    cut = checkpoint(database)
    fold = Fold(device, kept=lambda op: _story(database, op))
    if cut is not None:
        fold.n, fold.hash, fold.redeemed = cut.cut, cut.hash, cut.redeemed
        fold.downlink.gen, fold.downlink.d = cut.gen, cut.d
    rows = database.execute("SELECT account, asset, amount FROM balances")
    fold.balances = {(account, asset): amount for account, asset, amount in rows}
    return fold


def fold_on(database: Database, fold: Fold, most: int) -> Fold:
    """The next entries, at most so many, checked link by link; BrokenChain at the first that does not fit."""
    for n, stored, hashed in database.execute(_FOLDED, (fold.n, most)):
        if not isinstance(stored, bytes):  # a disk that lies leaves rows that the schema forbids
            raise BrokenChain(f"entry {n} holds no bytes")
        fold.take(n, stored, hashed)
    return fold


def put_live(database: Database, course: Course, touched: int) -> None:
    """Where an operation stands now; `touched` is the entry that moved it there."""
    values = (*course_row(course), touched)
    database.execute(_PUT_LIVE, values)


def course_row(course: Course) -> tuple[Any, ...]:
    """A course as it lies in a row."""
    return tuple(getattr(course, name) for name in Course.__dataclass_fields__)


def courses(database: Database, where: str = "", values: tuple[Any, ...] = ()) -> Iterator[Course]:
    """Operations as they stand, filtered by an SQL condition."""
    for row in database.execute(f"SELECT {_COURSE} FROM temp.courses {where}", values):  # noqa: S608
        yield Course(*row)


def evidence(database: Database, course: Course) -> tuple[bytes, bytes]:
    """The stored entries that began an operation and that ended its right to claim (b'': none did).

    What is kept goes before the entries: it is checked at every start, those before the cut are not.
    """
    asked = "SELECT begun, ended FROM operations WHERE n = ?"
    begun, ended = database.execute(asked, (course.n,)).fetchone() or (b"", b"")
    begun = begun or stored_at(database, course.n) or b""
    if course.claim_n and not ended:
        ended = stored_at(database, course.claim_n) or b""
    return bytes(begun), bytes(ended)


def stored_at(database: Database, n: int) -> bytes | None:
    """An entry's bytes, None if it is not here (any more)."""
    found = database.execute("SELECT stored FROM entries WHERE n = ?", (n,)).fetchone()
    return found[0] if found else None


def _story(database: Database, op: str) -> Story | None:
    asked = f"SELECT {_COURSE}, begun FROM operations WHERE op = ?"  # noqa: S608
    found = database.execute(asked, (op,)).fetchone()
    if found is None:
        return None
    course = Course(*found[:-1])
    return course, (redeem_in(en.decode(found[-1])), course.member)
