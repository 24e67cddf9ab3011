"""How a verb reaches head office: over its database, or by the console of one that runs."""

import getpass
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from kiosk.hub.console import Console
from kiosk.hub.console_client import ConsoleRefused
from kiosk.hub.declined import Declined
from kiosk.hub.office import HeadOffice
from kiosk.hub.opening import HeadOfficeRuns, alone, open_office, shared_now
from kiosk.hub.settings import BadSettings, HubSettings, read_settings
from kiosk.ledger.ids import FreshIds

config_option = click.option("--config", type=click.Path(path_type=Path), required=True, help="hub.toml")
RUNS = "Head office runs over this SQLite file: stop it first, for this moment."


def settings_of(config: Path) -> HubSettings:
    """The settings in this file; what is wrong with them, as one sentence."""
    try:
        return read_settings(config)
    except BadSettings as wrong:
        raise click.ClickException(str(wrong)) from wrong


def here_or_there(
    settings: HubSettings, here: Callable[[HeadOffice], dict[str, Any]], there: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Over the database; where a running head office has it to itself, by its console."""
    try:
        with alone(settings):
            office = open_office(settings, shared_now(None))
            try:
                return here(office)
            finally:
                office.engine.dispose()
    except HeadOfficeRuns:
        return there()


def at_the_console(config: Path, do: Callable[[Console], None]) -> None:
    """Do something at the console; over SQLite only while no head office runs."""

    def there() -> dict[str, Any]:
        raise click.ClickException(RUNS)

    def here(office: HeadOffice) -> dict[str, Any]:
        do(console_of(office))
        return {}

    with plainly():
        here_or_there(settings_of(config), here, there)


def console_of(office: HeadOffice) -> Console:
    """The console over this head office."""
    return Console(office.engine, office.now, FreshIds(office.now), office.settings)


@contextmanager
def plainly() -> Iterator[None]:
    """What was refused, as one sentence on the terminal."""
    try:
        yield
    except (Declined, ConsoleRefused) as refused:
        raise click.ClickException(str(refused)) from refused


def whoami() -> str:
    """Who types here: an account of this machine."""
    return f"{getpass.getuser()}@{socket.gethostname()}"
