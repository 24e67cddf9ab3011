"""Head office's verbs for people at its machine: codes for kiosks, staff, and what takes two of them."""

import getpass
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import click
import segno

from kiosk.hub.api import acts_of
from kiosk.hub.console import ACTIONS, Console
from kiosk.hub.console_client import ConsoleClient, ConsoleRefused
from kiosk.hub.declined import Declined
from kiosk.hub.office import HeadOffice
from kiosk.hub.opening import HeadOfficeRuns, alone, open_desk, open_office, shared_now
from kiosk.hub.settings import BadSettings, HubSettings, read_settings
from kiosk.hub.staff import ROLES, Person, Proof
from kiosk.ledger.ids import FreshIds

_config = click.option("--config", type=click.Path(path_type=Path), required=True, help="hub.toml")
_as = click.option("--as", "staff_id", default="", help="Who asks, when head office runs over SQLite.")


@click.command()
@_config
@click.option("--store", required=True, help="Four digits.")
@click.option("--kiosk", required=True, help="Two digits; a number that was never used before.")
@click.option("--qr", is_flag=True, help="Draw the code as well.")
@_as
def code(*, config: Path, store: str, kiosk: str, qr: bool, staff_id: str) -> None:
    """Make a one-time code that takes one new kiosk in."""
    settings = _settings(config)
    if not settings.listen.tls:
        raise click.ClickException("[listen] tls is false: kiosks are taken in over TLS only.")

    def here(office: HeadOffice) -> dict[str, Any]:
        issued = open_desk(office).issue(store, kiosk)
        _console(office).note(_me(), "code", "done", "here", subject=f"{store}/{kiosk}")
        return {"code": issued.code.text(), "qr": issued.code.qr(), "expires_at": issued.expires_at}

    with _plainly():
        told = _here_or_there(
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
@_config
@click.argument("staff_id")
@click.option("--name", required=True)
@click.option("--role", type=click.Choice(ROLES), required=True)
@click.option("--member", default="", help="Their own member id: nobody acts on their own account.")
@click.password_option("--pin", prompt="PIN or password", help="Asked for when not given.")
def add(*, config: Path, staff_id: str, name: str, role: Any, member: str, pin: str) -> None:
    """Somebody new; or somebody known with a new name, role and PIN, no longer blocked or locked out."""

    def do(console: Console) -> None:
        console.staff.add(Person(staff_id, name, role, member), pin)
        console.note(_me(), "staff-add", "done", "here", subject=staff_id)

    _at_the_console(config, do)


@staff.command()
@_config
@click.argument("staff_id")
def block(*, config: Path, staff_id: str) -> None:
    """They may do nothing any more."""

    def do(console: Console) -> None:
        console.staff.block(staff_id)
        console.note(_me(), "staff-block", "done", "here", subject=staff_id)

    _at_the_console(config, do)


@staff.command("list")
@_config
def list_staff(config: Path) -> None:
    """Everybody: id, role, name, whether blocked or locked out."""

    def do(console: Console) -> None:
        for person in console.staff.everybody():
            state = "blocked" if person.blocked else "locked out" if person.locked else ""
            click.echo(f"{person.id:<16} {person.role:<10} {person.name} {state}".rstrip())

    _at_the_console(config, do)


@click.command()
@_config
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

    _at_the_console(config, do)


def together(action: str, help_text: str) -> click.Command:
    """A verb that two people carry out, each with their own PIN."""

    @click.command(action, help=help_text)
    @_config
    @click.argument("subject")
    @click.option("--first", required=True, help="Staff id of the one.")
    @click.option("--second", required=True, help="Staff id of the other.")
    def verb(*, config: Path, subject: str, first: str, second: str) -> None:
        settings = _settings(config)
        pins = [click.prompt(f"PIN of {who}", hide_input=True) for who in (first, second)]

        def here(office: HeadOffice) -> dict[str, Any]:
            acts = acts_of(office)
            if action not in acts:
                raise Declined(501, "not-built", f"head office cannot {action} yet")
            console = _console(office)
            pair = console.pair(Proof(first, pins[0]), Proof(second, pins[1]), action, subject, "here")
            console.carry_out(pair, acts[action], "here")
            return {}

        def there() -> dict[str, Any]:
            client = ConsoleClient(settings)
            client.sign_in(first, pins[0])
            told = {"subject": subject, "pin": pins[0], "second": second, "second_pin": pins[1]}
            return client.ask(action, told)

        with _plainly():
            _here_or_there(settings, here, there)
        click.echo(f"{action} {subject}: done")

    return verb


VERBS: tuple[click.Command, ...] = (
    code,
    staff,
    audit,
    together("retire", "Take a kiosk out of service for ever."),
    together("set-aside", "Go on after a restore without a kiosk that will not come back."),
    together("unlock", "Open a member's PIN again, after looking at their papers."),
)
assert {verb.name for verb in VERBS} >= set(ACTIONS)


def _settings(config: Path) -> HubSettings:
    try:
        return read_settings(config)
    except BadSettings as wrong:
        raise click.ClickException(str(wrong)) from wrong


def _here_or_there(
    settings: HubSettings, here: Callable[[HeadOffice], dict[str, Any]], there: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Over the database; where a running head office has it to itself, by its console."""
    try:
        with alone(settings):
            office = open_office(settings, shared_now(None))
            try:
                return here(office)
            finally:
                office.engine.dispose()
    except HeadOfficeRuns:
        return there()


def _at_the_console(config: Path, do: Callable[[Console], None]) -> None:
    def there() -> dict[str, Any]:
        raise click.ClickException("Head office runs over this SQLite file: stop it first, for this moment.")

    def here(office: HeadOffice) -> dict[str, Any]:
        do(_console(office))
        return {}

    with _plainly():
        _here_or_there(_settings(config), here, there)


def _console(office: HeadOffice) -> Console:
    return Console(office.engine, office.now, FreshIds(office.now), office.settings)


def _signed_in(settings: HubSettings, staff_id: str) -> ConsoleClient:
    if not staff_id:
        raise click.ClickException("Head office runs: say who asks, with --as STAFF.")
    client = ConsoleClient(settings)
    client.sign_in(staff_id, click.prompt(f"PIN of {staff_id}", hide_input=True))
    return client


@contextmanager
def _plainly() -> Iterator[None]:
    """What was refused, as one sentence on the terminal."""
    try:
        yield
    except (Declined, ConsoleRefused) as refused:
        raise click.ClickException(str(refused)) from refused


def _me() -> str:
    return f"{getpass.getuser()}@{socket.gethostname()}"
