"""Birthdays, days of joining and cards of the demo shop's members."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from kiosk.hub.benefit_tables import occasions
from kiosk.hub.books import Books
from kiosk.hub.occasions import day_of
from kiosk.ledger import accounts as acc
from kiosk.ledger.legs import Transfer

COUNTS = ((0, acc.stamps("tea"), 9), (0, acc.uses("care"), 6), (1, acc.stamps("tea"), 10))
"""(place of the member, asset, units)."""
_SPREAD = 37
"""Days between the birthdays of neighbours: so that they lie all over the year."""


def fill(connection: sa.Connection, members: Sequence[str], now: int, zone: str) -> None:
    """Note everybody's days, as seen at `now` (UTC microseconds), and fill the first members' cards."""
    today = day_of(now, zone)
    rows = []
    for place, member in enumerate(members):
        born = today + timedelta(days=2 + place * _SPREAD % 300 + (30 if place else 0))
        joined = today - timedelta(days=6 if place == 1 else 100 + place)
        rows.append({"member": member, "born": f"{born:%m-%d}", "joined": joined.isoformat()})
    connection.execute(sa.insert(occasions), rows)
    books = Books(connection)
    for place, asset, units in COUNTS:
        name = f"opening:{members[place]}:{asset}"
        books.move(Transfer(name, acc.WORLD, acc.member(members[place]), asset, units))
    books.write()
