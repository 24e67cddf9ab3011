"""What head office keeps of the shops' tills, and of what they sold."""

import sqlalchemy as sa

from kiosk.hub.tables import metadata

BOUGHT = {"zh_CN": "购物", "zh_TW": "購物", "en": "Purchase"}
RETURNED = {"zh_CN": "退货", "zh_TW": "退貨", "en": "Return"}
"""What a line of a member's history says, by language."""

tills = sa.Table(
    "tills",
    metadata,
    sa.Column("till", sa.Text, primary_key=True),
    sa.Column("store", sa.Text, nullable=False),
    sa.Column("token", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("blocked", sa.Boolean, nullable=False, default=False),
)
"""Tills that may tell of sales; `token` is the SHA-256 of what each shows of itself."""

sales = sa.Table(
    "sales",
    metadata,
    sa.Column("till", sa.Text, primary_key=True),
    sa.Column("receipt", sa.Text, primary_key=True),
    sa.Column("store", sa.Text, nullable=False),
    sa.Column("told", sa.LargeBinary, nullable=False),
    sa.Column("sold_at", sa.BigInteger, nullable=False),
    sa.Column("day", sa.BigInteger, nullable=False),
    sa.Column("cents", sa.BigInteger, nullable=False),
    sa.Column("earning", sa.BigInteger, nullable=False),
    sa.Column("pack", sa.BigInteger, nullable=False),
    sa.Column("member", sa.Text, nullable=False, index=True),
    sa.Column("points", sa.BigInteger, nullable=False),
    sa.Column("printed", sa.BigInteger, nullable=False, default=0),
    sa.Column("scanned", sa.Boolean, nullable=False, default=False),
    sa.Column("covered", sa.BigInteger, nullable=False),
    sa.Column("returned", sa.BigInteger, nullable=False, default=0),
    sa.Column("returned_earning", sa.BigInteger, nullable=False, default=0),
    sa.Column("taken", sa.BigInteger, nullable=False, default=0),
    sa.Index("sales_of_day", "till", "day"),
)
"""One row for each receipt, for ever. `told` is the SHA-256 of what the till said; `day` counts UTC days.

Cents: of the bill, of what earns on it, and of both what was returned since. Points: earned, used to settle
what a restore covered for the member before the sale was told again, and taken back since. `printed` are
those that the receipt's code promises to whoever scans it first; `scanned`: that member has the right to it.
"""

sale_refunds = sa.Table(
    "sale_refunds",
    metadata,
    sa.Column("till", sa.Text, primary_key=True),
    sa.Column("refund", sa.Text, primary_key=True),
    sa.Column("told", sa.LargeBinary, nullable=False),
    sa.Column("sold_by", sa.Text, nullable=False),
    sa.Column("receipt", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("cents", sa.BigInteger, nullable=False),
    sa.Column("points", sa.BigInteger, nullable=False),
    sa.Column("owed", sa.BigInteger, nullable=False),
)
"""One row for each refund, for ever: the points that it took back, and those that were spent already."""
