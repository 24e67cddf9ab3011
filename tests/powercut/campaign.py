"""Many cuts: `python -m tests.powercut.campaign --seed S --days D --cuts N` prints what they did."""

import random
import shutil
import tempfile
from argparse import ArgumentParser
from dataclasses import dataclass, replace
from pathlib import Path

from tests.powercut.judge import NOTHING, Judge, State, promises
from tests.powercut.medium import Image, Medium, cuts
from tests.powercut.recording import Told, memory, record
from tests.powercut.workload import KEY, NOTES

COUNTED = ("cuts", "acknowledged", "ahead", "lost", "wrong", "unusable", "unnamed")
WORKLOAD = "tests.powercut.workload"
WAYS = ("kkk", "---", "kkk", "-kk")
"""As shops run it, as the demo does, and a kiosk whose disk is encrypted later."""
OFTEN_CHECKPOINTED = ("wal_autocheckpoint=20",)


@dataclass(frozen=True, slots=True)
class Day:
    """One recorded workload; `workload` explains `starts`. `pragmas` are set on the journal's connection."""

    seed: str
    starts: str = "---"
    steps: int = 20
    pragmas: tuple[str, ...] = OFTEN_CHECKPOINTED

    def record(self, start: Image) -> tuple[Told, ...]:
        """Live it under the recorder, beginning with these files."""
        folder = Path(tempfile.mkdtemp(prefix="powercut-day-", dir=memory()))
        try:
            for name, what in start.items():
                (folder / name).write_bytes(what)
            words = (self.seed, self.starts, str(self.steps), *self.pragmas)
            return record(WORKLOAD, *words, folder=folder)
        finally:
            shutil.rmtree(folder)


def campaign(day: Day, count: int, judge: Judge, *, honest: bool = True, lives: int = 1) -> None:
    """Cut one day so many times, each at a place of its own choice, and judge what is left.

    With more `lives`, the last cut's disk begins the next: recovery itself is recorded, and cut again.
    """
    start: Image = {}
    begin: State | None = NOTHING
    chance = random.Random(f"cuts {day.seed}")
    judge.key = KEY if "k" in day.starts else None
    for life in range(lives):
        told = day.record(start)
        said = promises(told, begin or NOTHING)
        places = [chance.randint(0, len(told)) for _ in range(count // lives)]
        image: Image = {}
        for place, image in cuts(Medium(start, honest=honest), told, places, chance):
            begin = judge.look(f"day {day.seed}, life {life}, cut at {place}", image, said, place)
        if begin is None:
            return  # nothing starts from this disk
        start = {name: what for name, what in image.items() if name != NOTES}
        day = replace(day, starts=day.starts[-1] * len(day.starts))  # a key once given stays


def main() -> int:
    """0 when nothing that was acknowledged was lost."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--cuts", type=int, default=1000, help="cuts of each day")
    asked = parser.parse_args()
    judge = Judge()
    for number in range(asked.days):
        pragmas = OFTEN_CHECKPOINTED if number % 5 else ()  # else as the journal sets itself up
        starts = WAYS[number % len(WAYS)]
        campaign(Day(f"{asked.seed} {number}", starts, pragmas=pragmas), asked.cuts, judge, lives=4)
    for fault in judge.faults[:10]:
        print(fault)
    print(*(f"{judge.counts[what]} {what}" for what in COUNTED), sep=", ")
    return int(bool(judge.faults))


if __name__ == "__main__":
    raise SystemExit(main())
