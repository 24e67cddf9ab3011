"""Head office's verbs for the shops' tills: who may tell of sales."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from kiosk.hub.office import HeadOffice
from kiosk.hub.reaching import RUNS, config_option, console_of, here_or_there, plainly, settings_of, whoami
from kiosk.hub.tills import add_till, block_till, every_till


@click.group()
def till() -> None:
    """The shops' tills, which tell head office of sales."""


@till.command()
@config_option
@click.argument("name")
@click.option("--store", required=True, help="Four digits.")
def add(*, config: Path, name: str, store: str) -> None:
    """Make a token for the till NAME and show it once; an earlier one is void."""
    click.echo(_within(config, ("till-add", f"{name} {store}"), lambda c: add_till(c, name, store)))


@till.command()
@config_option
@click.argument("name")
def block(*, config: Path, name: str) -> None:
    """Believe nothing more of the till NAME; what it told stays."""
    _within(config, ("till-block", name), lambda c: block_till(c, name))
    click.echo(f"{name} is blocked.")


@till.command("list")
@config_option
def list_tills(*, config: Path) -> None:
    """Every till, its store, and whether it is blocked."""
    for one in _within(config, None, every_till):
        click.echo(f"{one.id:<20} {one.store} {'blocked' if one.blocked else ''}".rstrip())


def _within(config: Path, noted: tuple[str, str] | None, do: Callable[[sa.Connection], Any]) -> Any:
    """Do it in one transaction at this machine; who did stands in the audit."""

    def here(office: HeadOffice) -> dict[str, Any]:
        with office.engine.begin() as connection:
            done = do(connection)
        if noted is not None:
            console_of(office).note(whoami(), noted[0], "done", "here", subject=noted[1])
        return {"done": done}

    def there() -> dict[str, Any]:
        raise click.ClickException(RUNS)

    with plainly():
        return here_or_there(settings_of(config), here, there)["done"]
