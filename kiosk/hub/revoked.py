"""The list of vouchers that are worth nothing though their date is not over."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from kiosk.hub.bulk import among
from kiosk.hub.tables import upsert
from kiosk.hub.voucher_tables import revoked_vouchers

VOID, REVOKED = "void", "revoked"


def list_void(connection: sa.Connection, vouchers: Iterable[tuple[str, str, int]]) -> None:
    """(voucher, operation, expires) of prints that were unknown and are void: their paper may turn up."""
    list_as(connection, vouchers, VOID)


def list_as(connection: sa.Connection, vouchers: Iterable[tuple[str, str, int]], why: str) -> None:
    """The same for another reason; a voucher that is listed stays as it is."""
    rows = [{"voucher": voucher, "op": op, "why": why, "expires": end} for voucher, op, end in vouchers]
    if rows:
        connection.execute(upsert(connection, revoked_vouchers).on_conflict_do_nothing(), rows)


def among_revoked(connection: sa.Connection, numbers: Iterable[str]) -> list[tuple[str, bool]]:
    """(voucher, True) for those of these numbers that head office revoked."""
    r = revoked_vouchers.c
    asked = sa.select(r.voucher).where(among(connection, r.voucher, list(numbers)), r.why == REVOKED)
    return [(voucher, True) for voucher in connection.scalars(asked)]


def listed(connection: sa.Connection, prefix: str, now: int) -> Mapping[str, str]:
    """voucher -> why, for those whose number begins so and whose date is not over at `now`."""
    r = revoked_vouchers.c
    asked = sa.select(r.voucher, r.why).where(r.expires > now, r.voucher.startswith(prefix, autoescape=True))
    return {row.voucher: row.why for row in connection.execute(asked.order_by(r.voucher))}
