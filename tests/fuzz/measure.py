"""`python -m tests.fuzz.measure FOLDER`: every target over its corpus and FOLDER/NAME, under coverage.py.

Says a line for each parser; ends with status 1 when one has fewer than LEAST of its branches tried.
"""

import importlib
import io
import sys
from pathlib import Path

import coverage

CORPUS = Path(__file__).parent / "corpus"
LEAST = 95.0
"""Per cent of a parser's branches."""
PARSERS = (
    "kiosk.hardware.magnetic.tracks",
    "kiosk.hardware.magnetic.swipes",
    "kiosk.hardware.magnetic.msr605",
    "kiosk.hardware.wedge.keys",
    "kiosk.hardware.scanners.frames",
)


def main() -> int:
    """Measure; the status."""
    found = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    meter = coverage.Coverage(
        branch=True, data_file=None, include=[f"*/{name.replace('.', '/')}.py" for name in PARSERS]
    )
    meter.start()
    from tests.fuzz.targets import TARGETS

    tried = 0
    for name, target in TARGETS.items():
        for folder in (CORPUS / name, *([found / name] if found else [])):
            for file in sorted(folder.glob("*")):
                target.run(file.read_bytes())
                tried += 1
    meter.stop()
    worst = 100.0
    for parser in PARSERS:
        share = meter.report([importlib.import_module(parser)], file=io.StringIO())
        worst = min(worst, share)
        print(f"{parser}: {share:.1f} % of lines and branches")
    print(f"{tried} inputs")
    return 0 if worst >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
