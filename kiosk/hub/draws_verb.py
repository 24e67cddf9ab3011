"""Head office's verbs for the lottery: commit to a seed, tell it in the end, compute every draw again."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import sqlalchemy as sa

from kiosk.hub import draws as facts
from kiosk.hub.draws_check import check as checked
from kiosk.hub.office import HeadOffice
from kiosk.hub.reaching import RUNS, config_option, console_of, here_or_there, plainly, settings_of, whoami
from kiosk.membership.lottery import commitment

Work = Callable[[sa.Connection, int], list[str]]
"""From the open database and the time (UTC microseconds) to the lines to say."""

_lottery = click.argument("lottery")


@click.group()
def draws() -> None:
    """The lottery: seeds, and draws that anybody can check."""


@draws.command("open")
@config_option
@_lottery
def begin(*, config: Path, lottery: str) -> None:
    """Make the secret seed of a new lottery; prints the commitment for the rule pack."""
    _at_the_desk(config, "draws-open", lottery, lambda c, _now: [f'commit = "{facts.make(c, lottery)}"'])


@draws.command()
@config_option
@_lottery
def reveal(*, config: Path, lottery: str) -> None:
    """Tell the seed: no draw counts any more, and everybody can compute those that did."""
    _at_the_desk(config, "draws-reveal", lottery, lambda c, now: _revealed(c, lottery, now))


@draws.command()
@config_option
@_lottery
def check(*, config: Path, lottery: str) -> None:
    """Compute every draw again; ends with 1 when one is not what it should be."""
    wrong = 0

    def do(connection: sa.Connection, _now: int) -> list[str]:
        nonlocal wrong
        told = list(checked(connection, lottery))
        wrong = sum(bool(one.wrong) for one in told)
        lines = [f"{one.place:6} {one.draw} {one.number:5} {one.prize or '-'} {one.wrong}" for one in told]
        return [*(line.rstrip() for line in lines), f"{len(told)} draws, {wrong} wrong"]

    _at_the_desk(config, "draws-check", lottery, do)
    if wrong:
        raise SystemExit(1)


def _revealed(connection: sa.Connection, lottery: str, now: int) -> list[str]:
    kept = facts.lotteries.c
    seed = connection.scalar(sa.select(kept.seed).where(kept.id == lottery))
    if seed is None:
        raise click.ClickException(f"there is no lottery {lottery}")
    told = sa.update(facts.lotteries).where(kept.id == lottery, kept.told_at == 0)
    connection.execute(told.values(told_at=now))
    return [f"seed {bytes(seed).hex()}", f"commit {commitment(bytes(seed))}"]


def _at_the_desk(config: Path, action: str, lottery: str, work: Work) -> None:
    """Do it over the database, note who did, and say what came of it."""

    def here(office: HeadOffice) -> dict[str, Any]:
        with office.engine.begin() as connection:
            lines = work(connection, office.now())
        console_of(office).note(whoami(), action, "done", "here", subject=lottery)
        return {"lines": lines}

    def there() -> dict[str, Any]:
        raise click.ClickException(RUNS)

    with plainly():
        told = here_or_there(settings_of(config), here, there)
    click.echo("\n".join(told["lines"]))
