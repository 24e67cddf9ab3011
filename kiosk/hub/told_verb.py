"""Head office's verb for what members told at kiosks: how often each wish and each answer."""

from pathlib import Path
from typing import Any

import click

from kiosk.hub import told as facts
from kiosk.hub.office import HeadOffice
from kiosk.hub.reaching import RUNS, config_option, here_or_there, plainly, settings_of


@click.command()
@config_option
def told(config: Path) -> None:
    """What members wish for and answered: kind, question or gift, answer, how many."""

    def here(office: HeadOffice) -> dict[str, Any]:
        with office.engine.begin() as connection:
            for what, topic, answer, times in facts.counts(connection):
                click.echo(f"{what:8} {topic:20} {answer or '-':20} {times:6}")
        return {}

    def there() -> dict[str, Any]:
        raise click.ClickException(RUNS)

    with plainly():
        here_or_there(settings_of(config), here, there)
