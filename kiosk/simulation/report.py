"""Many stories in one: how many visits, which faults, which ways of settling, and what did not hold."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass, field

from kiosk.simulation.seams import Seams
from kiosk.simulation.story import Story, Weather
from kiosk.simulation.universe import tell

SETTLED = (
    "post printed", "post reprinted", "post presented", "post printed-late",
    "void K-PR-01", "void staff", "void expired",
    "unknown K-PR-05", "unknown K-PR-09", "unknown restart",
    "claim", "expire", "release", "grant claim wanted", "ret points", "ret tries",
    "earn", "told",
    "grant points wanted", "grant points ahead", "grant gift ahead", "grant tries wanted",
    "counter given", "counter already", "counter void", "counter expired", "counter forged",
    "counter not-now",
    "carded moved", "carded not-moved",
    "tried hub", "tried here", "quarantined kind-unknown", "quarantined poison",
)  # fmt: skip
"""The ways of settling that a run of some length must have taken, each several times."""


@dataclass
class Report:
    """The sum of stories."""

    seeds: int = 0
    visits: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    branches: Counter[str] = field(default_factory=Counter)
    broken: list[Story] = field(default_factory=list)

    def add(self, story: Story) -> None:
        """One more."""
        self.seeds += 1
        self.visits += story.visits
        self.faults.update(story.faults)
        self.branches.update(story.branches)
        if story.violations:
            self.broken.append(story)

    def rare(self, need: int) -> list[str]:
        """Ways of settling that were taken fewer than `need` times."""
        return [f"{name} ({self.branches[name]})" for name in SETTLED if self.branches[name] < need]

    def lines(self) -> Iterator[str]:
        """For people."""
        yield f"{self.seeds} seeds, {self.visits} visits, {sum(self.faults.values())} faults"
        yield "faults: " + _counted(self.faults)
        yield "branches: " + _counted(self.branches)
        for story in self.broken:
            for wrong in story.violations:
                yield f"seed {story.seed}: {wrong}"


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()) if count)


def many(
    start: int,
    more: Callable[[int], bool],
    seams: Seams | None = None,
    weather: Weather | None = None,
    *,
    stop_at_first: bool = False,
) -> Report:
    """Stories from seed `start` on, as long as `more(seeds told)`."""
    report = Report()
    while more(report.seeds):
        report.add(tell(start + report.seeds, seams, weather))
        if report.broken and stop_at_first:
            break
    return report


def many_at_once(
    start: int, more: Callable[[int, Report], bool], jobs: int, worth: Callable[[int], bool]
) -> Report:
    """The same by several processes, of the seeds that are worth it when their turn comes."""
    report, seeds = Report(), filter(worth, itertools.count(start))
    with ProcessPoolExecutor(jobs) as workers:
        waiting: set[Future[Story]] = set()
        begun = 0
        while more(begun, report) or waiting:
            while more(begun, report) and len(waiting) < 2 * jobs:
                waiting.add(workers.submit(tell_briefly, next(seeds)))
                begun += 1
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for told in done:
                report.add(told.result())
    report.broken.sort(key=lambda story: story.seed)
    return report


def tell_briefly(seed: int) -> Story:
    """A story without its lines: they can be told again. A crash of the code under test is a violation."""
    import logging

    logging.disable(logging.CRITICAL)
    try:
        story = tell(seed)
    except Exception as crash:
        story = Story(seed, Weather(0, 0, 0, 0), violations=[f"crashed: {type(crash).__name__}: {crash}"])
    story.lines.clear()
    return story
