"""What head office keeps of its generations, of each device's way through them, and of its backups."""

import sqlalchemy as sa

from kiosk.hub.tables import metadata

generations = sa.Table(
    "generations",
    metadata,
    sa.Column("gen", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("since", sa.BigInteger, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("ended_at", sa.BigInteger),
)
"""The database's copy of the restore counter. The first row is the generation it began in; each later one is
a recovery, from `since` until `ended_at` (UTC microseconds; empty while it lasts)."""

standings = sa.Table(
    "standings",
    metadata,
    sa.Column("device", sa.Text, primary_key=True),
    sa.Column("log_gen", sa.BigInteger, nullable=False, default=0),
    sa.Column("ready_gen", sa.BigInteger, nullable=False, default=0),
    sa.Column("aside_gen", sa.BigInteger, nullable=False, default=0),
    sa.Column("retired_at", sa.BigInteger),
    sa.Column("stable", sa.BigInteger, nullable=False, default=0),
)
"""A device's way: `log_gen` is the last generation its log tells of, as far as we have it; its whole log was
in for `ready_gen`; people went on without it in `aside_gen`. Up to `stable` the log is safe for good."""

waiting = sa.Table(
    "waiting",
    metadata,
    sa.Column("device", sa.Text, primary_key=True),
    sa.Column("n", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("voucher", sa.Text, nullable=False, index=True),
)
"""Entries about a right to claim that came before those of its earlier holder: applied after them."""

partings = sa.Table(
    "partings",
    metadata,
    sa.Column("entry", sa.Text, primary_key=True),
    sa.Column("asset", sa.Text, primary_key=True),
    sa.Column("alias", sa.Text, nullable=False),
    sa.Column("into", sa.Text, nullable=False),
    sa.Column("due", sa.BigInteger, nullable=False),
)
"""Merges undone while a recovery lasts: `due` units go from `into` back to `alias` at its end, below 0 the
other way. Only then it is known what either has."""

backups = sa.Table(
    "backups",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("gen", sa.BigInteger, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
)
"""Backups of this line: a copy of the database knows only of those before it. `digest` is the file's SHA-256;
`state` verified (restored and checked) | unverified."""

backup_marks = sa.Table(
    "backup_marks",
    metadata,
    sa.Column("backup", sa.Text, primary_key=True),
    sa.Column("device", sa.Text, primary_key=True),
    sa.Column("n", sa.BigInteger, nullable=False),
)
"""The highest entry of each device that a backup holds."""
