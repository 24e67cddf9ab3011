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
    """Every property test (they guard the parsers of untrusted bytes), with many fresh examples.

    Then the coverage-guided targets, and how many of their parsers' branches were tried.
    """
    words = ["-n", "2", "-m", "hypothesis", "-p", "tests.deep_profile", "--hypothesis-profile=deep"]
    told = _pytest([*words, f"--hypothesis-seed={seed}", "--hypothesis-show-statistics"], seconds)
    guided = _guided(seed, seconds / 20)
    return Round(told.passed + guided.passed, told.failed + guided.failed, told.examples + guided.examples)


def _guided(seed: int, seconds: float) -> Round:
    """Each target for so many seconds, between 5 and 120."""
    each = min(max(int(seconds), 5), 120)
    words = ["-m", "tests.fuzz.campaign", "--seed", str(seed), "--seconds", str(each)]
    status, said = _run([sys.executable, *words], each * 20 + 300)
    print(said.strip(), flush=True)
    held, tried = _number(r"(\d+) targets held", said), _number(r"(\d+) runs", said)
    return Round(passed=held, failed=int(status != 0), examples=tried)


def demo(seed: int, seconds: float) -> Round:
    """A whole shop from end to end, once a round and every way it may end; the seed names the round."""
    del seed
    done = _run([sys.executable, "-m", "kiosk.demo.supervisor", "--offscreen"], max(seconds, 180))
    words = ["env", "KIOSK_EVERY_ENDING=1", sys.executable, "-m", "pytest", "tests/demo/test_supervisor.py"]
    status, said = _run(words, max(seconds, 300))
    return Round(
        passed=_number(r"(\d+) passed", said) + int(done[0] == 0), failed=int(done[0] != 0) + int(status != 0)
    )


def powercuts(seed: int, seconds: float) -> Round:
    """Twenty thousand cuts of the power under the real journal; a round takes minutes, whatever is left."""
    words = ["-m", "tests.powercut.campaign", "--seed", str(seed), "--days", "20", "--cuts", "1000"]
    status, said = _run([sys.executable, *words], max(seconds, 1200))
    print(said.strip(), flush=True)
    return Round(passed=int(status == 0), failed=int(status != 0), examples=_number(r"(\d+) cuts", said))


def simulation(seed: int, seconds: float) -> Round:
    """Stories of whole shops under simulated faults, on both cores; every way of settling often enough.

    Before them every planted fault, and the stories that once broke.
    """
    again = ["env", "KIOSK_EVERY_STORY=1", sys.executable, "-m", "pytest", "-k", "once_broke or planted"]
    status, said = _run([*again, "tests/simulation/test_simulation.py"], 600)
    known, fell = _number(r"(\d+) passed", said), int(status != 0)
    need = 50 if seconds >= 60 else 0
    words = ["simulate", "--start", str(seed * 1000), "--minutes", str(max(seconds, 5) / 60)]
    words += ["--jobs", str(os.cpu_count() or 1), "--need", str(need), "--patience", "18"]
    status, said = _run([sys.executable, "-m", "kiosk", *words], seconds * 2 + 1300)
    print(said)
    told, broken = _number(r"(\d+) seeds", said), len(set(re.findall(r"seed (\d+):", said)))
    failed = broken or int(status != 0)
    return Round(known + told - broken, fell + failed, examples=_number(r"(\d+) visits", said))


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


WEATHERS = (
    "tests/hub/test_recovery.py", "tests/hub/test_hub_sync.py", "tests/hub/test_hub_risk.py",
    "tests/offline/test_uploader.py",
)  # fmt: skip


def weathers(seed: int, seconds: float) -> Round:
    """Every way of the tests that try a few in the fast tier: orders of logs, weathers, restores."""
    del seed
    words = ["env", "KIOSK_EVERY_SEED=1", sys.executable, "-m", "pytest", "-n", "2", *WEATHERS]
    status, said = _run(words, max(seconds, 1200))
    passed, failed = _number(r"(\d+) passed", said), _number(r"(\d+) failed", said)
    return Round(passed, failed or int(status != 0))


def counter(seed: int, seconds: float) -> Round:
    """The counter's page in a browser: killed in the middle of a claim, and without the network."""
    del seed
    return _pytest(["tests/counter/mishaps.py"], max(seconds, 500))


PAGES = ("tests/screens/test_real_words.py", "tests/screens/test_typing.py")


def pages(seed: int, seconds: float) -> Round:
    """Every page that the desk draws, in every language and size; every sample also in all modes and dark."""
    del seed
    status, said = _run(
        ["env", "KIOSK_EVERY_PAGE=sizes", sys.executable, "-m", "pytest", *PAGES], max(seconds, 2400)
    )
    wrong, told = _run([sys.executable, "-m", "kiosk", "gallery"], max(seconds, 1200))
    return Round(
        passed=_number(r"(\d+) passed", said) + int(wrong == 0),
        failed=int(status != 0) + int(wrong != 0),
        examples=_number(r"(\d+) pages", told),
    )


def page_modes(seed: int, seconds: float) -> Round:
    """Every page that the desk draws, in every language: larger text, low reach, stronger contrast."""
    del seed
    words = ["env", "KIOSK_EVERY_PAGE=modes", sys.executable, "-m", "pytest", *PAGES]
    status, said = _run(words, max(seconds, 2400))
    passed, failed = _number(r"(\d+) passed", said), _number(r"(\d+) failed", said)
    return Round(passed, failed or int(status != 0))


def goldens(seed: int, seconds: float) -> Round:
    """Every golden picture, in every size."""
    del seed
    status, said = _run([sys.executable, "-m", "tests.screens.goldens"], max(seconds, 600))
    return Round(passed=_number(r"(\d+) pages", said), failed=int(status != 0))


def monkey(seed: int, seconds: float) -> Round:
    """Three thousand random fingers, cards, pulls and cuts at the real window."""
    return _monkey(seed, 3_000, seconds)


def desk_monkey(seed: int, seconds: float) -> Round:
    """A hundred thousand random presses, cards, pulls and cuts at the desk."""
    return _monkey(seed, 100_000, seconds, "--desk")


def _monkey(seed: int, steps: int, seconds: float, *words: str) -> Round:
    command = [sys.executable, "-m", "tests.screens.monkey", "--seed", str(seed), "--steps", str(steps)]
    status, said = _run([*command, *words], max(seconds, 3600))
    print(said.strip().rpartition("\n")[2], flush=True)
    return Round(passed=int(status == 0), failed=int(status != 0), examples=_number(r"(\d+) steps", said))


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


def purses(seed: int, seconds: float) -> Round:
    """Long stories of purses on cards that leave at any command, judged to the cent."""
    return _stories("PURSE_STORIES", 3000, "tests/hardware_cards/test_purse_stories.py", seed, seconds)


def card_records(seed: int, seconds: float) -> Round:
    """Long stories of records on storage cards that leave at any command, and of thieves who copy them."""
    return _stories("RECORD_STORIES", 3000, "tests/hardware_cards/test_record_stories.py", seed, seconds)


def hostile(seed: int, seconds: float) -> Round:
    """Devices that keep to no rule about vouchers, against head office; the ledger's invariants judge."""
    return _stories("HOSTILE_STORIES", 400, "tests/hub/test_hub_hostile_claims.py", seed, seconds)


def journal_orders(seed: int, seconds: float) -> Round:
    """Drafts in any order against a model of the journal, through starts and prunings."""
    return _stories("JOURNAL_STORIES", 2000, "tests/offline/test_any_order.py", seed, seconds)


def claim_orders(seed: int, seconds: float) -> Round:
    """Claims, voids and reprints at two kiosks in any order, each under its own network."""
    return _stories("CLAIM_STORIES", 100, "tests/journeys/test_claims_in_any_order.py", seed, seconds)


def _stories(name: str, count: int, file: str, seed: int, seconds: float) -> Round:
    """A state machine of the fast tests with so many stories, told to it by the environment."""
    words = ["env", f"{name}={count}", sys.executable, "-m", "pytest", f"--hypothesis-seed={seed}", file]
    status, said = _run(words, max(seconds, 900))
    return Round(passed=_number(r"(\d+) passed", said), failed=int(status != 0), examples=count)


def cards_soak(seed: int, seconds: float) -> Round:
    """Ten thousand cards at virtual readers, with restarts of the card service: nothing lost, nothing leaked.

    Takes up to a quarter of an hour a round; with less than a minute, three hundred cards. The seed changes
    nothing.
    """
    cycles = "10000" if seconds >= 60 else "300"
    words = [sys.executable, "-m", "kiosk", "cards", "--json", "soak", "--cycles", cycles]
    status, said = _run(words, max(seconds, 3600))
    return Round(passed=int(status == 0), failed=int(status != 0), examples=_number(r'"cycles": (\d+)', said))


def joining(seed: int, seconds: float) -> Round:
    """Sixty stories of newcomers at two kiosks, from the seed on, and every fault that was planted there."""
    words = ["env", f"KIOSK_JOINING_SEED={seed % 10**6}", "KIOSK_JOINING_STORIES=60"]
    file = "tests/journeys/test_joining_in_any_order.py"
    status, said = _run([*words, sys.executable, "-m", "pytest", "-q", file], max(seconds, 900))
    return Round(passed=_number(r"(\d+) passed", said), failed=int(status != 0), examples=60)


CHECKS: dict[str, Callable[[int, float], Round]] = {
    "parsers": parsers,
    "demo": demo,
    "simulation": simulation,
    "powercuts": powercuts,
    "chaos": chaos,
    "spoilt": spoilt,
    "counter": counter,
    "weathers": weathers,
    "printer-cuts": printer_cuts,
    "pages": pages,
    "page-modes": page_modes,
    "goldens": goldens,
    "joining": joining,
    "monkey": monkey,
    "desk-monkey": desk_monkey,
    "printer-lines": printer_lines,
    "purses": purses,
    "card-records": card_records,
    "cards-soak": cards_soak,
    "hostile": hostile,
    "journal-orders": journal_orders,
    "claim-orders": claim_orders,
}


def _pytest(words: list[str], seconds: float) -> Round:
    status, said = _run([sys.executable, "-m", "pytest", *words], seconds * 2 + 420)
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
    """The short hash of what is checked, with a plus when more than these notes differs from it."""
    ours = f":(exclude){NOTES.relative_to(ROOT)}"
    differs = _git("status", "--porcelain", "--", ".", ours)
    return f"{_git('rev-parse', '--short', 'HEAD')}{'+' if differs else ''}" or "unknown"


def _git(*words: str) -> str:
    told = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return told.stdout.strip()


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
