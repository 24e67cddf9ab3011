"""Head office's verb that puts a gift aside for one member, by name."""

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from kiosk.hub.occasions import day_of, put_aside
from kiosk.hub.office import HeadOffice
from kiosk.hub.reaching import RUNS, config_option, console_of, here_or_there, plainly, settings_of, whoami


@click.command()
@config_option
@click.argument("member")
@click.argument("rule")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Its last day.")
def offer(*, config: Path, member: str, rule: str, until: datetime) -> None:
    """Put the gift of [entitlements.RULE] aside for MEMBER (their id): it waits at every kiosk."""
    settings = settings_of(config)

    def here(office: HeadOffice) -> dict[str, Any]:
        today = day_of(office.now(), settings.shop.zone)
        with office.engine.begin() as connection:
            period = put_aside(connection, member, rule, until.date(), today)
        console_of(office).note(whoami(), "offer", "done", "here", subject=f"{rule}:{period} {member}")
        return {"period": period}

    def there() -> dict[str, Any]:
        raise click.ClickException(RUNS)

    with plainly():
        told = here_or_there(settings, here, there)
    click.echo(f"{rule} ({told['period']}) waits for {member} until {until:%Y-%m-%d}.")
