"""What members told at kiosks: wishes, and answers to the shop's questions, by the ids of its options."""

from collections import Counter
from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.hub.tables import metadata, upsert
from kiosk.ledger import entries as en

told = sa.Table(
    "told",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("member", sa.Text, nullable=False, index=True),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("entry", sa.Text, nullable=False),
)
"""The newest answer of each member to each question; one row each of what was told without a name ('')."""


def keep(connection: sa.Connection, posted: Iterable[tuple[en.Entry, en.Body]]) -> None:
    """Note what these entries tell: the newest of each counts, in whatever order logs arrive."""
    rows = dict(sorted(map(_row, _facts(posted)), key=lambda one: _age(one[1])))
    for key in sorted(rows):
        row, insert = rows[key], upsert(connection, told).values(key=key, **rows[key])
        newer = sa.tuple_(told.c.at, told.c.entry) < sa.tuple_(
            sa.literal(row["at"], sa.BigInteger), sa.literal(row["entry"], sa.Text)
        )
        connection.execute(insert.on_conflict_do_update(index_elements=["key"], set_=row, where=newer))


def answered(connection: sa.Connection, member: str) -> tuple[str, ...]:
    """The questions that this member answered, or would rather not answer, and the gifts they wish for."""
    asked = sa.select(told.c.topic).where(told.c.member == member).order_by(told.c.topic)
    return tuple(connection.scalars(asked))


def counts(connection: sa.Connection) -> list[tuple[str, str, str, int]]:
    """(what, topic, answer, how many), the most frequent of each topic at the head."""
    t = told.c
    counted: Counter[tuple[str, str, str]] = Counter()
    asked = sa.select(t.what, t.topic, t.answer, sa.func.count()).group_by(t.what, t.topic, t.answer)
    for what, topic, answer, times in connection.execute(asked):
        for one in answer.split(" "):
            counted[what, topic, one] += times
    rows = ((*key, times) for key, times in counted.items())
    return sorted(rows, key=lambda row: (row[0], row[1], -row[3], row[2]))


def _facts(posted: Iterable[tuple[en.Entry, en.Body]]) -> Iterable[tuple[en.Entry, en.Told]]:
    return ((entry, body) for entry, body in posted if isinstance(body, en.Told))


def _row(fact: tuple[en.Entry, en.Told]) -> tuple[str, dict[str, str | int]]:
    entry, body = fact
    member = entry.member or ""
    key = f"{member}:{body.what}:{body.topic}" if member else entry.id
    return key, {
        "member": member,
        "what": body.what,
        "topic": body.topic,
        "answer": " ".join(body.answers),
        "at": entry.at,
        "entry": entry.id,
    }


def _age(row: dict[str, str | int]) -> tuple[str | int, str | int]:
    return row["at"], row["entry"]
