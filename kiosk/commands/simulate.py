"""`kioskctl simulate`: whole shops under simulated faults, judged against the physical world."""

import logging
import time

import click

from kiosk.simulation.plants import PLANTS
from kiosk.simulation.report import Report, many, many_at_once
from kiosk.simulation.seams import Seams
from kiosk.simulation.story import is_of_a_kind
from kiosk.simulation.universe import tell


@click.command()
@click.option("--seeds", type=click.IntRange(min=1), default=20, show_default=True, help="How many stories.")
@click.option("--start", type=int, default=1, show_default=True, help="The first seed.")
@click.option("--minutes", type=float, help="Instead of --seeds: as many stories as fit.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes.")
@click.option("--need", type=int, default=0, help="How often each way of settling must be taken.")
@click.option("--patience", type=float, default=0.0, help="Minutes more, for what was seen too rarely.")
@click.option("--plant", type=click.Choice(sorted(PLANTS)), help="Plant this fault: it must be caught.")
@click.option("--trace", is_flag=True, help="Tell the story of the first seed line by line.")
def simulate(
    *,
    seeds: int,
    start: int,
    minutes: float | None,
    jobs: int,
    need: int,
    patience: float,
    plant: str | None,
    trace: bool,
) -> None:
    """Tell stories; the exit code is 1 when an invariant did not hold (with --plant: when all held)."""
    logging.disable(logging.CRITICAL)  # faults are what this is made of
    seams, weather = (PLANTS[plant].seams, PLANTS[plant].weather) if plant else (Seams(), None)
    if trace:
        story = tell(start, seams, weather)
        click.echo("\n".join([*story.lines, str(story.weather), *story.violations]))
        raise SystemExit(bool(story.violations) is not bool(plant))
    began = time.monotonic()

    def spent() -> float:
        return (time.monotonic() - began) / 60

    def in_time() -> bool:
        return minutes is None or spent() < minutes

    def worth(seed: int) -> bool:
        return in_time() or is_of_a_kind(seed)

    def more(told: int, so_far: Report) -> bool:
        if minutes is None:
            return told < seeds
        return in_time() or (spent() < minutes + patience and bool(so_far.rare(need)))

    if plant:
        report = many(start, lambda told: told < seeds, seams, weather, stop_at_first=True)
    else:
        report = many_at_once(start, more, jobs, worth)
    click.echo("\n".join(report.lines()))
    rare = report.rare(need)
    if rare:
        click.echo(f"seen fewer than {need} times: {', '.join(rare)}")
    raise SystemExit((bool(report.broken) is not bool(plant)) or bool(rare))
