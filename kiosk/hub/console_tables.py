"""What head office keeps of its own people, of codes for kiosks to come, and of who knocked in vain."""

import sqlalchemy as sa

from kiosk.hub.tables import metadata

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("verifier", sa.Text, nullable=False),
    sa.Column("member", sa.Text),
    sa.Column("blocked", sa.Boolean, nullable=False, default=False),
    sa.Column("wrong", sa.Integer, nullable=False, default=0),
)
"""People: an argon2id verifier, wrong PINs in a row, and the member they are themselves, if any."""

shop_staff = sa.Table(
    "shop_staff",
    metadata,
    sa.Column("staff", sa.Text, primary_key=True),
    sa.Column("store", sa.Text, nullable=False),
    sa.Column("verifier", sa.Text, nullable=False),
)
"""Who of them signs in at kiosks and counters: of which store ('' for every one), and the PIN for it.

That PIN is not the one for head office: where policy lets kiosks check PINs, its verifier lies in the shops.
"""

staff_cards = sa.Table(
    "staff_cards",
    metadata,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("staff", sa.Text, nullable=False, index=True),
    sa.Column("tail", sa.Text, nullable=False),
    sa.Column("blocked", sa.Boolean, nullable=False, default=False),
)
"""Cards that lead to somebody of the staff, by keyed hash. None of them is a member's card."""

sessions = sa.Table(
    "staff_sessions",
    metadata,
    sa.Column("token", sa.LargeBinary, primary_key=True),
    sa.Column("staff", sa.Text, nullable=False, index=True),
    sa.Column("made_at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
)
"""Signed-in people, by the SHA-256 of their token."""

audit = sa.Table(
    "console_audit",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False, index=True),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("second", sa.Text, nullable=False, default=""),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
)
"""Who did what to whom, from where, and how it ended; `outcome` '' is an act that has begun and not ended."""

codes = sa.Table(
    "enrolment_codes",
    metadata,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("store", sa.Text, nullable=False),
    sa.Column("kiosk", sa.Text, nullable=False),
    sa.Column("expires_at", sa.BigInteger, nullable=False),
    sa.Column("device", sa.Text),
)
"""One-time codes by the SHA-256 of their secret; `device` is whom it took in, empty while it is unused."""

knocks = sa.Table(
    "knocks",
    metadata,
    sa.Column("door", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("wrong", sa.Integer, nullable=False),
    sa.Column("since", sa.BigInteger, nullable=False),
)
"""Wrong codes and wrong sign-ins by address, since the first one of the present window."""
