"""Head office's verbs about one person: what is kept about them, a consent taken back, and the end of it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from kiosk.hub import member_care
from kiosk.hub.joining_people import open_proposals
from kiosk.hub.office import HeadOffice
from kiosk.hub.reaching import RUNS, config_option, console_of, here_or_there, plainly, settings_of, whoami


@click.group()
def member() -> None:
    """One person's data, by their member id."""


@member.command()
@config_option
@click.argument("member_id")
def export(*, config: Path, member_id: str) -> None:
    """Write all that is kept about a person, as JSON."""
    told = _within(config, "member-export", member_id, lambda c: member_care.export(c, member_id))
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))


@member.command()
@config_option
@click.argument("member_id")
@click.argument("consent")
def withdraw(*, config: Path, member_id: str, consent: str) -> None:
    """Take a person's consent back, by its id in the rule pack."""
    _within(config, "member-withdraw", member_id, lambda c: member_care.withdraw(c, member_id, consent))
    click.echo(f"{member_id} no longer agrees to '{consent}'")


@member.command()
@config_option
@click.argument("member_id")
@click.confirmation_option(prompt="This cannot be undone. Erase this person?")
def erase(*, config: Path, member_id: str) -> None:
    """Forget a person for good; their log lines stay and lead to nobody."""
    _within(config, "member-erase", member_id, lambda c: member_care.erase(c, member_id))
    click.echo(f"{member_id} is erased. Throw away the backups that were made before.")


@member.command()
@config_option
def proposals(*, config: Path) -> None:
    """Accounts that have the same phone: whether it is proven that they are one person's."""

    def here(office: HeadOffice) -> dict[str, Any]:
        return {"proposals": open_proposals(office.engine)}

    with plainly():
        told = here_or_there(settings_of(config), here, _runs)
    for line in told["proposals"]:
        click.echo(f"{line['alias']} -> {line['into']}  {'proven' if line['proven'] else 'not proven yet'}")


def _within(
    config: Path, action: str, member_id: str, do: Callable[[sa.Connection], dict[str, object] | None]
) -> dict[str, Any]:
    """Do it in one transaction at this machine, and write who did."""

    def here(office: HeadOffice) -> dict[str, Any]:
        with office.engine.begin() as connection:
            told = do(connection)
        console_of(office).note(whoami(), action, "done", "here", subject=member_id)
        return told or {}

    with plainly():
        return here_or_there(settings_of(config), here, _runs)


def _runs() -> dict[str, Any]:
    raise click.ClickException(RUNS)
