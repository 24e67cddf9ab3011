"""Long, seeded checks: `python -m tests.deep --deep NAME --minutes N [--seed S]`, noted in docs/deep-runs.md.

A run repeats its check with seed, seed + 1, ... until its minutes are over: any round can be run again alone.
"""

import os
import re
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
NOTES = ROOT / "docs" / "deep-runs.md"
HEAD = """# Long runs

Each row is one `kioskctl test --deep NAME --minutes N`. Any round can be run again alone, by its seed.

| commit | check | first seed | rounds | passed | failed | examples | seconds |
|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round counted: tests passed and failed, and generated examples tried."""

    passed: int
    failed: int
    examples: int = 0


def parsers(seed: int, seconds: float) -> Round:
    """Every property test (they guard the parsers of untrusted bytes), with many fresh examples."""
    words = ["-m", "hypothesis", "-p", "tests.deep_profile", "--hypothesis-profile=deep"]
    return _pytest([*words, f"--hypothesis-seed={seed}", "--hypothesis-show-statistics"], seconds)


def demo(seed: int, seconds: float) -> Round:
    """A whole shop from end to end, once a round; the seed only names the round."""
    del seed
    done = _run([sys.executable, "-m", "kiosk.demo.supervisor", "--offscreen"], max(seconds, 180))
    return Round(passed=int(done[0] == 0), failed=int(done[0] != 0))


def powercuts(seed: int, seconds: float) -> Round:
    """Twenty thousand cuts of the power under the real journal; a round takes minutes, whatever is left."""
    words = ["-m", "tests.powercut.campaign", "--seed", str(seed), "--days", "20", "--cuts", "1000"]
    status, said = _run([sys.executable, *words], max(seconds, 1200))
    print(said.strip(), flush=True)
    return Round(passed=int(status == 0), failed=int(status != 0), examples=_number(r"(\d+) cuts", said))


def simulation(seed: int, seconds: float) -> Round:
    """Stories of whole shops under simulated faults, on both cores; every way of settling often enough."""
    need = 50 if seconds >= 60 else 0
    words = ["simulate", "--start", str(seed * 1000), "--minutes", str(max(seconds, 5) / 60)]
    words += ["--jobs", str(os.cpu_count() or 1), "--need", str(need), "--patience", "8"]
    status, said = _run([sys.executable, "-m", "kiosk", *words], seconds * 2 + 600)
    print(said)
    told, broken = _number(r"(\d+) seeds", said), len(set(re.findall(r"seed (\d+):", said)))
    return Round(
        passed=told - broken, failed=broken or int(status != 0), examples=_number(r"(\d+) visits", said)
    )


def chaos(seed: int, seconds: float) -> Round:
    """Real processes killed over a bad network for a minute, then judged; head office on either database."""
    kind = ("postgresql", "sqlite")[seed % 2]
    words = ["-m", "tests.chaos.play", "--seed", str(seed), "--seconds", "60", "--database", kind]
    status, said = _run([sys.executable, *words], max(seconds, 300))
    print(said.strip(), flush=True)
    acknowledged = _number(r"(\d+) acknowledged", said)
    return Round(passed=int(status == 0), failed=int(status != 0), examples=acknowledged)


def spoilt(seed: int, seconds: float) -> Round:
    """Messages spoilt in more ways than the fast tests try; the seed is where the ways begin."""
    rounds_ = 300
    words = [
        f"SPOILT_ROUNDS={rounds_}",
        f"SPOILT_SEED={seed % 10**9 * rounds_}",
        sys.executable,
        "-m",
        "pytest",
    ]
    status, said = _run(["env", *words, "tests/hub/test_spoilt_messages.py"], max(seconds, 1200))
    return Round(passed=_number(r"(\d+) passed", said), failed=int(status != 0), examples=rounds_)


def counter(seed: int, seconds: float) -> Round:
    """The counter's page in a browser: killed in the middle of a claim, and without the network."""
    del seed
    return _pytest(["tests/counter/mishaps.py"], max(seconds, 120))


def pages(seed: int, seconds: float) -> Round:
    """Every page that the desk draws, in every language and size, through the window."""
    del seed
    status, said = _run(
        ["env", "KIOSK_EVERY_PAGE=1", sys.executable, "-m", "pytest", "tests/screens/test_real_words.py"],
        max(seconds, 600),
    )
    return Round(passed=_number(r"(\d+) passed", said), failed=int(status != 0))


def printer_cuts(seed: int, seconds: float) -> Round:
    """A printer's power and answers cut at every byte of a voucher, and around every command of a picture."""
    words = ["-m", "tests.printers.cuts", "--seed", str(seed)]
    status, said = _run([sys.executable, *words], max(seconds, 1200))
    print(said.strip(), flush=True)
    return Round(passed=int(status == 0), failed=int(status != 0), examples=_number(r"(\d+) cuts", said))


def printer_lines(seed: int, seconds: float) -> Round:
    """Every row of the fault table on every line, behind both fences."""
    del seed
    words = ["env", "KIOSK_EVERY_LINE=1", sys.executable, "-m", "pytest", "tests/printers/test_weak_fence.py"]
    status, said = _run(words, max(seconds, 600))
    return Round(passed=_number(r"(\d+) passed", said), failed=int(status != 0))


CHECKS: dict[str, Callable[[int, float], Round]] = {
    "parsers": parsers,
    "demo": demo,
    "simulation": simulation,
    "powercuts": powercuts,
    "chaos": chaos,
    "spoilt": spoilt,
    "counter": counter,
    "printer-cuts": printer_cuts,
    "pages": pages,
    "printer-lines": printer_lines,
}


def _pytest(words: list[str], seconds: float) -> Round:
    status, said = _run([sys.executable, "-m", "pytest", *words], seconds * 2 + 300)
    passed, failed = _number(r"(\d+) passed", said), _number(r"(\d+) (?:failed|error)", said)
    if status not in (0, 5) and not failed:  # 5: nothing was chosen
        failed = 1
    examples = sum(map(int, re.findall(r"(\d+) passing\b", said)))
    return Round(passed, failed, examples)


def _number(pattern: str, said: str) -> int:
    return sum(map(int, re.findall(pattern, said.rpartition("\n=")[2] or said)))


def _run(words: list[str], seconds: float) -> tuple[int, str]:
    try:
        done = subprocess.run(
            words,
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as slow:
        return 1, f"not done after {slow.timeout:.0f} s"
    if done.returncode not in (0, 5):
        print(done.stdout)
    return done.returncode, done.stdout


def rounds(check: Callable[[int, float], Round], seed: int, minutes: float) -> Iterator[Round]:
    """Rounds until the minutes are over, at least one; a failed round is the last."""
    deadline = time.monotonic() + minutes * 60
    for place in range(1_000_000):
        done = check(seed + place, deadline - time.monotonic())
        yield done
        if done.failed or not done.passed or time.monotonic() > deadline:
            return


def commit() -> str:
    """The short hash of what is checked, with a plus when the tree differs from it."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or "unknown"


def seed_of(name: str) -> int:
    """A seed that a commit always has."""
    digits = re.sub(r"[^0-9a-f]", "", name)[:7]
    return int(digits, 16) if digits else 1


def main() -> int:
    """Run one check; 0 when nothing failed."""
    parser = ArgumentParser(prog="kioskctl test", description=__doc__)
    parser.add_argument("--deep", required=True, choices=sorted(CHECKS))
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--no-note", action="store_true", help="leave docs/deep-runs.md alone")
    asked = parser.parse_args()
    name = commit()
    seed = seed_of(name) if asked.seed is None else asked.seed
    print(f"{asked.deep}: seed {seed}, {asked.minutes:g} minutes", flush=True)
    began = time.monotonic()
    done = tuple(rounds(CHECKS[asked.deep], seed, asked.minutes))
    passed, failed, examples = (
        sum(getattr(one, of) for one in done) for of in ("passed", "failed", "examples")
    )
    seconds = time.monotonic() - began
    if not asked.no_note:
        cells = (name, asked.deep, seed, len(done), passed, failed, examples, round(seconds))
        NOTES.parent.mkdir(exist_ok=True)
        before = NOTES.read_text() if NOTES.exists() else HEAD
        NOTES.write_text(before + f"| {' | '.join(map(str, cells))} |\n")
    print(f"{asked.deep}: {len(done)} rounds, {examples} examples, {seconds:.0f} s")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
