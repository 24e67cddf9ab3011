"""What the kiosk remembers of head office, in a file of its own: its writing never delays a redemption."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path

import msgspec
from sqlite_utils import Database

from kiosk.ledger import sync
from kiosk.ledger.sync import Account, Gift
from kiosk.offline.disk import CORRUPT, LOCKED_AWAY, DiskError, fault, open_exclusive
from kiosk.ports import JournalFailed

log = logging.getLogger(__name__)

_TABLES = (
    "CREATE TABLE IF NOT EXISTS shop (one INTEGER PRIMARY KEY CHECK (one = 1), packed BLOB NOT NULL)",
    """CREATE TABLE IF NOT EXISTS home (
        card BLOB PRIMARY KEY, member TEXT NOT NULL, packed BLOB NOT NULL) WITHOUT ROWID""",
)
_EMPTY = sync.Replica(catalogue=0, gifts=(), pack=0, rules="", deny_epoch=0, denied=(), home=())


class StoredReplica:
    """Implements ports.Replica on any thread: answers come from memory, changes are stored first."""

    def __init__(self, path: Path, key: bytes | None = None) -> None:
        self._lock = threading.Lock()
        self._database = _opened(path, key)
        self._shop, self._home = self._load()
        self._denied = _by_card(self._shop)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._database.conn.close()

    # --- ports.Replica ---------------------------------------------------------------------------

    def account(self, card: bytes) -> Account | None:
        """A home member by the keyed hash of their card."""
        return self._home.get(card)

    def remember(self, account: Account) -> None:
        """Keep a newer answer about a home member; others are not kept, and those who moved are forgotten."""
        with self._lock:
            known = self._home.get(account.card)
            if known is not None and known.as_of > account.as_of:
                return
            if known is None and not account.home:
                return
            home = dict(self._home)
            if account.home:
                home[account.card] = account
            else:
                del home[account.card]
            self._store(lambda: self._put_account(account))
            self._home = home

    def denied(self, card: bytes) -> str:
        """Why this card must not be served, or ''."""
        return self._denied.get(card, "")

    def gifts(self) -> tuple[Gift, ...]:
        """The catalogue."""
        return self._shop.gifts

    def rules(self) -> str:
        """The rule pack's text."""
        return self._shop.rules

    def pack(self) -> int:
        """The rule pack's version."""
        return self._shop.pack

    # --- what the uploader and the wiring need ---------------------------------------------------

    def versions(self) -> tuple[int, int, int]:
        """(catalogue, pack, deny epoch) as last downloaded; zeros before the first download."""
        return self._shop.catalogue, self._shop.pack, self._shop.deny_epoch

    def claim_keys(self) -> dict[int, bytes]:
        """The voucher keys of the store's devices: key id -> 32 bytes."""
        return self._shop.claim_keys

    def is_home(self, member: str) -> bool:
        """Whether this kiosk is this member's home."""
        return any(account.member == member for account in self._home.values())

    def replace(self, fresh: sync.Replica) -> None:
        """Take over a download, all or nothing. An older deny list never replaces a newer one."""
        with self._lock:
            if fresh.deny_epoch < self._shop.deny_epoch:
                fresh = _with_denied(fresh, self._shop)
            home = {account.card: self._newest(account) for account in fresh.home}
            self._store(lambda: self._put_all(fresh, home))
            self._shop, self._home, self._denied = fresh, home, _by_card(fresh)

    # --- inside ----------------------------------------------------------------------------------

    def _newest(self, account: Account) -> Account:
        known = self._home.get(account.card)
        return known if known is not None and known.as_of > account.as_of else account

    def _load(self) -> tuple[sync.Replica, dict[bytes, Account]]:
        try:
            found = self._database.execute("SELECT packed FROM shop").fetchone()
            shop = sync.unpack(sync.Replica, found[0]) if found else _EMPTY
            rows = self._database.execute("SELECT card, packed FROM home").fetchall()
            return shop, {card: sync.unpack(Account, packed) for card, packed in rows}
        except sync.MalformedMessage:
            return _EMPTY, {}  # it is only a copy: the next sync brings it again

    def _put_all(self, fresh: sync.Replica, home: dict[bytes, Account]) -> None:
        shop = sync.pack(msgspec.structs.replace(fresh, home=()))
        self._database.execute("INSERT OR REPLACE INTO shop VALUES (1, ?)", (shop,))
        self._database.execute("DELETE FROM home")
        for account in home.values():
            self._put_account(account)

    def _put_account(self, account: Account) -> None:
        if not account.home:
            self._database.execute("DELETE FROM home WHERE card = ?", (account.card,))
            return
        row = (account.card, account.member, sync.pack(account))
        self._database.execute("INSERT OR REPLACE INTO home VALUES (?, ?, ?)", row)

    def _store(self, write: Callable[[], None]) -> None:
        try:
            with self._database.atomic():
                write()
        except DiskError as trouble:
            # Only a copy: it serves from memory meanwhile, and the next download brings it again.
            log.warning("the replica could not be stored: %s", trouble)


def _opened(path: Path, key: bytes | None) -> Database:
    try:
        return _with_tables(path, key)
    except JournalFailed as failure:
        if failure.code not in (CORRUPT, LOCKED_AWAY):
            raise
        log.warning("the replica is begun anew: %s", failure)
        for name in (path.name, f"{path.name}-wal"):
            path.with_name(name).unlink(missing_ok=True)
        return _with_tables(path, key)


def _with_tables(path: Path, key: bytes | None) -> Database:
    database = open_exclusive(path, key, one_thread=False)
    try:
        for table in _TABLES:
            database.execute(table)
    except DiskError as trouble:
        database.conn.close()
        raise fault(trouble) from trouble
    return database


def _by_card(shop: sync.Replica) -> dict[bytes, str]:
    return {denied.card: denied.why for denied in shop.denied}


def _with_denied(fresh: sync.Replica, newer: sync.Replica) -> sync.Replica:
    return msgspec.structs.replace(fresh, deny_epoch=newer.deny_epoch, denied=newer.denied)
