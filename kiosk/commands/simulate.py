"""`kioskctl simulate`: whole shops under simulated faults, judged against the physical world."""

import logging

import click

from kiosk.simulation.plants import PLANTS
from kiosk.simulation.report import many
from kiosk.simulation.universe import Seams, tell


@click.command()
@click.option("--seeds", type=click.IntRange(min=1), default=20, show_default=True, help="How many stories.")
@click.option("--start", type=int, default=1, show_default=True, help="The first seed.")
@click.option("--plant", type=click.Choice(sorted(PLANTS)), help="Plant this fault: it must be caught.")
@click.option("--trace", is_flag=True, help="Tell the story of the first seed line by line.")
def simulate(*, seeds: int, start: int, plant: str | None, trace: bool) -> None:
    """Tell stories; the exit code is 1 when an invariant did not hold (with --plant: when all held)."""
    logging.disable(logging.CRITICAL)  # faults are what this is made of
    seams = PLANTS[plant].seams if plant else Seams()
    if trace:
        story = tell(start, seams)
        click.echo("\n".join([*story.lines, str(story.weather), *story.violations]))
        raise SystemExit(bool(story.violations) is not bool(plant))
    report = many(start, lambda told: told < seeds, seams, stop_at_first=bool(plant))
    click.echo("\n".join(report.lines()))
    raise SystemExit(bool(report.broken) is not bool(plant))
