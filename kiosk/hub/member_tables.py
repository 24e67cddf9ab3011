"""What head office keeps to know members without a card: phones, one-time codes, changes of PINs."""

import sqlalchemy as sa

from kiosk.hub.tables import metadata

phones = sa.Table(
    "phones",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("member", sa.Text, nullable=False, index=True),
    sa.Column("tail", sa.Text, nullable=False),
    sa.Column("number", sa.Text, nullable=False),
)
"""Whose phone this is, by the name that kiosks know it by (`accounts.phone`); one number, one member.

`number` is what one-time codes are sent to: the one thing here that is not masked. It never leaves.
"""

phone_handles = sa.Table(
    "phone_handles",
    metadata,
    sa.Column("member", sa.Text, primary_key=True),
    sa.Column("handle", sa.LargeBinary, nullable=False),
)
"""What stands for a member's phone in the codes that it shows, as a card's number does."""

code_keys = sa.Table(
    "code_keys",
    metadata,
    sa.Column("key_id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("public", sa.LargeBinary, nullable=False),
)
"""Whose signatures kiosks believe on phones: every key that ever signed, by its id."""

doubts = sa.Table(
    "doubts",
    metadata,
    sa.Column("entry", sa.Text, primary_key=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("member", sa.Text, nullable=False, index=True),
    sa.Column("told_at", sa.BigInteger, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("points", sa.BigInteger, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("seen_by", sa.Text, nullable=False),
)
"""Lines of history of which a member said that it was not them; `seen_by`: who of the staff looked at it."""

pin_codes = sa.Table(
    "pin_codes",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("member", sa.Text, nullable=False),
    sa.Column("verifier", sa.Text, nullable=False),
    sa.Column("ends_at", sa.BigInteger, nullable=False),
)
"""The one-time code that was last sent, by the name of its tries (`accounts.code`), kept as PINs are."""

pin_proofs = sa.Table(
    "pin_proofs",
    metadata,
    sa.Column("entry", sa.Text, primary_key=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("member", sa.Text, nullable=False),
    sa.Column("route", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)
"""Tries that turned out right: who proved themselves by which, until what it was good for was done."""

pin_changes = sa.Table(
    "pin_changes",
    metadata,
    sa.Column("entry", sa.Text, primary_key=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("member", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)
"""Every PIN that was set at a kiosk, by the entry that journalled it beforehand: once each."""

code_requests = sa.Table(
    "code_requests",
    metadata,
    sa.Column("entry", sa.Text, primary_key=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Index("codes_asked_lately", "name", "at"),
)
"""One-time codes that were asked for, for whomever, also for nobody."""

messages = sa.Table(
    "messages",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("ends_at", sa.BigInteger, nullable=False, index=True),
)
"""What waits to be sent to a phone, until `ends_at`: written in the transaction that decides it."""

lent_looks = sa.Table(
    "lent_looks",
    metadata,
    sa.Column("device", sa.Text, primary_key=True),
    sa.Column("at", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
)
"""How many looks a kiosk was lent, and when; what is older than an hour is forgotten."""
