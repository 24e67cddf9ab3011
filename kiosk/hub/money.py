"""Articles that are about money: gifts that cost some beside points, and vouchers that are worth some.

Rows stand here only for articles where money plays a part, so a shop without any keeps no row.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kiosk.hub.bulk import among
from kiosk.hub.tables import gifts, metadata, prices, upsert
from kiosk.ledger import entries as en

articles = sa.Table(
    "article_money",
    metadata,
    sa.Column("gift", sa.Text, primary_key=True),
    sa.Column("cash", sa.BigInteger, nullable=False, default=0),
    sa.Column("worth", sa.BigInteger, nullable=False, default=0),
    sa.Column("special", sa.Boolean, nullable=False, default=False),
)
"""In cents: `cash` is due at the counter beside the points, `worth` is what a cash voucher takes off a bill.

`special`: the shelf shows it among the specials.
"""
told_money = sa.Table(
    "told_money",
    metadata,
    sa.Column("gift", sa.Text, primary_key=True),
    sa.Column("points", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("cash", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("worth", sa.BigInteger, primary_key=True, autoincrement=False),
)
"""Every price with money in it that kiosks were ever told; those without are in `prices`."""


@dataclass(frozen=True, slots=True)
class Price:
    """What a gift costs: points, and cents at the counter. `worth`: the cents that it is good for itself."""

    points: int
    cash: int = 0
    worth: int = 0

    def covers(self, redeem: en.Redeem) -> bool:
        """Whether the redemption paid this much at least, and promises no more than this."""
        return redeem.points >= self.points and redeem.cash >= self.cash and 0 <= redeem.worth <= self.worth


_CASH = sa.func.coalesce(articles.c.cash, 0)
_WORTH = sa.func.coalesce(articles.c.worth, 0)
_TODAY: sa.Select[Any] = sa.select(gifts.c.id, gifts.c.points, _CASH, _WORTH)
_TODAY = _TODAY.outerjoin_from(gifts, articles, articles.c.gift == gifts.c.id)


def note_prices(connection: sa.Connection) -> None:
    """Remember every price that kiosks hear of: what they charged without the network is judged by these."""
    plain = _TODAY.with_only_columns(gifts.c.id, gifts.c.points).where(_CASH == 0, _WORTH == 0)
    known = sa.exists().where(prices.c.gift == gifts.c.id, prices.c.points == gifts.c.points)
    insert = upsert(connection, prices).from_select(["gift", "points"], plain.where(~known))
    connection.execute(insert.on_conflict_do_nothing())
    t = told_money.c
    noted = sa.exists().where(
        t.gift == gifts.c.id, t.points == gifts.c.points, t.cash == _CASH, t.worth == _WORTH
    )
    paid = _TODAY.where((_CASH > 0) | (_WORTH > 0), ~noted)
    insert = upsert(connection, told_money).from_select(["gift", "points", "cash", "worth"], paid)
    connection.execute(insert.on_conflict_do_nothing())


def told_prices(connection: sa.Connection, names: Sequence[str]) -> Iterable[tuple[str, frozenset[Price]]]:
    """gift -> every price that it ever had, of those gifts whose price kiosks were told."""
    found: dict[str, set[Price]] = {}
    p, t = prices.c, told_money.c
    before: sa.Select[Any] = sa.select(p.gift, p.points, sa.literal(0), sa.literal(0))
    before = before.where(among(connection, p.gift, names))
    money: sa.Select[Any] = sa.select(t.gift, t.points, t.cash, t.worth)
    money = money.where(among(connection, t.gift, names))
    for gift, points, cash, worth in connection.execute(sa.union_all(before, money)):
        found.setdefault(gift, set()).add(Price(points, cash, worth))
    # Told a moment ago, the price of today may not be noted yet.
    for gift, points, cash, worth in connection.execute(_TODAY.where(among(connection, gifts.c.id, names))):
        if gift in found:
            found[gift].add(Price(points, cash, worth))
    return [(gift, frozenset(ever)) for gift, ever in found.items()]
