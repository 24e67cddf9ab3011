"""Sales against the transfers: each gave its points once, and each refund took back what it says."""

from collections.abc import Iterator

import sqlalchemy as sa

from kiosk.hub.findings import Finding, pieces
from kiosk.hub.tables import transfers
from kiosk.hub.till_tables import sale_refunds, sales


def sales_moved(connection: sa.Connection) -> Iterator[Finding]:
    """Each sale and each refund has the transfer it calls for, and nothing came back that was not sold."""
    t, s, r = transfers.c, sales.c, sale_refunds.c
    booked = sa.func.coalesce(t.amount, 0)
    gave = sa.select(s.till, s.receipt, s.points, booked.label("booked"))
    gave = gave.outerjoin(transfers, t.id == "sale:" + s.till + ":" + s.receipt)
    yield from _odd(
        connection, gave.where(s.points != booked, ~s.scanned).order_by(s.till, s.receipt), "sale"
    )
    took = sa.select(r.till, r.refund, (r.points - r.owed).label("points"), booked.label("booked"))
    took = took.outerjoin(transfers, t.id == "refund:" + r.till + ":" + r.refund)
    yield from _odd(connection, took.where(r.points - r.owed != booked).order_by(r.till, r.refund), "refund")
    beyond = (s.returned > s.cents) | (s.taken > s.points)
    for piece in pieces(connection, sa.select(s.till, s.receipt).where(beyond).order_by(s.till, s.receipt)):
        yield from (
            Finding(f"sale {till} {receipt}", "more came back than was sold") for till, receipt in piece
        )


def _odd(
    connection: sa.Connection, asked: sa.Select[tuple[str, str, int, int]], what: str
) -> Iterator[Finding]:
    for piece in pieces(connection, asked):
        for till, number, points, booked in piece:
            yield Finding(f"{what} {till} {number}", f"moves {points} points, {booked} are booked")
