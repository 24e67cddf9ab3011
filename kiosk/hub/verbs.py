"""Head office's verbs for people at its machine: codes for kiosks, staff, the audit."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import segno

from kiosk.hub.birthdays_verb import birthdays
from kiosk.hub.card_verb import card
from kiosk.hub.care_verbs import CARE_VERBS
from kiosk.hub.console import Console
from kiosk.hub.console_client import ConsoleClient
from kiosk.hub.counted_verb import shifts
from kiosk.hub.draws_verb import draws
from kiosk.hub.exceptions_verb import exceptions
from kiosk.hub.handed_verb import given
from kiosk.hub.joint_verbs import JOINT_VERBS
from kiosk.hub.member_verb import member
from kiosk.hub.offer_verb import offer
from kiosk.hub.office import HeadOffice
from kiosk.hub.opening import open_desk
from kiosk.hub.reaching import (
    RUNS,
    at_the_console,
    config_option,
    console_of,
    here_or_there,
    plainly,
    settings_of,
    whoami,
)
from kiosk.hub.risk import put_at_risk
from kiosk.hub.settings import HubSettings
from kiosk.hub.staff import ROLES, Person
from kiosk.hub.staff_verbs import STAFF_VERBS
from kiosk.hub.stock_verb import stock
from kiosk.hub.till_verbs import till
from kiosk.hub.told_verb import told
from kiosk.ledger.ids import FreshIds

_as = click.option("--as", "staff_id", default="", help="Who asks, when head office runs over SQLite.")


@click.command()
@config_option
@click.option("--store", required=True, help="Four digits.")
@click.option("--kiosk", required=True, help="Two digits; a number that was never used before.")
@click.option("--qr", is_flag=True, help="Draw the code as well.")
@_as
def code(*, config: Path, store: str, kiosk: str, qr: bool, staff_id: str) -> None:
    """Make a one-time code that takes one new kiosk in."""
    settings = settings_of(config)
    if not settings.listen.tls:
        raise click.ClickException("[listen] tls is false: kiosks are taken in over TLS only.")

    def here(office: HeadOffice) -> dict[str, Any]:
        issued = open_desk(office).issue(store, kiosk)
        console_of(office).note(whoami(), "code", "done", "here", subject=f"{store}/{kiosk}")
        return {"code": issued.code.text(), "qr": issued.code.qr(), "expires_at": issued.expires_at}

    with plainly():
        told = here_or_there(
            settings,
            here,
            lambda: _signed_in(settings, staff_id).ask("codes", {"store": store, "kiosk": kiosk}),
        )
    until = datetime.fromtimestamp(told["expires_at"] / 1e6, ZoneInfo(settings.shop.zone))
    click.echo(
        f"{told['code']}\n{told['qr']}\nGood once, for kiosk {kiosk} of store {store}, until {until:%H:%M}."
    )
    if qr:
        segno.make(told["qr"]).terminal(compact=True)


@click.group()
def staff() -> None:
    """People who may sign in."""


@staff.command()
@config_option
@click.argument("staff_id")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--member", default="", help="Their own member id: nobody acts on their own account.")
@click.password_option("--pin", prompt="PIN or password", help="Asked for when not given.")
def add(*, config: Path, staff_id: str, name: str, role: Any, member: str, pin: str) -> None:
    """Somebody new; or somebody known with a new name, role and PIN, no longer blocked or locked out."""

    def do(console: Console) -> None:
        console.staff.add(Person(staff_id, name, role, member), pin)
        console.note(whoami(), "staff-add", "done", "here", subject=staff_id)

    at_the_console(config, do)


@staff.command()
@config_option
@click.argument("staff_id")
def block(*, config: Path, staff_id: str) -> None:
    """They may do nothing any more."""

    def do(console: Console) -> None:
        console.staff.block(staff_id)
        console.note(whoami(), "staff-block", "done", "here", subject=staff_id)

    at_the_console(config, do)


@staff.command("list")
@config_option
def list_staff(config: Path) -> None:
    """Everybody: id, role, name, whether blocked or locked out."""

    def do(console: Console) -> None:
        for person in console.staff.everybody():
            state = "blocked" if person.blocked else "locked out" if person.locked else ""
            click.echo(f"{person.id:<16} {person.role:<10} {person.name} {state}".rstrip())

    at_the_console(config, do)


@click.command()
@config_option
@click.option("--lines", default=50, help="How many, the newest first.")
def audit(config: Path, lines: int) -> None:
    """Who did what."""

    def do(console: Console) -> None:
        for line in console.lines(lines):
            at = datetime.fromtimestamp(line["at"] / 1e6, ZoneInfo("UTC"))
            who = "+".join(filter(None, (line["who"], line["second"])))
            what = f"{line['action']} {line['subject']}".strip()
            click.echo(
                f"{at:%Y-%m-%d %H:%M:%S}Z {who} {what} from {line['source']}: {line['outcome'] or 'begun'}"
            )

    at_the_console(config, do)


@click.group()
def risk() -> None:
    """Points that kiosks may stand in for while they cannot ask."""


@risk.command("add")
@config_option
@click.argument("points", type=click.IntRange(1, 10**9))
def add_risk(*, config: Path, points: int) -> None:
    """Put points at risk on purpose: kiosks can lose them, and never more than them."""

    def here(office: HeadOffice) -> dict[str, Any]:
        with office.engine.begin() as connection:
            budget = put_at_risk(connection, points, FreshIds(office.now).uuid7())
        console_of(office).note(whoami(), "risk-add", "done", "here", subject=str(points))
        return {"budget": budget}

    def there() -> dict[str, Any]:
        raise click.ClickException(RUNS)

    with plainly():
        told = here_or_there(settings_of(config), here, there)
    click.echo(f"{told['budget']} points lie here now, to be lent to kiosks.")


def _signed_in(settings: HubSettings, staff_id: str) -> ConsoleClient:
    if not staff_id:
        raise click.ClickException("Head office runs: say who asks, with --as STAFF.")
    client = ConsoleClient(settings)
    client.sign_in(staff_id, click.prompt(f"PIN of {staff_id}", hide_input=True))
    return client


for verb in STAFF_VERBS:
    staff.add_command(verb)

VERBS: tuple[click.Command, ...] = (
    code,
    staff,
    audit,
    risk,
    *JOINT_VERBS,
    told,
    given,
    shifts,
    stock,
    birthdays,
    draws,
    exceptions,
    offer,
    member,
    card,
    till,
    *CARE_VERBS,
)
