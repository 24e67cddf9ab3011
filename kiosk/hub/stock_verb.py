"""Head office's verb for gifts as pieces: where they are, and what staff booked in a business day."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from kiosk.hub import stocked
from kiosk.hub.business_days import edges_of, today
from kiosk.hub.office import HeadOffice
from kiosk.hub.reaching import RUNS, config_option, here_or_there, plainly, settings_of


@click.command()
@config_option
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="A business day; today unless told otherwise.")
@click.option("--store", default="", help="What one store booked; without it, all of them.")
def stock(config: Path, day: datetime | None, store: str) -> None:
    """Pieces of every gift: free, lent to kiosks, on open vouchers; then what was booked in the day."""
    settings = settings_of(config)
    zone = ZoneInfo(settings.shop.zone)

    def here(office: HeadOffice) -> dict[str, Any]:
        chosen = day.date() if day else today(office.now(), zone)
        with office.engine.begin() as connection:
            now = stocked.pieces(connection)
            booked = stocked.changes(connection, store, edges_of(chosen, zone))
        for one in now:
            click.echo(
                f"{one.gift:8} {one.free:6} free {one.lent:6} at kiosks {one.promised:6} on vouchers "
                f"{one.there:6} in all  {one.name.get('en', '')}"
            )
        click.echo(f"{chosen}: {len(booked)} bookings, {sum(one.pieces for one in booked):+} pieces")
        for change in booked:
            at = datetime.fromtimestamp(change.at // 1_000_000, zone)
            who = "+".join(filter(None, (change.operator, change.second)))
            click.echo(
                f"{change.store} {change.kiosk} {at:%H:%M} {change.gift:8} {change.pieces:+6} "
                f"{change.why:9} {who}"
            )
        return {}

    def there() -> dict[str, Any]:
        raise click.ClickException(RUNS)

    with plainly():
        here_or_there(settings, here, there)
