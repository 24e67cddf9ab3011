"""Head office's verbs that two people carry out together, each with their own PIN."""

from pathlib import Path
from typing import Any

import click

from kiosk.hub.acts import acts_of
from kiosk.hub.console_client import ConsoleClient
from kiosk.hub.office import HeadOffice
from kiosk.hub.reaching import config_option, console_of, here_or_there, plainly, settings_of
from kiosk.hub.staff import Proof


def together(action: str, help_text: str) -> click.Command:
    """A verb that two people carry out, each with their own PIN."""

    @click.command(action, help=help_text)
    @config_option
    @click.argument("subject")
    @click.option("--first", required=True, help="Staff id of the one.")
    @click.option("--second", required=True, help="Staff id of the other.")
    @click.option(
        "--missing", multiple=True, metavar="GIFT=PIECES", help="set-aside: not found when counted."
    )
    def verb(*, config: Path, subject: str, first: str, second: str, missing: tuple[str, ...]) -> None:
        settings, counted = settings_of(config), dict(map(_counted, missing))
        pins = [click.prompt(f"PIN of {who}", hide_input=True) for who in (first, second)]

        def here(office: HeadOffice) -> dict[str, Any]:
            console = console_of(office)
            pair = console.pair(Proof(first, pins[0]), Proof(second, pins[1]), action, subject, "here")
            console.carry_out(pair, lambda pair: acts_of(office)[action](pair, counted), "here")
            return {}

        def there() -> dict[str, Any]:
            client = ConsoleClient(settings)
            client.sign_in(first, pins[0])
            told: dict[str, Any] = {
                "subject": subject,
                "pin": pins[0],
                "second": second,
                "second_pin": pins[1],
            }
            told |= {"missing": counted} if counted else {}
            return client.ask(action, told)

        with plainly():
            here_or_there(settings, here, there)
        click.echo(f"{action} {subject}: done")

    return verb


JOINT_VERBS: tuple[click.Command, ...] = (
    together("retire", "Take a kiosk out of service for ever."),
    together("set-aside", "Go on after a restore without a kiosk that will not come back."),
    together("close-retired", "Give back what a retired kiosk held: nothing more will come of it."),
    together("settle-post", "A kiosk that is gone left this operation open: the member got the voucher."),
    together("settle-void", "A kiosk that is gone left this operation open: no voucher came out."),
    together("move-claim", "Take the right to claim a voucher from a kiosk that is gone."),
    together("revoke-voucher", "Take a voucher (its 14 digits) out of circulation: no counter takes it."),
    together("refund-voucher", "Revoke a voucher and give its points back, unless it is claimed first."),
    together("revoke-key", "Believe no code that a kiosk signed without a look at its redemption."),
    together("join-accounts", "Make one account of two that one phone proved to be one person's."),
    together("thaw-card", "Open a card that head office froze, by its name as `card show` tells it."),
    together("cancel-card", "Put a card (its name as `card show` tells it) out of use for good."),
    together("unlock", "Open a member's PIN again, after looking at their papers."),
)


def _counted(told: str) -> tuple[str, int]:
    gift, _, pieces = told.partition("=")
    if not gift or not pieces.isdecimal():
        raise click.UsageError(f"--missing {told}: say GIFT=PIECES")
    return gift, int(pieces)
