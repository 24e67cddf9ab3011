"""What the requests of one transaction speak of: asked once for all of them, then answered from memory."""

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

from kiosk.hub.bulk import among, rows_among
from kiosk.hub.tables import (
    balances,
    devices,
    entries,
    gifts,
    grants,
    members,
    pin_checks,
    redemptions,
    wants,
)
from kiosk.ledger import accounts as acc

K = TypeVar("K")
V = TypeVar("V")


class Shelf(Generic[K, V]):
    """Answers by key. A key is read at most once, with all others that are needed at the same moment."""

    def __init__(self, read: Callable[[list[K]], Iterable[tuple[K, V]]]) -> None:
        self._read = read
        self._known: dict[K, V | None] = {}

    def need(self, keys: Iterable[K]) -> "Need":
        """What a reader yields: afterwards these keys are known."""
        return Need(self, set(keys))

    def fetch(self, keys: Iterable[K]) -> None:
        """Read those of these keys that are not known yet, in their order: rows may get locked."""
        missing = sorted(set(keys) - self._known.keys())  # type: ignore[type-var]
        self._known.update(dict.fromkeys(missing))
        # PostgreSQL has no text with a NUL in it, so nothing is called that.
        askable = [key for key in missing if not _has_nul(key)]
        if askable:
            self._known.update(self._read(askable))

    def get(self, key: K) -> V | None:
        """What stands under a key; None if nothing does."""
        if key not in self._known:
            self.fetch([key])
        return self._known[key]

    def put(self, key: K, value: V) -> None:
        """What stands there from now on, for every request of this transaction."""
        self._known[key] = value


@dataclass(frozen=True, slots=True)
class Need:
    """Keys of one shelf."""

    shelf: Shelf[Any, Any]
    keys: set[Any]


Reader = Generator[Need, None, None]
"""Code that yields what it needs to know before it goes on."""


def read_together(readers: Iterable[Reader]) -> None:
    """Run readers side by side: what they need at the same point is read by one statement for all of them."""
    going = list(readers)
    while going:
        needs: dict[Shelf[Any, Any], set[Any]] = defaultdict(set)
        still = []
        for reader in going:
            need = next(reader, None)
            if need is not None:
                needs[need.shelf] |= need.keys
                still.append(reader)
        for shelf, keys in needs.items():
            shelf.fetch(keys)
        going = still


class Lookups:
    """The shelves of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._gifts: tuple[str, ...] | None = None
        self.entry_ids = Shelf(self._present(entries.c.id))
        self.vouchers = Shelf(self._present(redemptions.c.voucher))
        self.devices = Shelf(self._present(devices.c.device))
        self.wants = Shelf(self._present(wants.c.id))
        self.grants = Shelf(self._grants)
        self.hashes = Shelf(self._hashes)
        self.quarantined = Shelf(self._quarantined)
        self.homes = Shelf(self._homes)
        self.lacking_at_home = Shelf(self._lacking_at_home)
        self.held = Shelf(self._held)
        self.try_holders = Shelf(self._try_holders)
        self.right_tries = Shelf(self._right_tries)

    def _present(self, column: sa.Column[str]) -> Callable[[list[str]], Iterable[tuple[str, bool]]]:
        def read(keys: list[str]) -> Iterable[tuple[str, bool]]:
            asked = sa.select(column).where(among(self._connection, column, keys))
            return [(key, True) for key in self._connection.scalars(asked)]

        return read

    def _grants(self, gids: list[str]) -> Iterable[tuple[str, tuple[object, ...]]]:
        """gid -> (device, gen, d, asset, amount, member)."""
        g = grants.c
        asked = sa.select(g.gid, g.device, g.gen, g.d, g.asset, g.amount, g.member)
        rows = self._connection.execute(asked.where(among(self._connection, g.gid, gids)))
        return [(row[0], tuple(row[1:])) for row in rows]

    def _hashes(self, places: list[tuple[str, int]]) -> Iterable[tuple[tuple[str, int], bytes]]:
        """(device, n) -> the chain hash of that entry."""
        e = entries.c
        for device, numbers in _gathered(places):
            asked = sa.select(e.n, e.hash).where(e.device == device, among(self._connection, e.n, numbers))
            for n, held in self._connection.execute(asked):
                yield (device, n), bytes(held)

    def _quarantined(self, keys: list[tuple[str, str]]) -> Iterable[tuple[tuple[str, str], bool]]:
        """(device, op) -> an earlier entry of the operation was set aside in this device's log."""
        e = entries.c
        ops = among(self._connection, e.op, sorted({op for _, op in keys}))
        asked = sa.select(e.device, e.op).where(ops, e.verdict == "quarantined")
        return [((device, op), True) for device, op in self._connection.execute(asked)]

    def _homes(self, names: list[str]) -> Iterable[tuple[str, str]]:
        """member -> their home kiosk, '' without one."""
        m = members.c
        asked = sa.select(m.id, m.home).where(among(self._connection, m.id, names))
        return [(member, home or "") for member, home in self._connection.execute(asked)]

    def gifts(self) -> tuple[str, ...]:
        """Every gift, in the order of the shelf."""
        if self._gifts is None:
            self._gifts = tuple(self._connection.scalars(sa.select(gifts.c.id).order_by(gifts.c.place)))
        return self._gifts

    def _lacking_at_home(
        self, keys: list[tuple[str, int, int, int]]
    ) -> Iterable[tuple[tuple[str, int, int, int], tuple[str, ...]]]:
        """(device, points, tries, spare) -> members at home there of whom more could be placed ahead.

        They have points and fewer than `points` lie at the device, or more than `spare` tries, and so on.
        """
        m = members.c
        for key in keys:
            device, points, tries, spare = key
            own, here = sa.literal(acc.member("")) + m.id, sa.literal(acc.escrow(device) + ":") + m.id
            (own_points, here_points), (own_tries, here_tries) = (
                (_amount(own, asset), _amount(here, asset)) for asset in (acc.POINTS, acc.TRIES)
            )
            more_points = (own_points > 0) & (here_points < points)
            more_tries = (own_tries > spare) & (here_tries < tries)
            asked = sa.select(m.id).where(m.home == device, more_points | more_tries).order_by(m.id)
            yield key, tuple(self._connection.scalars(asked))

    def _held(self, keys: list[tuple[str, str]]) -> Iterable[tuple[tuple[str, str], int]]:
        """(account, asset) -> units now, not locked: for accounts that nobody else moves."""
        b = balances.c
        asked = sa.select(balances).where(rows_among(self._connection, (b.account, b.asset), keys))
        return [((account, asset), amount) for account, asset, amount in self._connection.execute(asked)]

    def _try_holders(self, names: list[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
        """member -> every kiosk's account that was ever granted tries of theirs."""
        g = grants.c
        asked = sa.select(g.member, g.device).where(among(self._connection, g.member, names))
        rows = self._connection.execute(asked.where(g.asset == acc.TRIES).distinct())
        return _gathered(sorted((member, acc.escrow(device, member)) for member, device in rows))

    def _right_tries(self, keys: list[tuple[str, str]]) -> Iterable[tuple[tuple[str, str], bool]]:
        """(device, member) -> we saw a right PIN of this member from this device."""
        c = pin_checks.c
        mine = among(self._connection, c.member, sorted({member for _, member in keys}))
        asked = sa.select(c.device, c.member).where(mine, c.result == "right").distinct()
        return [((device, member), True) for device, member in self._connection.execute(asked)]


def _has_nul(key: object) -> bool:
    parts = key if isinstance(key, tuple) else (key,)
    return any(isinstance(part, str) and "\0" in part for part in parts)


def _amount(account: sa.ColumnElement[str], asset: str) -> sa.ColumnElement[int]:
    """The units in an account, 0 without a row."""
    b = balances.alias().c
    found = sa.select(b.amount).where(b.account == account, b.asset == asset).scalar_subquery()
    return sa.func.coalesce(found, 0)


def _gathered(rows: Iterable[Any]) -> list[tuple[str, tuple[Any, ...]]]:
    """(key, value) rows as one tuple of values a key."""
    values = defaultdict(list)
    for key, value in rows:
        values[key].append(value)
    return [(key, tuple(found)) for key, found in values.items()]
