"""Durable limits on what a device is lent: a stolen one can neither park all rights nor use up the numbers.

A normal shop meets none of them. Whoever does is refused, and the console's audit has a line of it, one for
each device and window.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.hub.bulk import among, insert_all, rows_among
from kiosk.hub.console_tables import audit
from kiosk.hub.shelves import Reader, Shelf
from kiosk.hub.tables import upsert
from kiosk.hub.voucher_tables import asked_vouchers, lent_ranges

HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US
CLAIMS, SERIALS = "limit-claims", "limit-serials"
LIMITS = "limit-"
"""Actions in the audit: nobody did them, a device met a limit."""
_SHOWN = 10


class LimitShelves:
    """What one transaction knows of what devices asked for and were lent lately."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.asked = Shelf(self._asked)
        self.asked_since = Shelf(lambda keys: self._counted(asked_vouchers, keys))
        self.lent_since = Shelf(lambda keys: self._counted(lent_ranges, keys))

    def _asked(self, keys: list[tuple[str, str]]) -> Iterable[tuple[tuple[str, str], int]]:
        """(device, voucher) -> when it was last counted, UTC microseconds."""
        a = asked_vouchers.c
        rows = self._connection.execute(
            sa.select(asked_vouchers).where(rows_among(self._connection, (a.device, a.voucher), keys))
        )
        return [((row.device, row.voucher), row.at) for row in rows]

    def _counted(self, table: sa.Table, keys: list[tuple[str, int]]) -> Iterable[tuple[tuple[str, int], int]]:
        """(device, since) -> its rows that are younger."""
        for since in {since for _, since in keys}:
            names = [device for device, at in keys if at == since]
            asked = sa.select(table.c.device, sa.func.count()).where(
                among(self._connection, table.c.device, names), table.c.at > since
            )
            for device, count in self._connection.execute(asked.group_by(table.c.device)):
                yield (device, since), count


class ClaimLimit:
    """The vouchers that one device may ask for within an hour. Asking again for the same one is free."""

    def __init__(self, shelves: LimitShelves, device: str, most: int, now: int) -> None:
        self._shelves = shelves
        self._device = device
        self._most = most
        self._now = now
        self._since = now - HOUR_US
        self._fresh: set[str] = set()
        self._refused = False

    def read(self, numbers: Iterable[str]) -> Reader:
        """Look up which of these vouchers were asked for before, and how many there were."""
        keys = [(self._device, number) for number in numbers]
        yield self._shelves.asked.need(keys)
        yield self._shelves.asked_since.need([(self._device, self._since)] if keys else [])

    def allows(self, number: str) -> bool:
        """Whether the device may ask for this voucher now; if so it is counted."""
        asked_at = self._shelves.asked.get((self._device, number)) or 0
        if number in self._fresh or asked_at > self._since:
            return True
        before = self._shelves.asked_since.get((self._device, self._since)) or 0
        if before + len(self._fresh) >= self._most:
            self._refused = True
            return False
        self._fresh.add(number)
        return True

    def write(self, connection: sa.Connection) -> None:
        """Keep the count, forget what is older than an hour, and tell the console."""
        if self._fresh:
            a = asked_vouchers.c
            old = (a.device == self._device) & (a.at <= self._since)
            connection.execute(sa.delete(asked_vouchers).where(old))
            rows = [(self._device, number, self._now) for number in sorted(self._fresh)]
            insert_all(connection, asked_vouchers, rows)
        if self._refused:
            tell_console(connection, self._device, CLAIMS, self._now, HOUR_US)


def limits_met(device: str) -> sa.Select[tuple[str, int]]:
    """(limit, when, UTC microseconds), the latest first: the limits that a device met."""
    a = audit.c
    met = sa.select(a.action, a.at).where(a.subject == device, a.action.startswith(LIMITS))
    return met.order_by(a.at.desc()).limit(_SHOWN)


def tell_console(connection: sa.Connection, device: str, limit: str, now: int, window_us: int) -> None:
    """Write a line into the audit: this device met this limit. At most one line a window."""
    line = {"id": f"{limit}:{device}:{now // window_us}", "at": now, "who": device, "action": limit}
    line |= {"subject": device, "source": "here", "outcome": "refused"}
    connection.execute(upsert(connection, audit).values(**line, second="").on_conflict_do_nothing())
