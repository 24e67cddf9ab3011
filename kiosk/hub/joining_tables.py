"""What head office keeps of those who joined at a kiosk."""

import sqlalchemy as sa

from kiosk.hub.tables import metadata

newcomers = sa.Table(
    "newcomers",
    metadata,
    sa.Column("member", sa.Text, primary_key=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("terms", sa.Integer, nullable=False),
    sa.Column("consents", sa.Text, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
    sa.Column("proof", sa.Text, nullable=False),
    sa.Column("referrer", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False, index=True),
)
"""Who joined where, to which terms, with what they told, still sealed. `consents` are ids, between spaces.

`state`: waiting for its key; open; unreadable (its key does not fit); erased (there is none any more).
"""
WAITING, OPEN, UNREADABLE, ERASED = "waiting", "open", "unreadable", "erased"

person_keys = sa.Table(
    "person_keys",
    metadata,
    sa.Column("device", sa.Text, primary_key=True),
    sa.Column("member", sa.Text, primary_key=True),
    sa.Column("key", sa.LargeBinary, nullable=False),
    sa.Column("verifier", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)
"""The keys of what was sealed, by the device that sealed it; `verifier` of the first PIN that came along.

To delete a row is to erase the person: no log and no other table can tell any more what they said.
"""

unproven_phones = sa.Table(
    "unproven_phones",
    metadata,
    sa.Column("member", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False, index=True),
    sa.Column("number", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)
"""Phones that were typed where no code could be sent: nobody is known by them until one was right."""

merge_proposals = sa.Table(
    "merge_proposals",
    metadata,
    sa.Column("alias", sa.Text, primary_key=True),
    sa.Column("into", sa.Text, primary_key=True),
    sa.Column("proof", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)
"""Accounts that may be one person's, for they have the same phone.

`proof`: the try by which the alias showed that a code reached it; '' for none yet.
"""
