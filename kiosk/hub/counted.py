"""What colleagues counted in the drawers of kiosks: shifts that began, changed hands and ended."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.hub.tables import devices, metadata, upsert
from kiosk.ledger import entries as en

_NAME = re.compile(r"[\w:.-]{0,64}")
_TAKINGS_MAX, _MOST = 200, 1 << 62

counted = sa.Table(
    "counted",
    metadata,
    sa.Column("entry", sa.Text, primary_key=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("ended", sa.Text, nullable=False),
    sa.Column("began", sa.BigInteger, nullable=False),
    sa.Column("follower", sa.Text, nullable=False),
    sa.Column("expected", sa.BigInteger, nullable=False),
    sa.Column("counted", sa.BigInteger, nullable=False),
    sa.Column("brought", sa.BigInteger, nullable=False),
    sa.Column("stays", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("takings", sa.JSON, nullable=False),
)
"""One row for each count, for ever; money in cents, `began` UTC microseconds, `takings` [what, times, cents].

`ended` and `follower` are the colleagues whose shift ended and began, '' for none.
"""


def fits(body: en.Body) -> bool:
    """Whether a count says sums of money, and names as colleagues and the rule pack have them."""
    if not isinstance(body, en.Drawer):
        return True
    sums = [body.expected, body.counted, body.left, body.brought, body.began]
    sums += [part for one in body.takings for part in (one.times, one.cents)]
    names = [body.of, body.to, body.reason, *(one.what for one in body.takings)]
    sound = all(0 <= one <= _MOST for one in sums) and all(map(_NAME.fullmatch, names))
    return sound and len(body.takings) <= _TAKINGS_MAX


def keep(connection: sa.Connection, device: str, posted: Iterable[tuple[en.Entry, en.Body]]) -> None:
    """Note what these entries say was counted; what is noted already stays as it is."""
    for entry, body in posted:
        if isinstance(body, en.Drawer):
            row = {"entry": entry.id, "device": device, "at": entry.at, "operator": entry.operator or ""}
            row |= {"ended": body.of, "began": body.began, "follower": body.to, "reason": body.reason}
            row |= {"expected": body.expected, "counted": body.counted, "stays": body.left}
            row |= {"brought": body.brought}
            takings = [[one.what, one.times, one.cents] for one in body.takings]
            insert = upsert(connection, counted).values(**row, takings=takings)
            connection.execute(insert.on_conflict_do_nothing())


@dataclass(frozen=True, slots=True)
class Count:
    """One count: where, when (UTC microseconds), whose shift ended and began, the money in cents."""

    store: str
    kiosk: str
    at: int
    ended: str
    follower: str
    expected: int
    counted: int
    brought: int
    stays: int
    reason: str
    takings: tuple[en.Taking, ...]

    @property
    def difference(self) -> int:
        """By how much the count differs from the records; below zero: something is missing."""
        return self.counted - self.expected - self.brought


def counts(connection: sa.Connection, store: str, during: tuple[int, int]) -> list[Count]:
    """Those of one store or all (''), from when to before when (UTC microseconds), the oldest first."""
    c, d = counted.c, devices.c
    asked = (
        sa.select(
            d.store,
            d.kiosk,
            c.at,
            c.ended,
            c.follower,
            c.expected,
            c.counted,
            c.brought,
            c.stays,
            c.reason,
            c.takings,
        )
        .join_from(counted, devices, d.device == c.device)
        .where(c.at >= during[0], c.at < during[1], (d.store == store) | sa.literal(not store))
        .order_by(d.store, c.at, c.entry)
    )
    return [Count(*row[:10], tuple(map(_taking, row[10]))) for row in connection.execute(asked)]


def _taking(row: tuple[str, int, int]) -> en.Taking:
    what, times, cents = row
    return en.Taking(what=what, times=times, cents=cents)
