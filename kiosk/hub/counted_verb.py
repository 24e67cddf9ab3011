"""Head office's verb for the shifts of a business day: what each drawer should hold, and what was counted."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click

from kiosk.hub import counted
from kiosk.hub.business_days import edges_of, money, today
from kiosk.hub.office import HeadOffice
from kiosk.hub.reaching import RUNS, config_option, here_or_there, plainly, settings_of


@click.command()
@config_option
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="A business day; today unless told otherwise.")
@click.option("--store", default="", help="One store's; without it, those of all.")
def shifts(config: Path, day: datetime | None, store: str) -> None:
    """Shifts that began, changed hands and ended: the drawer by the records and by hand, and all they did."""
    settings = settings_of(config)
    zone = ZoneInfo(settings.shop.zone)

    def here(office: HeadOffice) -> dict[str, Any]:
        chosen = day.date() if day else today(office.now(), zone)
        with office.engine.begin() as connection:
            found = counted.counts(connection, store, edges_of(chosen, zone))
        for one in found:
            _tell(one, zone)
        short = sum(one.difference for one in found)
        click.echo(f"{chosen}: {len(found)} counts, {money(short)} by hand against the records")
        return {}

    def there() -> dict[str, Any]:
        raise click.ClickException(RUNS)

    with plainly():
        here_or_there(settings, here, there)


def _tell(one: counted.Count, zone: ZoneInfo) -> None:
    at = datetime.fromtimestamp(one.at // 1_000_000, zone)
    who = f"{one.ended or '-'} -> {one.follower or '-'}"
    differs = f" {money(one.difference)} {one.reason}" if one.difference else ""
    click.echo(
        f"{one.store} {one.kiosk:4} {at:%H:%M} {who:20} {money(one.expected):>14} by the records, "
        f"{money(one.brought)} brought, {money(one.counted)} counted, {money(one.stays)} left{differs}"
    )
    for taking in one.takings:
        click.echo(f"    {taking.what:24} {taking.times:6} × {money(taking.cents):>14}")
