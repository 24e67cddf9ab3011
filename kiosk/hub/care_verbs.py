"""Head office's verbs for its operators: backups, restores, and what became of a device."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from kiosk.hub import backups
from kiosk.hub.check_verb import check
from kiosk.hub.office import HeadOffice
from kiosk.hub.opening import HeadOfficeRuns, alone
from kiosk.hub.reaching import RUNS, config_option, console_of, here_or_there, plainly, settings_of, whoami
from kiosk.hub.records import device_record, recovery_record


@click.command()
@config_option
@click.argument("place", type=click.Path(path_type=Path))
def backup(*, config: Path, place: Path) -> None:
    """Make a backup into a new file (or into a folder), and try it."""

    def do(office: HeadOffice) -> None:
        target = backups.fresh_place(place, office.now()) if place.is_dir() else place
        made = office.back_up(target)
        console_of(office).note(whoami(), "backup", made.state, "here", subject=str(target))
        click.echo(f"{target}: {made.state} {made.why}".rstrip())
        click.echo(f"sha256 {made.digest.hex()}")

    _here(config, do)


@click.command()
@config_option
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(*, config: Path, file: Path) -> None:
    """Put a backup where the settings say the database is, and nothing is; then recover."""
    settings = settings_of(config)
    try:
        with alone(settings):
            backups.restore(sa.make_url(settings.database.url), file)
    except (backups.BackupFailed, HeadOfficeRuns) as trouble:
        raise click.ClickException(str(trouble)) from trouble
    _here(config, lambda office: _tell_restored(office, f"restored from {file.name}"))


@click.command()
@config_option
def restored(config: Path) -> None:
    """Say that the database was set back by other means; head office then recovers."""
    _here(config, lambda office: _tell_restored(office, "the operator said so"))


@click.command()
@config_option
@click.argument("device_id")
def device(*, config: Path, device_id: str) -> None:
    """What became of a device: whether it serves, what it holds, what a second log of it gave away."""
    _here(config, lambda office: _show(device_record(office, device_id)))


@click.command()
@config_option
def recovery(config: Path) -> None:
    """Whose logs a recovery waits for, and what was short in the end."""
    _here(config, lambda office: _show(recovery_record(office)))


CARE_VERBS: tuple[click.Command, ...] = (backup, restore, restored, device, recovery, check)


def _tell_restored(office: HeadOffice, why: str) -> None:
    gen = office.restored(why)
    console_of(office).note(whoami(), "restored", "done", "here", subject=why)
    click.echo(f"generation {gen}: nothing is granted until every kiosk's log is in again")


def _show(record: dict[str, object]) -> None:
    click.echo(json.dumps(record, indent=2, ensure_ascii=False))


def _here(config: Path, do: Callable[[HeadOffice], object]) -> None:
    def here(office: HeadOffice) -> dict[str, Any]:
        do(office)
        return {}

    def there() -> dict[str, Any]:
        raise click.ClickException(RUNS)

    with plainly():
        try:
            here_or_there(settings_of(config), here, there)
        except backups.BackupFailed as trouble:
            raise click.ClickException(str(trouble)) from trouble
