"""Head office's verbs for staff at the shops: where they work, their PIN there, and their cards."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kiosk.hub.office import HeadOffice
from kiosk.hub.opening import card_key
from kiosk.hub.reaching import RUNS, config_option, console_of, here_or_there, plainly, settings_of, whoami
from kiosk.hub.shop_staff import ShopStaff
from kiosk.membership.cards import Card, keyed_hash

EVERY_STORE = "all"
_TAIL = 4

_family = click.option("--family", default="virtual-cpu", show_default=True, help="The card's family.")


@click.command()
@config_option
@click.argument("staff_id")
@click.option("--store", required=True, help=f"Four digits, or {EVERY_STORE!r}.")
@click.password_option("--pin", prompt="PIN for kiosks, six digits", help="Asked for when not given.")
def assign(*, config: Path, staff_id: str, store: str, pin: str) -> None:
    """Somebody signs in at kiosks and counters of this store, by this PIN; a lock-out there ends."""
    place = "" if store == EVERY_STORE else store
    _do(config, "staff-assign", f"{staff_id} {store}", lambda desk, _: desk.assign(staff_id, place, pin))


@click.command("add-card")
@config_option
@click.argument("staff_id")
@click.argument("number")
@_family
def add_card(*, config: Path, staff_id: str, number: str, family: str) -> None:
    """A card of theirs, by its number as a reader reads it (a UID in hex)."""

    def do(desk: ShopStaff, key: bytes) -> None:
        card = as_read(family, number)
        desk.bind(staff_id, keyed_hash(key, card), number[-_TAIL:])

    _do(config, "staff-card-add", f"{staff_id} {number[-_TAIL:]}", do)


@click.command("block-card")
@config_option
@click.argument("number")
@_family
def block_card(*, config: Path, number: str, family: str) -> None:
    """Nobody signs in with this card any more."""
    _block(config, number, family, blocked=True)


@click.command("unblock-card")
@config_option
@click.argument("number")
@_family
def unblock_card(*, config: Path, number: str, family: str) -> None:
    """The card was found again."""
    _block(config, number, family, blocked=False)


STAFF_VERBS: tuple[click.Command, ...] = (assign, add_card, block_card, unblock_card)


def _block(config: Path, number: str, family: str, *, blocked: bool) -> None:
    def do(desk: ShopStaff, key: bytes) -> None:
        owner = desk.block_card(keyed_hash(key, as_read(family, number)), blocked=blocked)
        click.echo(f"A card of {owner}.")

    _do(config, "staff-card-block" if blocked else "staff-card-unblock", number[-_TAIL:], do)


def as_read(family: str, number: str) -> Card:
    """As its reader reads it: families other than our own are known by their UID."""
    if family == "virtual-cpu":
        return Card(family, number.encode())
    try:
        return Card(family, bytes.fromhex(number))
    except ValueError:
        raise click.ClickException(f"{number} is no UID in hex") from None


def _do(config: Path, action: str, subject: str, do: Callable[[ShopStaff, bytes], None]) -> None:
    def here(office: HeadOffice) -> dict[str, Any]:
        key = card_key(Path(office.settings.enrolment.card_key_file))
        do(ShopStaff(office.engine, office.settings, office.pins), key)
        console_of(office).note(whoami(), action, "done", "here", subject=subject)
        return {}

    def there() -> dict[str, Any]:
        raise click.ClickException(RUNS)

    with plainly():
        here_or_there(settings_of(config), here, there)
