"""The books within one transaction: balances read once, checked in memory, written once and in order."""

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.hub.bulk import add_all, insert_all, rows_among
from kiosk.hub.changes import touch_accounts
from kiosk.hub.tables import balances, transfers
from kiosk.ledger import accounts as acc
from kiosk.ledger.legs import Transfer

DISPUTED = "suspense:disputed:"
"""What disputed entries of a device took too much or may not have: the one suspense that goes below zero."""

Key = tuple[str, str]
_SHARED = frozenset({acc.WORLD, acc.SPENT, acc.ISSUED, acc.RISK_OPEN})
"""Accounts that nearly every upload moves: not locked while it is worked out, only written last.

No decision hangs on them: `issued` has a floor, but each of its units is one operation's, which is locked.
"""


def disputed(device: str) -> str:
    """The suspense account for one device's disputed entries."""
    return DISPUTED + device


def has_floor(account: str) -> bool:
    """Whether this account never goes below zero."""
    return account != acc.WORLD and not account.startswith(DISPUTED)


class Books:
    """A working set over the balances. Open every key first: locks are then taken in one global order."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._amounts: dict[Key, int] = {}
        self._changes: dict[Key, int] = {}
        self._moved: list[Transfer] = []
        self._shared: set[Key] = set()

    def open(self, keys: Iterable[Key]) -> None:
        """Read and lock these balances, ordered by account and asset (unordered locks deadlock)."""
        wanted = {key for key in keys if has_floor(key[0])}
        shared = {key for key in wanted if key[0] in _SHARED}
        self._shared |= shared
        self._read(wanted - shared, lock=True)

    def _read(self, keys: Iterable[Key], *, lock: bool) -> None:
        missing = sorted(set(keys) - self._amounts.keys())
        if not missing:
            return
        self._amounts.update(dict.fromkeys(missing, 0))
        place = balances.c.account, balances.c.asset
        asked = sa.select(balances).where(rows_among(self._connection, place, missing))
        if lock:
            asked = asked.order_by(*place).with_for_update()
        for account, asset, amount in self._connection.execute(asked):
            self._amounts[account, asset] = amount

    def has(self, account: str, asset: str) -> int:
        """Units in an account, with what this transaction moved so far."""
        key = (account, asset)
        if key not in self._amounts and account in _SHARED:
            self._read({key, *self._shared}, lock=False)
        elif key not in self._amounts:
            self.open([key])
        return self._amounts[key] + self._changes.get(key, 0)

    def short(self, leg: Transfer) -> int:
        """By how much this transfer would overdraw its source; 0 if it may go ahead."""
        if not has_floor(leg.source):
            return 0
        return max(0, leg.amount - self.has(leg.source, leg.asset))

    def move(self, leg: Transfer) -> None:
        """Apply one transfer; its id must be new. Moving nothing is nothing."""
        if not leg.amount:
            return
        self._moved.append(leg)
        for account, change in ((leg.source, -leg.amount), (leg.target, leg.amount)):
            key = (account, leg.asset)
            self._changes[key] = self._changes.get(key, 0) + change

    def write(self) -> None:
        """Write transfers and the net change of each balance, ordered like `open`, the shared ones last."""
        rows = [(t.id, t.source, t.target, t.asset, t.amount) for t in self._moved]
        insert_all(self._connection, transfers, rows)
        changes = [(*key, amount) for key, amount in sorted(self._changes.items(), key=_place) if amount]
        # A difference, not a total: a row that did not exist could not be locked.
        add_all(self._connection, balances, changes)
        touch_accounts(self._connection, (account for account, _, _ in changes))
        self._moved.clear()
        for key, change in self._changes.items():
            self._amounts[key] = self._amounts.get(key, 0) + change
        self._changes.clear()


def _place(change: tuple[Key, int]) -> tuple[bool, Key]:
    key, _ = change
    return key[0] in _SHARED, key
