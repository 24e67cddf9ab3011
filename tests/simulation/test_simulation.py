"""The simulation finds nothing in the code as it is, and everything that is planted."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.simulation.plants import PLANTS
from kiosk.simulation.report import many
from kiosk.simulation.universe import tell

ROOT = Path(__file__).parents[2]
CAUGHT_BY = {
    "cached-balance": 2,
    "delete-on-4xx": 45,
    "grants-sent-once": 1,
    "head-of-line": 45,
    "ids-from-clock": 1,
    "new-number": 2,
    "no-idempotency": 1,
    "ok-before-fsync": 8,
    "paper-is-value": 1,
    "reclaim-by-timeout": 4,
}
"""A recorded seed for each planted fault: the story in which the judge saw it."""


def test_every_plant_has_a_recorded_seed() -> None:
    assert CAUGHT_BY.keys() == PLANTS.keys()


@pytest.mark.parametrize("name", sorted(CAUGHT_BY))
def test_planted_faults_are_caught(name: str) -> None:
    seed = CAUGHT_BY[name]
    assert tell(seed, PLANTS[name].seams).violations
    assert tell(seed).violations == []


def test_some_stories_hold() -> None:
    report = many(1, lambda told: told < 12)
    assert [(story.seed, story.violations) for story in report.broken] == []
    assert report.visits > 100


def test_a_seed_tells_the_same_story_in_every_process() -> None:
    script = "import sys; from kiosk.simulation.universe import tell; print(*tell(7).lines, sep='\\n')"
    told = [
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hashes},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for hashes in ("1", "2")
    ]
    assert len(told[0].splitlines()) > 50
    assert told[0] == told[1]
