"""Start a real kiosk's journal from what a cut left, and compare it with what was acknowledged."""

import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kiosk.ledger.entries import GENESIS
from kiosk.offline.journal import DurableJournal
from kiosk.ports import JournalFailed
from tests.offline.bench import open_journal
from tests.powercut.medium import Image
from tests.powercut.recording import Told, memory
from tests.powercut.workload import JOURNAL, NOTES, state

State = dict[str, object]
"""See `workload.state`."""
NOTHING: State = {"n": 0, "hash": GENESIS.hex(), "mark": 0, "frozen": "", "floor": 0, "cut": 0}


@dataclass(frozen=True, slots=True)
class Promises:
    """What the kiosk said, and when: `states[0]` at first, `states[i]` after `places[i - 1]` steps."""

    places: tuple[int, ...]
    states: tuple[State, ...]

    def allowed(self, place: int) -> tuple[State, ...]:
        """What may be found after a cut: the last state that was acknowledged, or the one on its way."""
        held = sum(one <= place for one in self.places)
        return self.states[held : held + 2]

    def entries(self, place: int) -> int:
        """How many entries were acknowledged."""
        return int(str(self.allowed(place)[0]["n"]))


def promises(told: Iterable[Told], begin: State = NOTHING) -> Promises:
    """Read the notes that the workload wrote between its steps; `begin` is what it started from."""
    places, states, notes = [], [begin], None
    for place, one in enumerate(told, 1):
        if one.kind == "create" and one.what == NOTES.encode():
            notes = one.fd
        elif one.kind == "write" and one.fd == notes:
            places.append(place)
            states.append(json.loads(one.what))
    return Promises(tuple(places), tuple(states))


class Judge:
    """Counts what cuts did. `faults` says where something acknowledged was missing, or was half there."""

    def __init__(self, key: bytes | None = None) -> None:
        self.key = key
        self.counts: Counter[str] = Counter()
        self.faults: list[str] = []

    def look(self, name: str, image: Image, told: Promises, place: int) -> State | None:
        """One cut; what a start found, None if there was no start."""
        self.counts["cuts"] += 1
        self.counts["acknowledged"] += told.entries(place)
        with _unpacked(image) as path:
            try:
                found = _found(path, self.key)
            except JournalFailed as failed:
                return self._blame("unusable", f"{name}: {failed}")
            except Exception as unnamed:  # a start must name every fault of its disk
                return self._blame("unnamed", f"{name}: {unnamed!r}")
        allowed = told.allowed(place)
        if found not in allowed:
            lost = int(str(allowed[0]["n"])) - int(str(found["n"]))
            self.counts["lost"] += max(0, lost)
            self._blame("wrong", f"{name}: {found} is none of {allowed}")
        elif found != allowed[0]:
            self.counts["ahead"] += 1
        return found

    def _blame(self, what: str, why: str) -> None:
        self.counts[what] += 1
        self.faults.append(why)


@contextmanager
def _unpacked(image: Image) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="powercut-", dir=memory()))
    try:
        for name, what in image.items():
            if name != NOTES:
                (folder / name).write_bytes(what)
        yield folder / JOURNAL
    finally:
        shutil.rmtree(folder)


def _found(path: Path, key: bytes | None) -> State:
    """What a start finds (it checks chain and caches itself); the file must be sound and take more."""
    journal = open_journal(path, key=key)
    try:
        before = journal.tail().n - 1
        found = state(journal) | {"n": before, "hash": (journal.hash_at(before) or b"").hex()}
        _check(journal)
        journal.recover()
    finally:
        journal.close()
    return found


def _check(journal: DurableJournal) -> None:
    with journal._guarded():
        (told,) = journal._database.execute("PRAGMA integrity_check").fetchone()
    if told != "ok":
        raise JournalFailed("K-JR-03", str(told))
