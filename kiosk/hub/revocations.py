"""Vouchers, and keys that sign vouchers, that head office takes out of circulation: two people together.

Counters hear of it with their next download. Whoever holds the right to claim a revoked voucher is asked to
let it go, or, if its print is unknown, to make it void; until they do, they may still claim it: a right is
never taken back from afar.
"""

import sqlalchemy as sa

from kiosk.hub.declined import Declined
from kiosk.hub.revoked import REVOKED, list_as
from kiosk.hub.staff import Pair
from kiosk.hub.tables import devices, redemptions, step_counter, upsert
from kiosk.hub.voucher_tables import revoked_keys

CATALOGUE = "catalogue"
"""The counter by which kiosks see that the shop's part of their replica changed."""


def revoke_voucher(connection: sa.Connection, voucher: str, pair: Pair) -> None:
    """From now on no counter is granted the right to claim it. Declined: unknown, or settled already."""
    _check(pair, voucher)
    asked = sa.select(redemptions).where(redemptions.c.voucher == voucher)
    row = connection.execute(asked.with_for_update()).one_or_none()
    if row is None:
        raise Declined(404, "voucher-unknown", "no log that has arrived speaks of this voucher")
    how = "claimed" if row.claimed else "expired" if row.expired else row.state
    if how in {"claimed", "expired", "voided"}:
        raise Declined(409, f"already-{how}", f"{voucher} is worth nothing already")
    list_as(connection, [(voucher, row.op, row.expires)], REVOKED)
    step_counter(connection, CATALOGUE)


def revoke_key(connection: sa.Connection, device: str, pair: Pair, now: int) -> None:
    """Counters believe no code of this device any more without asking for its redemption."""
    _check(pair, device)
    if connection.scalar(sa.select(devices.c.device).where(devices.c.device == device)) is None:
        raise Declined(404, "device-unknown", f"{device} is not enrolled")
    insert = upsert(connection, revoked_keys).values(device=device, at=now)
    connection.execute(insert.on_conflict_do_nothing())
    step_counter(connection, CATALOGUE)


def _check(pair: Pair, subject: str) -> None:
    if pair.subject != subject or pair.first == pair.second:
        raise Declined(403, "pair", f"these two people were not asked about {subject}")
