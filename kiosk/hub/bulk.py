"""Statements over many rows at once: one round trip, whatever the size of a batch."""

from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY


def is_postgres(connection: sa.Connection) -> bool:
    """Whether this is PostgreSQL; if not, it is SQLite."""
    return connection.dialect.name == "postgresql"


def among(
    connection: sa.Connection, column: sa.Column[Any], values: Collection[Any]
) -> sa.ColumnElement[bool]:
    """`column` is one of these values: one array on PostgreSQL, so that the statement stays the same."""
    if not is_postgres(connection):
        return column.in_(values)
    return column == sa.any_(sa.bindparam(None, list(values), type_=ARRAY(column.type)))


def insert_all(connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows, each with every column in the table's order. On PostgreSQL by COPY, the fastest way."""
    if not rows:
        return
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    if is_postgres(connection):
        driver = connection.connection.driver_connection
        assert driver is not None
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    places = ", ".join("?" * len(table.columns))
    connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({places})", list(rows))  # noqa: S608
