"""Head office's verb for the exceptions desk: what a store has to look into."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from kiosk.hub import exceptions as desk
from kiosk.hub.exception_items import Item
from kiosk.hub.office import HeadOffice
from kiosk.hub.reaching import RUNS, config_option, console_of, here_or_there, plainly, settings_of, whoami


@click.command()
@config_option
@click.option("--store", required=True, help="Four digits.")
@click.option("--all", "seen", is_flag=True, help="Also what somebody has looked into.")
def exceptions(*, config: Path, store: str, seen: bool) -> None:
    """Everything of a store that people have to look into: what happened, what it means, what helps."""

    def here(office: HeadOffice) -> dict[str, Any]:
        with office.engine.begin() as connection:
            found = desk.exceptions(connection, store, seen=seen)
        console_of(office).note(whoami(), "exceptions", "done", "here", subject=store)
        for item in found:
            click.echo(_told(item))
        click.echo(f"{len(found)} to look into." if found else "Nothing to look into.")
        return {}

    def there() -> dict[str, Any]:
        raise click.ClickException(RUNS)

    with plainly():
        here_or_there(settings_of(config), here, there)


def _told(item: Item) -> str:
    at = f"{datetime.fromtimestamp(item.at / 1e6, UTC):%Y-%m-%d %H:%M}Z" if item.at else "-"
    member = f" of {item.name or item.member}" if item.member else ""
    lines = [f"{item.key}  {at}  kiosk {item.kiosk}  {item.told}{member}: {item.reason}", f"    {item.means}"]
    lines += [f"    {remedy.action} {remedy.subject}" for remedy in item.remedies]
    if item.seen_by:
        lines.append(f"    looked into by {item.seen_by}: {item.note}".rstrip(": "))
    return "\n".join(lines)
