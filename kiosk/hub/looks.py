"""Looks: how often an hour a kiosk may have the PINs of people looked at whom it does not know yet.

They are lent ahead like risk, so that no answer about a phone waits for a grant, or is slower for a phone
that nobody has. What is lent within an hour is bounded, durably: a stolen kiosk cannot try phones all day.
"""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from kiosk.hub.books import Key
from kiosk.hub.bulk import among
from kiosk.hub.limits import HOUR_US, tell_console
from kiosk.hub.member_tables import lent_looks
from kiosk.hub.settings import Phones
from kiosk.hub.shelves import Reader, Shelf
from kiosk.ledger import accounts as acc

LIMIT = "limit-looks"
"""The action in the audit: nobody did it, a device met the limit."""


class LookShelf(Shelf[tuple[str, int], int]):
    """(device, since, UTC microseconds) -> looks lent to it later than that."""

    def __init__(self, connection: sa.Connection) -> None:
        super().__init__(self._lent)
        self._connection = connection

    def _lent(self, keys: list[tuple[str, int]]) -> Iterable[tuple[tuple[str, int], int]]:
        t = lent_looks.c
        for since in {since for _, since in keys}:
            names = [device for device, at in keys if at == since]
            asked = sa.select(t.device, sa.func.sum(t.amount)).where(
                among(self._connection, t.device, names), t.at > since
            )
            for device, amount in self._connection.execute(asked.group_by(t.device)):
                yield (device, since), int(amount)


class Looks:
    """The looks that one sync lends: `read`, then `due`, then `write`."""

    def __init__(self, shelf: LookShelf, device: str, policy: Phones, now: int) -> None:
        self._shelf = shelf
        self._device = device
        self._policy = policy
        self._now = now
        self._missing = self._lent = 0
        self._refused = False

    def read(self, held: Shelf[Key, int], moved: Mapping[Key, int]) -> Reader:
        """Find out how many are left there. `held` are balances, `moved` what changes now."""
        if not self._policy.looks:
            return
        key = (acc.escrow(self._device), acc.LOOKS)
        yield held.need([key])
        left = (held.get(key) or 0) + moved.get(key, 0)
        if left <= self._policy.looks // 2:
            self._missing = self._policy.looks - left
            yield self._shelf.need([(self._device, self._now - HOUR_US)])

    def due(self) -> int:
        """How many to lend now; they count as lent."""
        if not self._missing:
            return 0
        lent = self._shelf.get((self._device, self._now - HOUR_US)) or 0
        amount = max(0, min(self._missing, self._policy.looks_per_hour - lent))
        self._refused = amount < self._missing
        self._lent, self._missing = amount, 0
        return amount

    def write(self, connection: sa.Connection) -> None:
        """Keep what was lent when, and tell the console of a kiosk that has used up its hour."""
        if self._lent:
            t = lent_looks.c
            mine = t.device == self._device
            connection.execute(sa.delete(lent_looks).where(mine, t.at <= self._now - HOUR_US))
            same = sa.update(lent_looks).where(mine, t.at == self._now).values(amount=t.amount + self._lent)
            if not connection.execute(same).rowcount:
                row = {"device": self._device, "at": self._now, "amount": self._lent}
                connection.execute(sa.insert(lent_looks).values(**row))
        if self._refused:
            tell_console(connection, self._device, LIMIT, self._now, HOUR_US)
