"""Receipts that members scan at kiosks: whose right to the points of a sale it is, and what it gives.

The right is a once-only benefit under one name for each receipt. Whoever asks for it first has it; the row of
the sale is locked meanwhile, so two kiosks never give it to two people.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from kiosk.hub.bulk import rows_among
from kiosk.hub.recovery_tables import generations
from kiosk.hub.shelves import Shelf
from kiosk.hub.tables import grants, members
from kiosk.hub.till_tables import sales
from kiosk.membership.receipts import named_by
from kiosk.membership.rules import Rules

_DAY_US = 24 * 3600 * 1_000_000


@dataclass(frozen=True, slots=True)
class Open:
    """A receipt with a code: what it promises, when it was sold, and whose it is ('' nobody's yet)."""

    till: str
    number: str
    points: int
    sold_at: int
    returned: int
    member: str


class ScannedReceipts:
    """The receipts that one transaction speaks of."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.locked = Shelf(lambda assets: self._read(assets, lock=True))
        """asset -> the receipt whose right this is; nobody else gives it away meanwhile."""
        self._promised = Shelf(lambda assets: self._read(assets, lock=False))

    def promises(self, asset: str) -> int:
        """The points that the receipt promises to whoever has the right to them."""
        known = self._promised.get(asset) if named_by(asset)[0] else None
        return known.points if known is not None else 0

    def is_open(self, asset: str, rules: Rules, now: int, kin: Iterable[str]) -> bool:
        """Whether this person may have the right: it is theirs, or free and not over."""
        receipt = self.locked.get(asset)
        if receipt is None or rules.sales is None:
            return False
        if receipt.member:
            return receipt.member in kin
        return not receipt.returned and now < receipt.sold_at + rules.sales.receipt_days * _DAY_US

    def take(self, asset: str, member: str) -> None:
        """From now on it is this member's, and counts for their tier."""
        receipt = self.locked.get(asset)
        if receipt is None or receipt.member:
            return
        mine = (sales.c.till == receipt.till) & (sales.c.receipt == receipt.number)
        told = {"member": member, "points": receipt.points, "scanned": True}
        self._connection.execute(sa.update(sales).where(mine).values(**told))
        self.locked.put(asset, replace(receipt, member=member))
        more = {"lifetime": members.c.lifetime + receipt.points}
        self._connection.execute(sa.update(members).where(members.c.id == member).values(**more))

    def _read(self, assets: list[str], *, lock: bool) -> Iterable[tuple[str, Open]]:
        named = {named_by(asset): asset for asset in assets if named_by(asset)[0]}
        if not named:
            return
        s = sales.c
        columns = s.till, s.receipt, s.printed, s.sold_at, s.returned, s.member
        asked: sa.Select[Any] = sa.select(*columns).where(s.printed > 0)
        asked = asked.where(rows_among(self._connection, (s.till, s.receipt), sorted(named)))
        if lock:
            asked = asked.order_by(s.till, s.receipt).with_for_update()
        for row in self._connection.execute(asked):
            yield named[row.till, row.receipt], Open(*row)


def taken_before(connection: sa.Connection, asset: str, sold_at: int) -> str:
    """Who was granted this right in a time that a restore forgot, by what kiosks told since; '' nobody."""
    if connection.scalar(sa.select(generations.c.gen).where(generations.c.since > sold_at).limit(1)) is None:
        return ""
    return connection.scalar(sa.select(grants.c.member).where(grants.c.asset == asset).limit(1)) or ""
