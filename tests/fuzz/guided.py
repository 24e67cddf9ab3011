"""`python -m tests.fuzz.guided NAME FOLDER --seconds N --seed S`: one target under atheris, so long.

New inputs go to FOLDER; the committed corpus is only read. Needs the group `fuzz` (uv sync --group fuzz).
"""

import sys
from argparse import ArgumentParser
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["kiosk.hardware.magnetic", "kiosk.hardware.wedge", "kiosk.hardware.scanners"]
):
    from tests.fuzz.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"


def main() -> None:
    """Try until the time is over; a broken promise ends the process with a status that is not 0."""
    parser = ArgumentParser(prog="tests.fuzz.guided", description=__doc__)
    parser.add_argument("name", choices=sorted(TARGETS))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    words = [
        sys.argv[0], str(asked.folder), str(CORPUS / asked.name), "-print_final_stats=1", "-max_len=4096",
        f"-max_total_time={asked.seconds}", f"-seed={asked.seed % 2**32 or 1}",
        f"-artifact_prefix={asked.folder}/",
    ]  # fmt: skip
    atheris.Setup(words, TARGETS[asked.name].run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
