"""`python -m tests.fuzz.campaign --seconds N --seed S`: each target guided for N seconds, then measured.

Status 1 when a promise broke or a parser has too few branches tried. What broke lies in the folder it names.
"""

import importlib.util
import re
import shutil
import subprocess
import sys
import tempfile
from argparse import ArgumentParser
from pathlib import Path

from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]


def said_by(*words: str) -> tuple[int, str]:
    """Status and output of `python -m WORDS`."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def guided(found: Path, seed: int, seconds: int) -> int:
    """How many targets broke a promise."""
    broken = 0
    for name in TARGETS:
        (found / name).mkdir()
        words = (name, str(found / name), "--seconds", str(seconds), "--seed", str(seed))
        status, said = said_by("tests.fuzz.guided", *words)
        runs = re.search(r"number_of_executed_units:\s*(\d+)", said)
        print(f"{name}: {runs[1] if runs else 0} runs{'' if status == 0 else ', BROKEN'}", flush=True)
        if status:
            print(said[-4000:])
            broken += 1
    return broken


def main() -> int:
    """Try, measure; the status."""
    parser = ArgumentParser(prog="tests.fuzz.campaign", description=__doc__)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    found = Path(tempfile.mkdtemp(prefix="fuzz-"))
    broken = 0
    if importlib.util.find_spec("atheris") is None:
        print("not guided: atheris is not installed (uv sync --group fuzz)")
    else:
        broken = guided(found, asked.seed, asked.seconds)
    status, said = said_by("tests.fuzz.measure", str(found))
    if broken or status:
        print(f"what broke lies in {found}")
    else:
        shutil.rmtree(found)
    print(said.strip())
    print(f"{len(TARGETS) - broken} targets held")
    return 1 if broken or status else 0


if __name__ == "__main__":
    sys.exit(main())
