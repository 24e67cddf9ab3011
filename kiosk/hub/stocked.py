"""Gifts as pieces: what staff booked of them at kiosks, and where all of them are now."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.hub.tables import balances, devices, gifts, metadata, upsert
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en

NOT_STOCKED = "stock"
"""Why one is disputed: no rule lets them book it, or nobody agreed."""
_GIFT = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)
_NAME_MAX, _MOST = 64, 10**12

stocked = sa.Table(
    "stocked",
    metadata,
    sa.Column("entry", sa.Text, primary_key=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    sa.Column("operator", sa.Text, nullable=False),
    sa.Column("second", sa.Text, nullable=False),
    sa.Column("gift", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("pieces", sa.BigInteger, nullable=False),
)
"""One row for each that was posted, for ever. `pieces` that are gone are below zero."""


def fits(body: en.Body) -> bool:
    """Whether it names a gift, and pieces that our columns can hold."""
    if not isinstance(body, en.Stocked):
        return True
    return bool(_GIFT.fullmatch(body.gift)) and len(body.second) <= _NAME_MAX and 1 <= body.pieces <= _MOST


def keep(connection: sa.Connection, device: str, posted: Iterable[tuple[en.Entry, en.Body]]) -> None:
    """Note what these entries booked; what is noted already stays as it is."""
    for entry, body in posted:
        if not isinstance(body, en.Stocked):
            continue
        row = {"entry": entry.id, "device": device, "at": entry.at, "operator": entry.operator or ""}
        row |= {"second": body.second, "gift": body.gift, "why": body.why}
        row["pieces"] = body.pieces if body.comes else -body.pieces
        connection.execute(upsert(connection, stocked).values(**row).on_conflict_do_nothing())


@dataclass(frozen=True, slots=True)
class Change:
    """What was booked of one gift: where, when (UTC microseconds), by whom and with whose consent."""

    store: str
    kiosk: str
    at: int
    operator: str
    second: str
    gift: str
    why: str
    pieces: int


def changes(connection: sa.Connection, store: str, during: tuple[int, int]) -> list[Change]:
    """Of one store or all (''), from when to before when (UTC microseconds), in order."""
    s, d = stocked.c, devices.c
    asked = (
        sa.select(d.store, d.kiosk, s.at, s.operator, s.second, s.gift, s.why, s.pieces)
        .join_from(stocked, devices, d.device == s.device)
        .where(s.at >= during[0], s.at < during[1], (d.store == store) | sa.literal(not store))
        .order_by(s.at, s.entry)
    )
    return [Change(*row) for row in connection.execute(asked)]


@dataclass(frozen=True, slots=True)
class Pieces:
    """Where the pieces of one gift are: nobody's yet, lent to kiosks, on open vouchers."""

    gift: str
    name: dict[str, str]
    free: int
    lent: int
    promised: int

    @property
    def there(self) -> int:
        """As many as should lie in the shop."""
        return self.free + self.lent + self.promised


def pieces(connection: sa.Connection) -> list[Pieces]:
    """Every gift of the catalogue, in its order."""
    b, d = balances.c, devices.c
    held = sa.select(b.asset, b.account, b.amount).where(b.asset.like("gift:%"))
    at = {(asset, account): int(amount) for asset, account, amount in connection.execute(held)}
    kiosks = [acc.escrow(device) for device in connection.scalars(sa.select(d.device))]
    catalogue = connection.execute(sa.select(gifts.c.id, gifts.c.name).order_by(gifts.c.place))
    return [
        Pieces(
            gift,
            name,
            at.get((acc.gift(gift), acc.pool(gift)), 0),
            sum(at.get((acc.gift(gift), kiosk), 0) for kiosk in kiosks),
            at.get((acc.gift(gift), acc.ISSUED), 0),
        )
        for gift, name in catalogue
    ]
