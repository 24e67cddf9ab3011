"""Journals of the first version: their entries stay, what was cached beside them is folded again."""

from sqlite_utils import Database

_OLD = ("effects", "open_operations", "expiring")


def upgrade(database: Database, entries: str, kept: tuple[str, ...]) -> None:
    """Bring a first journal's tables to what they are today; inside the caller's transaction."""
    for name in _OLD:
        database.execute(f"DROP INDEX IF EXISTS {name}")
    database.execute("ALTER TABLE entries RENAME TO first_entries")
    database.execute(entries)
    database.execute("INSERT INTO entries SELECT n, kind, hash, stored FROM first_entries ORDER BY n")
    for name in ("first_entries", "balances", "operations"):
        database.execute(f"DROP TABLE {name}")
    for statement in kept:
        database.execute(statement)
