"""The vouchers of a member that may still be claimed, for the kiosk where that member stands."""

import msgspec
import sqlalchemy as sa

from kiosk.hub.tables import aliases, devices, redemptions
from kiosk.ledger import entries as en
from kiosk.ledger.sync import HeldVoucher

MOST = 50
"""Vouchers that one answer tells of."""


def held_elsewhere(connection: sa.Connection, member: str, device: str, now: int) -> tuple[HeldVoucher, ...]:
    """Open vouchers of this member, but for this device's own, and of whoever was merged into them.

    Those whose time is over at `now` (UTC microseconds) are left out, but not by an untrusted clock.
    """
    r, d = redemptions.c, devices.c
    kin = sa.select(aliases.c.alias).where(aliases.c.into == member)
    asked = (
        sa.select(r.voucher, r.gift, r.points, r.expires, r.state, r.body, d.store, d.kiosk)
        .join(devices, d.device == r.device)
        .where(((r.member == member) & (r.device != device)) | r.member.in_(kin))
        .where(r.state.in_(("posted", "unknown")), ~r.claimed, ~r.expired, ~r.disputed)
        .order_by(r.expires, r.voucher)
        .limit(MOST)
    )
    return tuple(
        HeldVoucher(
            number=row.voucher,
            gift=row.gift,
            points=row.points,
            expires=row.expires,
            where=f"{row.store}-{row.kiosk}",
            doubtful=row.state == "unknown",
        )
        for row in connection.execute(asked)
        if row.expires > now or msgspec.msgpack.decode(row.body, type=en.Redeem).clock == "untrusted"
    )
