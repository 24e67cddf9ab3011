"""SQLite databases in memory, copied from one that was made once a process.

Making head office's tables takes longer than most tests, and filling the demo shop longer still.
"""

from collections.abc import Callable, Hashable
from functools import cache

import sqlalchemy as sa

from kiosk.hub.tables import connect, open_database

_kept: dict[Hashable, bytes] = {}


def empty() -> sa.Engine:
    """A new database with every table, and nothing in them."""
    return copied(_no_rows())


def filled(key: Hashable, fill: Callable[[sa.Engine], None]) -> sa.Engine:
    """A new database as `fill` left one: it is called once for each `key`."""
    if key not in _kept:
        engine = empty()
        fill(engine)
        _kept[key] = _image(engine)
        engine.dispose()
    return copied(_kept[key])


def copied(image: bytes) -> sa.Engine:
    """A new database with what the image holds."""
    engine = connect("sqlite://")
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.deserialize(image)
    return engine


@cache
def _no_rows() -> bytes:
    engine = open_database("sqlite://")
    image = _image(engine)
    engine.dispose()
    return image


def _image(engine: sa.Engine) -> bytes:
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        return bytes(driver.serialize())


def at(url: str) -> sa.Engine:
    """The database of a fixture: in memory, a file's, or one in PostgreSQL, which has its tables already."""
    if url == "sqlite://":
        return empty()
    return open_database(url) if url.startswith("sqlite") else connect(url)
