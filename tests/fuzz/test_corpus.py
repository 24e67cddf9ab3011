"""The committed corpus: every target holds on it, and it alone reaches nearly every branch of the parsers."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.corpus import PLACE, seeds
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", TARGETS)
def test_every_seed_is_committed_and_holds(name: str) -> None:
    kept = {file.read_bytes() for file in (PLACE / name).iterdir()}
    assert {data for target, data in seeds() if target == name} <= kept
    for data in kept:
        TARGETS[name].run(data)


def test_the_corpus_reaches_the_branches_of_every_parser() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.fuzz.measure"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
