"""What head office keeps to know which benefits are open for whom."""

import sqlalchemy as sa

from kiosk.hub.tables import metadata

occasions = sa.Table(
    "occasions",
    metadata,
    sa.Column("member", sa.Text, primary_key=True),
    sa.Column("born", sa.Text, nullable=False, default=""),
    sa.Column("joined", sa.Text, nullable=False, default=""),
)
"""Month and day of a member's birthday ("06-01"), and the day they joined (ISO date); '' where nobody told.

Neither ever leaves head office: kiosks are told which benefits are open, not why.
"""

offers = sa.Table(
    "offers",
    metadata,
    sa.Column("member", sa.Text, primary_key=True),
    sa.Column("rule", sa.Text, primary_key=True),
    sa.Column("period", sa.Text, primary_key=True),
    sa.Column("until", sa.Text, nullable=False),
)
"""Benefits that were put aside for members by name, until a last day (ISO date)."""

referral_codes = sa.Table(
    "referral_codes",
    metadata,
    sa.Column("member", sa.Text, primary_key=True),
    sa.Column("code", sa.Text, nullable=False, unique=True),
)
"""One code for each member who was ever shown theirs: drawn, so that it says nothing of them."""
