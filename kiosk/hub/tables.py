"""What head office keeps, and the one connection it keeps it through."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.pool import QueuePool

metadata = sa.MetaData()

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
)
"""Counters that devices compare: deny_epoch, catalogue."""

devices = sa.Table(
    "devices",
    metadata,
    sa.Column("device", sa.Text, primary_key=True),
    sa.Column("public_key", sa.LargeBinary, nullable=False),
    sa.Column("store", sa.Text, nullable=False),
    sa.Column("kiosk", sa.Text, nullable=False),
    sa.Column("voucher_key_id", sa.Integer, nullable=False),
    sa.Column("voucher_public", sa.LargeBinary, nullable=False),
    sa.Column("frozen", sa.Text, nullable=False, default=""),
    sa.Column("gen_seen", sa.BigInteger, nullable=False, default=0),
    sa.Column("down_gen", sa.BigInteger, nullable=False, default=0),
    sa.Column("down_d", sa.BigInteger, nullable=False, default=0),
    sa.Column("down_ack", sa.BigInteger, nullable=False, default=0),
)
"""Enrolled kiosks. `frozen` says why, '' if it serves; `down_d` counts within generation `down_gen`."""

entries = sa.Table(
    "entries",
    metadata,
    sa.Column("device", sa.Text, primary_key=True),
    sa.Column("n", sa.BigInteger, primary_key=True),
    sa.Column("id", sa.Text, unique=True),  # empty where the id was used before: the entry is still kept
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("op", sa.Text, index=True),
    sa.Column("hash", sa.LargeBinary, nullable=False),
    sa.Column("stored", sa.LargeBinary, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
)
"""Every device's log as it came, with what was made of it. A device's mark is its highest n here."""

branches = sa.Table(
    "branches",
    metadata,
    sa.Column("device", sa.Text, primary_key=True),
    sa.Column("n", sa.BigInteger, primary_key=True),
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("stored", sa.LargeBinary, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
)
"""Signed entries that contradict a stored chain: kept for people to look at, they move nothing."""

redemptions = sa.Table(
    "redemptions",
    metadata,
    sa.Column("op", sa.Text, primary_key=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("member", sa.Text, nullable=False, index=True),
    sa.Column("gift", sa.Text, nullable=False),
    sa.Column("points", sa.BigInteger, nullable=False),
    sa.Column("voucher", sa.Text, nullable=False, unique=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("claimed", sa.Boolean, nullable=False),
    sa.Column("disputed", sa.Boolean, nullable=False),
    sa.Column("expired", sa.Boolean, nullable=False),
    sa.Column("holder", sa.Text),
    sa.Column("expires", sa.BigInteger, nullable=False),
)
"""Open and ended operations, as the logs tell them.

`holder` is the device that holds the right to claim, '' while it lies here, empty once it was used up.
"""
PRESENTED = "claimed AND state = 'unknown'"
"""Claimed elsewhere, and the issuer does not know yet that its print came out."""
LIES_HERE = "holder = ''"
sa.Index(
    "presented", redemptions.c.device, sqlite_where=sa.text(PRESENTED), postgresql_where=sa.text(PRESENTED)
)
sa.Index(
    "lies_here", redemptions.c.device, sqlite_where=sa.text(LIES_HERE), postgresql_where=sa.text(LIES_HERE)
)

asks = sa.Table(
    "asks",
    metadata,
    sa.Column("voucher", sa.Text, primary_key=True),
    sa.Column("op", sa.Text, nullable=False),
    sa.Column("holder", sa.Text, nullable=False, index=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)
"""Vouchers presented at `device` while `holder` had the right to claim them; `at`: when it last asked.

It counts while the redemption still names that holder, so nothing has to close it.
"""

transfers = sa.Table(
    "transfers",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("asset", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
)
balances = sa.Table(
    "balances",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("asset", sa.Text, primary_key=True),
    sa.Column("amount", sa.BigInteger, nullable=False),
)
"""The fold of `transfers`, kept so that nobody has to fold."""

grants = sa.Table(
    "grants",
    metadata,
    sa.Column("gid", sa.Text, primary_key=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("gen", sa.BigInteger, nullable=False),
    sa.Column("d", sa.BigInteger, nullable=False),
    sa.Column("asset", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("member", sa.Text, index=True),
    sa.Column("want", sa.Text),
    sa.Column("not_after", sa.BigInteger),
    sa.UniqueConstraint("device", "gen", "d"),
)
wants = sa.Table(
    "wants",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("device", sa.Text, primary_key=True),
    sa.Column("gid", sa.Text, nullable=False),
)
"""Wants that were booked, for ever: the same id of a device never takes rights twice.

Each device names its own: none can use up another's names."""

members = sa.Table(
    "members",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("lifetime", sa.BigInteger, nullable=False),
    sa.Column("expiring", sa.BigInteger, nullable=False, default=0),
    sa.Column("expiring_on", sa.Text, nullable=False, default=""),
    sa.Column("home", sa.Text, index=True),
    sa.Column("verifier", sa.Text, nullable=False),
)
"""Members: the masked name only; `home` is a device id."""

cards = sa.Table(
    "cards",
    metadata,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("member", sa.Text, nullable=False, index=True),
    sa.Column("tail", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False, default=""),
)
"""Cards by keyed hash; `why` (a state of `membership.card_states`, '' in use) denies service."""

aliases = sa.Table(
    "aliases",
    metadata,
    sa.Column("alias", sa.Text, primary_key=True),
    sa.Column("into", sa.Text, nullable=False, index=True),
    sa.Column("proof", sa.Text, nullable=False),
)
"""Members that are the same person as another one, whose account stands for both."""
merged_cards = sa.Table(
    "merged_cards",
    metadata,
    sa.Column("hash", sa.LargeBinary, primary_key=True),
    sa.Column("alias", sa.Text, nullable=False, index=True),
    sa.Column("into", sa.Text, nullable=False),
)
"""Cards that lead to a survivor, or did until the two were parted, and whose they were before."""
merge_moves = sa.Table(
    "merge_moves",
    metadata,
    sa.Column("alias", sa.Text, primary_key=True),
    sa.Column("asset", sa.Text, primary_key=True),
    sa.Column("amount", sa.BigInteger, nullable=False),
)
"""What an alias brought to its survivor, less what it took: undoing gives back as much."""

history = sa.Table(
    "history",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("member", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("points", sa.BigInteger, nullable=False),
    sa.Column("place", sa.Text, nullable=False),
    sa.Index("history_of", "member", "at"),
)
gifts = sa.Table(
    "gifts",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("name", sa.JSON, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("points", sa.BigInteger, nullable=False),
    sa.Column("picture", sa.Text, nullable=False),
)
prices = sa.Table(
    "prices",
    metadata,
    sa.Column("gift", sa.Text, primary_key=True),
    sa.Column("points", sa.BigInteger, primary_key=True, autoincrement=False),
)
"""Every price of a gift that kiosks were ever told: one that was cut off goes by the last it heard of."""
packs = sa.Table(
    "packs",
    metadata,
    sa.Column("version", sa.Integer, primary_key=True),
    sa.Column("rules", sa.Text, nullable=False),
)
"""Rule packs; the highest version counts."""

pin_checks = sa.Table(
    "pin_checks",
    metadata,
    sa.Column("entry", sa.Text, primary_key=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("member", sa.Text, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    sa.Column("left", sa.Integer, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)
"""One look at a PIN per `try` entry; result '' while it is being looked at."""

pin_routes = sa.Table(
    "pin_routes",
    metadata,
    sa.Column("member", sa.Text, primary_key=True),
    sa.Column("route", sa.Text, primary_key=True),
    sa.Column("wrong", sa.Integer, nullable=False),
)
"""Wrong PINs in a row, by member and route."""


def connect(url: str) -> sa.Engine:
    """An engine for a database as it stands. SQLite: WAL, FULL, and exactly one connection.

    One connection, because SQLite before 3.51.3 may corrupt a WAL that two connections write.
    """
    if not url.startswith("sqlite"):
        return sa.create_engine(url)
    engine = sa.create_engine(
        url,
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=30,
        connect_args={"check_same_thread": False},
    )
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def open_database(url: str) -> sa.Engine:
    """The same with every table made."""
    engine = connect(url)
    # So that their tables are made too.
    from kiosk.hub import (  # noqa: F401
        benefit_tables,
        console_tables,
        counted,
        draws,
        exceptions,
        feed_tables,
        handed,
        member_tables,
        money,
        recovery_tables,
        till_tables,
        told,
        voucher_tables,
    )

    metadata.create_all(engine)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves: pysqlite would say it too late
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}").fetchall()


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def upsert(connection: sa.Connection, table: sa.Table) -> sqlite.Insert | postgresql.Insert:
    """INSERT of this database's dialect, for ON CONFLICT clauses."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def counter(connection: sa.Connection, name: str) -> int:
    """A counter's value, 0 before its first step."""
    found = connection.scalar(sa.select(meta.c.number).where(meta.c.name == name))
    return int(found or 0)


def step_counter(connection: sa.Connection, name: str) -> None:
    """Count one further."""
    insert = upsert(connection, meta).values(name=name, number=1)
    connection.execute(
        insert.on_conflict_do_update(index_elements=["name"], set_={"number": meta.c.number + 1})
    )
