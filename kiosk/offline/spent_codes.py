"""The codes of phones that were taken, kept until they are over: no code is taken twice, whatever happens."""

from pathlib import Path

from kiosk.offline.disk import TROUBLE, fault, open_exclusive

MOST = 4096
"""Codes kept at once, far more than a minute of visits brings; beyond them none is taken."""

_TABLES = (
    "CREATE TABLE IF NOT EXISTS spent (nonce BLOB PRIMARY KEY, ends_at INTEGER NOT NULL) WITHOUT ROWID",
    # One row: no code is taken any more that ended by then.
    "CREATE TABLE IF NOT EXISTS forgotten (one INTEGER PRIMARY KEY CHECK (one = 1), until INTEGER NOT NULL)",
    "INSERT OR IGNORE INTO forgotten VALUES (1, 0)",
)


class StoredSpentCodes:
    """Implements membership.phone_codes.SpentCodes in a file of its own. For one thread."""

    def __init__(self, path: Path, key: bytes | None = None) -> None:
        """Open or make the file; `key` (32 bytes) encrypts it. JournalFailed: it cannot be kept."""
        self._database = open_exclusive(path, key)
        try:
            for table in _TABLES:
                self._database.execute(table)
        except TROUBLE as trouble:
            self._database.conn.close()
            raise fault(trouble) from trouble

    def spend(self, nonce: bytes, ends_at: int, now: int) -> bool:
        """Take a code, durably; False if it was taken, may have been, or there is no room.

        JournalFailed: stop serving.
        """
        run = self._database.execute
        try:
            run("BEGIN IMMEDIATE")
            taken = self._take(nonce, ends_at, now)
            run("COMMIT")
        except TROUBLE as trouble:
            raise fault(trouble) from trouble
        return taken

    def close(self) -> None:
        """Let go of the file."""
        self._database.conn.close()

    def _take(self, nonce: bytes, ends_at: int, now: int) -> bool:
        run = self._database.execute
        (forgotten,) = run("SELECT max(until) FROM forgotten").fetchone()
        (over,) = run("SELECT coalesce(max(ends_at), 0) FROM spent WHERE ends_at <= ?", (now,)).fetchone()
        if over > forgotten:
            run("UPDATE forgotten SET until = ?", (over,))
            run("DELETE FROM spent WHERE ends_at <= ?", (over,))
        (kept,) = run("SELECT count(*) FROM spent").fetchone()
        if ends_at <= max(forgotten, over) or kept >= MOST:
            return False
        done = run("INSERT OR IGNORE INTO spent VALUES (?, ?)", (nonce, ends_at))
        return bool(done.rowcount == 1)
