"""Which voucher serials were leased to whom."""

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
