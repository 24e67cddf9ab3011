"""Purchases that staff enter at kiosks: judged by the rule pack, and each receipt of a store once.

They stand among the sales that tills tell, under a till of the store's own, as receipts that a member
scanned: a till's refund finds them there. Their points went by the entry itself.
"""

import re
from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.hub.lookups import Lookups
from kiosk.hub.shelves import Reader
from kiosk.hub.tables import members
from kiosk.hub.till_tables import sales
from kiosk.ledger import entries as en
from kiosk.membership.sales import by_hand

NOT_TAKEN, TAKEN = "sale", "receipt"
"""Reasons of a disputed one: no rule takes it | its receipt counted before."""
_RECEIPT = re.compile(r"[0-9A-Za-z-]{1,40}", re.ASCII)
_MOST = 10**12
_DAY_US = 24 * 3600 * 1_000_000


def till_of(store: str) -> str:
    """The till under which a store's purchases by hand stand."""
    return f"{store}-by-hand"


def fits(body: en.Body) -> bool:
    """Whether a purchase names a receipt, and sums that our columns can hold."""
    if not isinstance(body, en.Sold):
        return True
    return bool(_RECEIPT.fullmatch(body.receipt)) and 1 <= body.cents <= _MOST and 1 <= body.points <= _MOST


class SoldByHand:
    """Those of one batch of a device of `store`."""

    def __init__(self, lookups: Lookups, store: str) -> None:
        self._lookups = lookups
        self._till = till_of(store)

    def read(self, bodies: Iterable[en.Body | None]) -> Reader:
        """Whose receipts these are already."""
        receipts = {body.receipt for body in bodies if isinstance(body, en.Sold) and fits(body)}
        yield self._lookups.sold_by_hand.need((self._till, receipt) for receipt in receipts)

    def refused(self, entry: en.Entry, body: en.Sold) -> str:
        """Why it brings nothing; '' if it does, and its receipt counts no second time."""
        packs = [self._lookups.people.rules(version) for version in (entry.pack, 0)]
        if not entry.operator or not entry.member or not any(by_hand(pack, body) for pack in packs):
            return NOT_TAKEN
        first = self._lookups.sold_by_hand.get((self._till, body.receipt))
        if first not in {None, entry.id}:
            return TAKEN
        self._lookups.sold_by_hand.put((self._till, body.receipt), entry.id)
        return ""

    def write(self, connection: sa.Connection, posted: Iterable[tuple[en.Entry, en.Body]]) -> None:
        """Keep those that were posted. Two kiosks at once: the second finds the row, and is judged again."""
        bought = [(entry, body) for entry, body in posted if isinstance(body, en.Sold)]
        if not bought:
            return
        s, receipts = sales.c, [body.receipt for _, body in bought]
        asked = sa.select(s.receipt).where(s.till == self._till, s.receipt.in_(receipts))
        kept = set(connection.scalars(asked))
        for entry, body in bought:
            if body.receipt in kept:
                continue
            kept.add(body.receipt)
            row = {"till": self._till, "receipt": body.receipt, "store": self._till[:4], "pack": entry.pack}
            row |= {"told": entry.id.encode(), "sold_at": entry.at, "day": entry.at // _DAY_US}
            row |= {"cents": body.cents, "earning": body.cents, "member": entry.member or ""}
            row |= {"points": body.points, "scanned": True, "covered": 0}
            connection.execute(sa.insert(sales).values(**row))
            member = self._lookups.people.survivor(entry.member or "")
            more = {"lifetime": members.c.lifetime + body.points}
            connection.execute(sa.update(members).where(members.c.id == member).values(**more))
