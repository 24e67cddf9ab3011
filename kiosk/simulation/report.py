"""Many stories in one: how many visits, which faults, which ways of settling, and what did not hold."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kiosk.simulation.universe import Seams, Story, tell


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
    start: int, more: Callable[[int], bool], seams: Seams | None = None, *, stop_at_first: bool = False
) -> Report:
    """Stories from seed `start` on, as long as `more(seeds told)`."""
    report = Report()
    while more(report.seeds):
        report.add(tell(start + report.seeds, seams))
        if report.broken and stop_at_first:
            break
    return report
