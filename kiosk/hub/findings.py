"""What an inspection of the database tells, and how it reads large tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

PIECE = 200
"""Rows at a time: what belongs to them is asked for in one statement."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not hold. `subject` names it: an account, a device's entry, a voucher."""

    subject: str
    wrong: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.wrong}"


def pieces(connection: sa.Connection, asked: sa.Select[Any]) -> Iterator[Sequence[Any]]:
    """The rows of a statement, a piece at a time; other statements may run meanwhile."""
    with connection.execute(asked.execution_options(yield_per=PIECE)) as rows:
        yield from rows.partitions(PIECE)
