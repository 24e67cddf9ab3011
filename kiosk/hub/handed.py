"""What staff gave members by hand at kiosks: money paid in, stamps, uses that were sold, points."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.hub.tables import devices, metadata, upsert
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.membership.rules import Rules

handed = sa.Table(
    "handed",
    metadata,
    sa.Column("entry", sa.Text, primary_key=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("member", sa.Text, nullable=False, index=True),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("second", sa.Text, nullable=False),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("asset", sa.Text, nullable=False),
    sa.Column("units", sa.BigInteger, nullable=False),
    sa.Column("price", sa.BigInteger, nullable=False),
    sa.Column("name", sa.JSON, nullable=False),
)
"""One row for each, for ever. `name` is what the rule pack called it then, by language; `price` in cents."""


def keep(
    connection: sa.Connection,
    device: str,
    posted: Iterable[tuple[en.Entry, en.Body]],
    rules: Callable[[int], Rules],
) -> None:
    """Note what these entries gave; what is noted already stays as it is."""
    for entry, body in posted:
        if not isinstance(body, en.Credited):
            continue
        found = [pack.credits[body.rule] for pack in map(rules, (entry.pack, 0)) if body.rule in pack.credits]
        row = {"entry": entry.id, "device": device, "at": entry.at, "member": entry.member or ""}
        row |= {"operator": entry.operator or "", "second": body.second, "rule": body.rule}
        row |= {"reason": body.reason, "asset": body.asset, "units": body.units, "price": body.price}
        insert = upsert(connection, handed).values(**row, name=found[0].name if found else {})
        connection.execute(insert.on_conflict_do_nothing())


@dataclass(frozen=True, slots=True)
class Sum:
    """What one colleague gave by one rule: how often, units of its asset, and the cents collected for it."""

    store: str
    operator: str
    rule: str
    asset: str
    times: int
    units: int
    price: int


def sums(connection: sa.Connection, store: str, during: tuple[int, int]) -> list[Sum]:
    """By store, colleague and rule, of one store or all (''), from when to before when (UTC microseconds)."""
    h, d = handed.c, devices.c
    asked = (
        sa.select(
            d.store, h.operator, h.rule, h.asset, sa.func.count(), sa.func.sum(h.units), sa.func.sum(h.price)
        )
        .join_from(handed, devices, d.device == h.device)
        .where(h.at >= during[0], h.at < during[1], (d.store == store) | sa.literal(not store))
        .group_by(d.store, h.operator, h.rule, h.asset)
        .order_by(d.store, h.operator, h.rule, h.asset)
    )
    rows = connection.execute(asked)
    return [Sum(*row[:4], *map(int, row[4:])) for row in rows]


def line(name: dict[str, str], asset: str, units: int, language: str) -> str:
    """What a line of a member's history says: the name, and how much unless that is points."""
    told = name.get(language, "")
    if asset == acc.CASH:
        return f"{told} ¥{units // 100:,}.{units % 100:02d}"
    return told if asset == acc.POINTS else f"{told} ×{units}"
