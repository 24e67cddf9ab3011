"""The keys of what newcomers told: beside the entries, never in them, until head office has them safely.

A key is given to head office again in every generation, for a database that was set back may lack it. It is
dropped once an entry that was journalled after head office took it is stable: whatever holds that entry
holds the key.
"""

from sqlite_utils import Database

from kiosk.ports import Newcomer

TABLE = """CREATE TABLE IF NOT EXISTS person_keys (
    member TEXT PRIMARY KEY, key BLOB NOT NULL, held_gen INTEGER NOT NULL, until INTEGER NOT NULL)
    WITHOUT ROWID"""
_NEVER = -1


def keep(database: Database, member: str, key: bytes) -> None:
    """Remember a key; inside the transaction that journals what it opens."""
    database.execute("INSERT INTO person_keys VALUES (?, ?, ?, 0)", (member, key, _NEVER))


def waiting(database: Database, gen: int, most: int) -> tuple[Newcomer, ...]:
    """What head office of this generation has not said to hold, at most so many."""
    asked = "SELECT member, key FROM person_keys WHERE held_gen <> ? ORDER BY member LIMIT ?"
    rows = database.execute(asked, (gen, most)).fetchall()
    return tuple(Newcomer(member, bytes(key)) for member, key in rows)


def hold(database: Database, member: str, gen: int, until: int) -> None:
    """Head office of this generation holds a member's key; `until`: an entry that it cannot have yet."""
    values = (gen, until, member)
    with database.atomic():
        database.execute("UPDATE person_keys SET held_gen = ?, until = ? WHERE member = ?", values)


def forget(database: Database, gen: int, stable: int) -> None:
    """Drop the keys that head office has safely twice. Their bytes are overwritten, too."""
    safe = (gen, stable)
    found = "SELECT 1 FROM person_keys WHERE held_gen = ? AND until <= ? LIMIT 1"
    if database.execute(found, safe).fetchone() is None:
        return
    database.execute("PRAGMA secure_delete = ON").fetchone()
    with database.atomic():
        database.execute("DELETE FROM person_keys WHERE held_gen = ? AND until <= ?", safe)
