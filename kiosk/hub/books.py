"""The books within one transaction: balances read once, checked in memory, written once and in order."""

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.hub.changes import touch_accounts
from kiosk.hub.tables import balances, transfers, upsert
from kiosk.ledger import accounts as acc
from kiosk.ledger.legs import Transfer

DISPUTED = "suspense:disputed:"
"""What disputed entries of a device took too much or may not have: the one suspense that goes below zero."""

Key = tuple[str, str]
_KEYS_A_QUERY = 400


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

    def open(self, keys: Iterable[Key]) -> None:
        """Read and lock these balances, ordered by account and asset (unordered locks deadlock)."""
        missing = sorted(set(keys) - self._amounts.keys())
        for start in range(0, len(missing), _KEYS_A_QUERY):
            part = missing[start : start + _KEYS_A_QUERY]
            self._amounts.update(dict.fromkeys(part, 0))
            self._read(sa.tuple_(balances.c.account, balances.c.asset).in_(part))

    def _read(self, which: sa.ColumnElement[bool]) -> None:
        order = sa.select(balances).where(which).order_by(balances.c.account, balances.c.asset)
        for account, asset, amount in self._connection.execute(order.with_for_update()):
            self._amounts[account, asset] = amount

    def has(self, account: str, asset: str) -> int:
        """Units in an account, with what this transaction moved so far."""
        key = (account, asset)
        if key not in self._amounts:
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
        """Write transfers and the net change of each balance, ordered like `open`."""
        if self._moved:
            rows = [
                {"id": t.id, "source": t.source, "target": t.target, "asset": t.asset, "amount": t.amount}
                for t in self._moved
            ]
            self._connection.execute(sa.insert(transfers), rows)
        changes = [
            {"account": account, "asset": asset, "amount": amount}
            for (account, asset), amount in sorted(self._changes.items())
            if amount
        ]
        if changes:
            insert = upsert(self._connection, balances)
            # A difference, not a total: a row that did not exist could not be locked.
            total = balances.c.amount + insert.excluded.amount
            self._connection.execute(
                insert.on_conflict_do_update(index_elements=["account", "asset"], set_={"amount": total}),
                changes,
            )
            touch_accounts(self._connection, (str(change["account"]) for change in changes))
        self._moved.clear()
        for key, change in self._changes.items():
            self._amounts[key] = self._amounts.get(key, 0) + change
        self._changes.clear()
