"""Which voucher serials were leased to whom, and which vouchers and keys are worth nothing any more."""

import sqlalchemy as sa

from kiosk.hub.tables import metadata

serial_ranges = sa.Table(
    "serial_ranges",
    metadata,
    sa.Column("place", sa.Text, primary_key=True),
    sa.Column("first", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("last", sa.BigInteger, nullable=False),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("gen", sa.BigInteger, nullable=False),
)
"""Every range that was ever leased, for ever: no number is lent twice. `gen`: when the grant was made."""

revoked_vouchers = sa.Table(
    "revoked_vouchers",
    metadata,
    sa.Column("voucher", sa.Text, primary_key=True),
    sa.Column("op", sa.Text, nullable=False, index=True),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("expires", sa.BigInteger, nullable=False, index=True),
)
"""Papers that may be out there and are worth nothing: `why` void (its print was unknown) or revoked."""

revoked_keys = sa.Table(
    "revoked_keys",
    metadata,
    sa.Column("device", sa.Text, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
)
"""Devices whose voucher key is believed no more without a look at the redemption."""

asked_vouchers = sa.Table(
    "asked_vouchers",
    metadata,
    sa.Column("device", sa.Text, primary_key=True),
    sa.Column("voucher", sa.Text, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Index("asked_lately", "device", "at"),
)
"""Vouchers whose right to claim a device asked for within the last hour, and when it first did."""

lent_ranges = sa.Table(
    "lent_ranges",
    metadata,
    sa.Column("place", sa.Text, primary_key=True),
    sa.Column("first", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Index("lent_lately", "device", "at"),
)
"""When each range of serials was lent; what a restore forgot and logs told again is not in it."""

refunds = sa.Table(
    "refunds",
    metadata,
    sa.Column("op", sa.Text, primary_key=True),
    sa.Column("voucher", sa.Text, nullable=False),
    sa.Column("member", sa.Text, nullable=False, index=True),
    sa.Column("points", sa.BigInteger, nullable=False),
    sa.Column("first", sa.Text, nullable=False),
    sa.Column("second", sa.Text, nullable=False),
    sa.Column("asked_at", sa.BigInteger, nullable=False),
    sa.Column("ended", sa.Text, nullable=False, index=True),
    sa.Column("ended_at", sa.BigInteger, nullable=False),
)
"""Points of vouchers that two people promised back. `ended`: paid, claimed, voided, disputed; ''."""
PAID = "paid"
