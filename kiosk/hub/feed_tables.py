"""What head office keeps so that kiosks can download what changed: numbers, and changes to number."""

import sqlalchemy as sa

from kiosk.hub.tables import metadata

member_stores = sa.Table(
    "member_stores",
    metadata,
    sa.Column("member", sa.Text, primary_key=True),
    sa.Column("store", sa.Text, primary_key=True),
)
"""The stores whose kiosks know a member without the network, besides the store of their home kiosk."""

feed = sa.Table(
    "feed",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("gone", sa.Boolean, nullable=False),
    sa.Index("feed_in_order", "scope", "version"),
)
"""The number of each subject's last change in each scope that has it. `gone`: a tombstone.

Scopes are `denied` (subjects are card hashes in hex), and `home:DEVICE`, `store:STORE` or `all` (member ids),
whichever policy says.
"""

changes = sa.Table(
    "feed_changes",
    metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
)
"""Changes without a number yet, written in the transaction of the change itself."""
