"""Head office's verb for the list that a store puts up at the end of a month: whose birthdays come."""

from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import sqlalchemy as sa

from kiosk.hub.benefit_tables import occasions
from kiosk.hub.business_days import today
from kiosk.hub.office import HeadOffice
from kiosk.hub.people import People
from kiosk.hub.reaching import RUNS, config_option, here_or_there, plainly, settings_of
from kiosk.hub.tables import aliases, devices, members
from kiosk.membership.tiers import standing


@click.command()
@config_option
@click.option("--month", type=click.DateTime(["%Y-%m"]), help="The next one unless told otherwise.")
@click.option("--store", default="", help="Members whose home is there; without it, those of all stores.")
def birthdays(config: Path, month: datetime | None, store: str) -> None:
    """Whose birthdays come in a month: day, masked name, tier."""
    settings = settings_of(config)
    language = settings.shop.language

    def here(office: HeadOffice) -> dict[str, Any]:
        wanted = month.date() if month else _next(today(office.now(), ZoneInfo(settings.shop.zone)))
        with office.engine.begin() as connection:
            rules = People(connection).rules()
            found = connection.execute(_born_in(wanted.month, store)).all()
        for born, name, lifetime in found:
            tier = standing(rules, lifetime).name
            click.echo(f"{born}  {name}  {tier.get(language) or tier.get('en', '')}")
        click.echo(f"{wanted:%Y-%m}: {len(found)}")
        return {}

    def there() -> dict[str, Any]:
        raise click.ClickException(RUNS)

    with plainly():
        here_or_there(settings, here, there)


def _next(day: date) -> date:
    """The first of the month after this day."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _born_in(month: int, store: str) -> sa.Select[Any]:
    """(month and day, masked name, lifetime points), by day; whoever was joined to another is that one."""
    m, o, d = members.c, occasions.c, devices.c
    asked = sa.select(o.born, m.name, m.lifetime).join_from(occasions, members, m.id == o.member)
    asked = asked.where(o.born.startswith(f"{month:02}-"), m.name != "")
    asked = asked.where(~sa.exists().where(aliases.c.alias == m.id))
    if store:
        asked = asked.join(devices, d.device == m.home).where(d.store == store)
    return asked.order_by(o.born, m.name, m.id)
