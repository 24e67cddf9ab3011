"""Head office's verbs about one card: its state and what becomes of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kiosk.hub.card_office import cards_like, step_card
from kiosk.hub.office import HeadOffice
from kiosk.hub.opening import card_key
from kiosk.hub.reaching import RUNS, config_option, console_of, here_or_there, plainly, settings_of, whoami
from kiosk.hub.staff_verbs import as_read
from kiosk.membership.card_states import Step
from kiosk.membership.cards import keyed_hash

_ALONE: dict[Step, str] = {
    "lose": "Its owner lost it: no kiosk serves it.",
    "find": "It was found again: every kiosk serves it.",
    "hold": "Freeze it, so that a store's manager may open it again.",
    "release": "Open what a store froze.",
    "freeze": "Freeze it; `thaw-card` opens it again, and takes two people.",
}
_family = click.option("--family", default="virtual-cpu", help="What kind of card it is.")


@click.group()
def card() -> None:
    """A member's card, by its number."""


@card.command()
@config_option
@click.argument("number")
@_family
def show(*, config: Path, number: str, family: str) -> None:
    """Tell all cards of the member who has this one: name, end of the number, state."""

    def do(office: HeadOffice, name: bytes) -> dict[str, Any]:
        with office.engine.begin() as connection:
            return {"cards": [(one.name, one.tail, one.state) for one in cards_like(connection, name)]}

    told = _here(config, number, family, do)
    for name, tail, state in told["cards"]:
        click.echo(f"{name}  ...{tail}  {state or 'in use'}")


def _alone(step: Step, help_text: str) -> click.Command:
    @click.command(step, help=help_text)
    @config_option
    @click.argument("number")
    @_family
    def verb(*, config: Path, number: str, family: str) -> None:
        def do(office: HeadOffice, name: bytes) -> dict[str, Any]:
            step_card(office.engine, name.hex(), step, "office")
            console_of(office).note(whoami(), f"card-{step}", "done", "here", subject=name.hex())
            return {}

        _here(config, number, family, do)
        click.echo(f"card {step}: done")

    return verb


for one_step, text in _ALONE.items():
    card.add_command(_alone(one_step, text))


def _here(
    config: Path, number: str, family: str, do: Callable[[HeadOffice, bytes], dict[str, Any]]
) -> dict[str, Any]:
    def here(office: HeadOffice) -> dict[str, Any]:
        key = card_key(Path(office.settings.enrolment.card_key_file))
        return do(office, keyed_hash(key, as_read(family, number)))

    def there() -> dict[str, Any]:
        raise click.ClickException(RUNS)

    with plainly():
        return here_or_there(settings_of(config), here, there)
