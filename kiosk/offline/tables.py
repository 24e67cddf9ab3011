"""The journal's tables: entries are the truth, the rest is a cache that must equal their fold."""

from collections.abc import Iterator
from typing import Any

from sqlite_utils import Database

from kiosk.ledger.legs import Balances
from kiosk.offline.fold import BrokenChain, Fold
from kiosk.offline.follow import Course
from kiosk.ports import JournalFailed

_SCHEMA = (
    """CREATE TABLE entries (
        n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, hash BLOB NOT NULL,
        stored BLOB NOT NULL, whose TEXT NOT NULL, effect INTEGER NOT NULL)""",
    "CREATE INDEX effects ON entries (whose, n, effect) WHERE effect <> 0",
    """CREATE TABLE balances (
        account TEXT NOT NULL, asset TEXT NOT NULL, amount INTEGER NOT NULL CHECK (amount > 0),
        PRIMARY KEY (account, asset)) WITHOUT ROWID""",
    """CREATE TABLE operations (
        n INTEGER PRIMARY KEY, op TEXT NOT NULL UNIQUE, voucher TEXT NOT NULL UNIQUE, member TEXT NOT NULL,
        state TEXT NOT NULL, attempt INTEGER NOT NULL, claim_n INTEGER NOT NULL, expires INTEGER NOT NULL)""",
    "CREATE INDEX open_operations ON operations (n) WHERE state IN ('redeemed', 'printing', 'unknown')",
    """CREATE INDEX expiring ON operations (expires, n)
        WHERE state IN ('posted', 'unknown') AND claim_n = 0 AND expires > 0""",
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
)
INSERT_ENTRY = "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)"
PUT_COURSE = """INSERT INTO operations
    VALUES (:n, :op, :voucher, :member, :state, :attempt, :claim_n, :expires)
    ON CONFLICT (n) DO UPDATE SET state = :state, attempt = :attempt, claim_n = :claim_n"""
PUT_BALANCE = """INSERT INTO balances VALUES (?, ?, ?)
    ON CONFLICT (account, asset) DO UPDATE SET amount = excluded.amount"""
DROP_BALANCE = "DELETE FROM balances WHERE account = ? AND asset = ?"
PUT_META = "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
FROM_ELSEWHERE = "WHERE state = 'elsewhere' AND claim_n = 0"
_COURSE = "SELECT n, op, voucher, member, state, attempt, claim_n, expires FROM operations"


def prepare(database: Database, device: str) -> None:
    """Make the tables in a new file; K-JR-03 if an old one belongs to another device."""
    if database.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,):
        with database.atomic():
            for statement in _SCHEMA:
                database.execute(statement)
            database.execute(PUT_META, ("device", device))
    owner = meta(database, "device")
    if owner != device:
        raise JournalFailed("K-JR-03", f"this is the journal of {owner}, not of {device}")


def meta(database: Database, name: str) -> Any:
    """One remembered value, None if there is none."""
    found = database.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return found[0] if found else None


def folded(database: Database, device: str) -> Fold:
    """The whole log, checked link by link; BrokenChain at the first that does not fit."""
    fold = Fold(device)
    for n, stored, hashed in database.execute("SELECT n, stored, hash FROM entries ORDER BY n"):
        if not isinstance(stored, bytes):  # a disk that lies leaves rows that the schema forbids
            raise BrokenChain(f"entry {n} holds no bytes")
        fold.take(n, stored, hashed)
    return fold


def cached_balances(database: Database) -> Balances:
    """The balances as they were cached."""
    rows = database.execute("SELECT account, asset, amount FROM balances")
    return {(account, asset): amount for account, asset, amount in rows}


def courses(database: Database, where: str = "", values: tuple[Any, ...] = ()) -> Iterator[Course]:
    """Operations as they were cached, filtered by an SQL condition."""
    for row in database.execute(f"{_COURSE} {where}", values):
        yield Course(*row)


def differences(database: Database, fold: Fold) -> str:
    """What of the cache differs from the fold, or ''."""
    if cached_balances(database) != fold.balances:
        return "balances"
    if {course.op: course for course in courses(database)} != fold.courses:
        return "operations"
    return ""
