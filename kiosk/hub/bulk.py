"""Statements over many rows at once: one round trip, whatever the size of a batch.

To PostgreSQL a column of values travels as one JSON array: written and read faster than an array of its own,
which Python has to build element by element.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql


def is_postgres(connection: sa.Connection) -> bool:
    """Whether this is PostgreSQL; if not, it is SQLite."""
    return connection.dialect.name == "postgresql"


def among(
    connection: sa.Connection, column: sa.Column[Any], values: Collection[Any]
) -> sa.ColumnElement[bool]:
    """`column` is one of these values: one parameter on PostgreSQL, so that the statement stays the same."""
    if not is_postgres(connection):
        return column.in_(values)
    return column == sa.any_(sa.func.array(sa.select(_unpacked(column, values)).scalar_subquery()))


def rows_among(
    connection: sa.Connection, columns: Sequence[sa.Column[Any]], values: Sequence[tuple[Any, ...]]
) -> sa.ColumnElement[bool]:
    """These columns together are one of these rows."""
    if not is_postgres(connection):
        return sa.tuple_(*columns).in_(values)
    return sa.tuple_(*columns).in_(sa.select(*_unnested(columns, values)))


def insert_all(connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows, each with every column in the table's order. On PostgreSQL by COPY, the fastest way."""
    if not rows:
        return
    names = _names(table.columns)
    if is_postgres(connection):
        driver = connection.connection.driver_connection
        assert driver is not None
        with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    connection.exec_driver_sql(_insert(table), list(rows))


def add_all(connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add each row's last column to what stands under its key, in this order; what is missing begins at 0."""
    if not rows:
        return
    *keys, total = table.columns
    if is_postgres(connection):
        fresh = postgresql.insert(table).from_select(
            [column.name for column in table.columns], sa.select(*_unnested(table.columns, rows))
        )
        more = {total.name: total + fresh.excluded[total.name]}
        connection.execute(fresh.on_conflict_do_update(index_elements=keys, set_=more))
        return
    more_sql = f'"{total.name}" = {table.name}."{total.name}" + excluded."{total.name}"'
    connection.exec_driver_sql(
        f"{_insert(table)} ON CONFLICT ({_names(keys)}) DO UPDATE SET {more_sql}", list(rows)
    )


def set_all(
    connection: sa.Connection, table: sa.Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Set columns of the rows with these keys: each row is the (one) key, then the columns of these names."""
    if not rows:
        return
    (key,) = table.primary_key.columns
    columns = [key, *(table.columns[name] for name in names)]
    if is_postgres(connection):
        news = sa.select(*_unnested(columns, rows)).subquery()
        values = {name: news.columns[name] for name in names}
        connection.execute(sa.update(table).where(key == news.columns[key.name]).values(values))
        return
    places = ", ".join(f'"{name}" = ?' for name in names)
    connection.exec_driver_sql(
        f'UPDATE {table.name} SET {places} WHERE "{key.name}" = ?',  # noqa: S608
        [(*values, name) for name, *values in rows],
    )


def _unnested(columns: Iterable[sa.Column[Any]], rows: Sequence[tuple[Any, ...]]) -> Iterator[sa.Label[Any]]:
    """The rows as columns of a SELECT."""
    for column, values in zip(columns, zip(*rows, strict=True), strict=True):
        yield _unpacked(column, values).label(column.name)


def _unpacked(column: sa.Column[Any], values: Collection[Any]) -> sa.ColumnElement[Any]:
    """The values as rows, of the column's type."""
    packed = sa.bindparam(None, msgspec.json.encode(values).decode(), type_=sa.Text)
    texts = sa.func.json_array_elements_text(sa.cast(packed, postgresql.JSON))
    return sa.cast(texts, column.type)


def _names(columns: Iterable[sa.Column[Any]]) -> str:
    return ", ".join(f'"{column.name}"' for column in columns)


def _insert(table: sa.Table) -> str:
    places = ", ".join("?" * len(table.columns))
    return f"INSERT INTO {table.name} ({_names(table.columns)}) VALUES ({places})"  # noqa: S608
