"""Head office's verb for what staff gave by hand in a day: by colleague, and the money that was collected."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from kiosk.hub import handed
from kiosk.hub.business_days import edges_of, money, today
from kiosk.hub.office import HeadOffice
from kiosk.hub.reaching import RUNS, config_option, here_or_there, plainly, settings_of


@click.command()
@config_option
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="A business day; today unless told otherwise.")
@click.option("--store", default="", help="One store's; without it, those of all.")
def given(config: Path, day: datetime | None, store: str) -> None:
    """What staff gave by hand: who, what, how often, units, and the money that was collected for it."""
    settings = settings_of(config)
    zone = ZoneInfo(settings.shop.zone)

    def here(office: HeadOffice) -> dict[str, Any]:
        chosen = day.date() if day else today(office.now(), zone)
        with office.engine.begin() as connection:
            sums = handed.sums(connection, store, edges_of(chosen, zone))
        for one in sums:
            click.echo(
                f"{one.store:6} {one.operator:12} {one.rule:16} {one.asset:16} "
                f"{one.times:5} × {one.units:9} {money(one.price):>14}"
            )
        click.echo(f"{chosen}: {money(sum(one.price for one in sums))} collected")
        return {}

    def there() -> dict[str, Any]:
        raise click.ClickException(RUNS)

    with plainly():
        here_or_there(settings, here, there)
