"""`python -m kiosk.hub check`: does what is in the database fit together?"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import sqlalchemy as sa

from kiosk.hub.inspection import INSPECTIONS
from kiosk.hub.opening import HeadOfficeRuns, alone
from kiosk.hub.reaching import RUNS, config_option, settings_of
from kiosk.hub.recovery import era_of
from kiosk.hub.settings import HubSettings
from kiosk.hub.tables import metadata

MOST = 100


@click.command()
@config_option
@click.option(
    "--most", type=click.IntRange(min=1), default=MOST, show_default=True, help="Findings to print."
)
@click.pass_context
def check(context: click.Context, *, config: Path, most: int) -> None:
    """Read the whole database and say whether the books hold; exit code 1 and a list if they do not."""
    try:
        with reading(settings_of(config)) as connection:
            found = _look(connection, most)
    except HeadOfficeRuns as runs:
        raise click.ClickException(RUNS) from runs
    except sa.exc.DBAPIError as trouble:
        raise click.ClickException(f"the database cannot be read: {trouble.orig}") from trouble
    click.echo(f"{found} things do not hold" if found else "the books hold")
    context.exit(1 if found else 0)


@contextmanager
def reading(settings: HubSettings) -> Iterator[sa.Connection]:
    """One transaction that sees one state of the database and cannot change it.

    Over SQLite only while head office does not run (HeadOfficeRuns); PostgreSQL serves kiosks meanwhile.
    """
    url = sa.make_url(settings.database.url)
    with alone(settings):
        if url.get_backend_name() == "sqlite":
            if not url.database or not Path(url.database).is_file():
                raise click.ClickException(f"{url.database} is not there")
            place = f"{Path(url.database).resolve().as_uri()}?mode=ro"
            engine = sa.create_engine("sqlite://", creator=lambda: sqlite3.connect(place, uri=True))
        else:
            engine = sa.create_engine(url, isolation_level="REPEATABLE READ")
        try:
            with engine.connect() as connection:
                if engine.dialect.name == "postgresql":
                    connection.exec_driver_sql("SET TRANSACTION READ ONLY")
                missing = metadata.tables.keys() - set(sa.inspect(connection).get_table_names())
                if missing:
                    raise click.ClickException(f"it lacks the tables {', '.join(sorted(missing))}")
                yield connection
        finally:
            engine.dispose()


def _look(connection: sa.Connection, most: int) -> int:
    """Print what holds and what does not, `most` lines of the latter; how many there are in all."""
    found = 0
    era = era_of(connection)
    if era is not None and era.recovering:
        click.echo("a recovery lasts: floors and holders of vouchers are judged at its end")
    for rule, look in INSPECTIONS.items():
        before = found
        for finding in look(connection):
            found += 1
            if found <= most:
                click.echo(f"  {finding}")
        click.echo(f"{'holds' if found == before else 'DOES NOT HOLD'}: {rule}")
    return found
