"""A kiosk's day at its journal, for the recorder: a step is noted only after the journal said it is done.

`python -m tests.powercut.workload FOLDER SEED STARTS STEPS [PRAGMA ...]`; STARTS has a letter for each start:
`-` without encryption, `k` with the key, so that `-k` is a kiosk that gets its key late.
"""

import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.sync import Instruction
from kiosk.offline.journal import DurableJournal
from kiosk.ports import Draft
from tests.offline.bench import TEA, Shelf, claim, open_journal, post, printing, redeem, unknown, void

NOTES = "notes"
JOURNAL = "journal.db"
KEY = bytes(range(32))
Step = Callable[[], object]


def state(journal: DurableJournal) -> dict[str, object]:
    """All that a start must find again: the log (its hash says every byte), and what lies beside it."""
    tail, mark = journal.tail(), journal.mark_seen()
    return {
        "n": tail.n,
        "hash": tail.hash.hex(),
        "mark": mark.n,
        "frozen": journal.frozen(),
        "floor": journal.floor().n,
        "cut": journal._base.n,
    }


class Day:
    """Seeded work of every kind that a journal knows."""

    def __init__(self, journal: DurableJournal, chance: random.Random, first_op: int) -> None:
        self._journal, self._chance = journal, chance
        self._shelf = Shelf(journal)
        self._shelf.gen, self._shelf._d = journal.downlink()
        self._shelf.gen = max(1, self._shelf.gen)
        self._ops = first_op

    def steps(self, count: int) -> Iterator[Step]:
        """So many steps; each is one transaction."""
        for _ in range(count):
            yield self._step()

    def _step(self) -> Step:
        journal, chance = self._journal, self._chance
        if journal.rights(acc.POINTS, "m1") < 300 or journal.rights(TEA) < 2:
            grants = [self._shelf.next(acc.POINTS, 900, "m1"), self._shelf.next(TEA, 4)]
            return lambda: journal.take_grants(self._shelf.gen, grants, lambda _want: True)
        if journal.frozen():
            return chance.choice((self._mark, self._big, self._cut, self._prune))()
        if journal.unresolved() and chance.random() < 0.6:
            op = chance.choice(journal.unresolved())
            return self._settle(op.redeem.op, op.state, op.attempt)
        often = (self._redeem, self._redeem, self._mark, self._claims)
        return chance.choice((*often, self._returns, self._big, self._cut, self._prune))()

    def _redeem(self) -> Step:
        self._ops += 1
        op = str(self._ops)
        drafts = [redeem(op)]
        for more in (printing, self._chance.choice((post, void, unknown))):
            if self._chance.random() < 0.5:
                break
            drafts.append(more(op))
        return lambda: self._journal.append(*drafts)

    def _settle(self, op: str, at: str, attempt: int) -> Step:
        ends: list[Draft] = [void(op)]
        if at != "redeemed":
            ends.append(post(op))
        if at == "printing":
            ends.append(unknown(op))
        else:
            ends.append(printing(op, attempt + 1))
        chosen = self._chance.choice(ends)
        return lambda: self._journal.append(chosen)

    def _mark(self) -> Step:
        return lambda: self._journal.move_mark(self._journal.tail())

    def _cut(self) -> Step:
        return lambda: self._journal.move_cut(7, keep=5)

    def _prune(self) -> Step:
        return lambda: self._journal.prune(self._chance.randint(0, self._journal.tail().n))

    def _claims(self) -> Step:
        mine = self._journal.own_lines("m1", 0)
        open_ = [one.redeem for one in mine if one.state == "posted" and one.claim_held]
        if not open_:
            return self._redeem()
        asked = self._chance.choice(open_)
        letting_go = Instruction(op=asked.op, voucher=asked.voucher, what="release", to="kiosk-2")
        ending = Draft(en.Expire(op=asked.op, voucher=asked.voucher))
        ways = (
            lambda: self._journal.append(claim(asked.op)),
            lambda: self._journal.append(ending),
            lambda: self._journal.obey(letting_go),
        )
        return self._chance.choice(ways)

    def _returns(self) -> Step:
        amount = 1 + self._chance.randrange(50)
        back = Draft(en.Returned(asset=acc.POINTS, amount=amount, member="m1"), member="m1")
        return lambda: self._journal.append(back)

    def _big(self) -> Step:
        """Many pages at once: entries of up to 20 KiB, several in one transaction."""
        drafts = [
            Draft(en.Poison(stored=self._chance.randbytes(self._chance.randrange(20_000))))
            for _ in range(self._chance.randint(1, 4))
        ]
        return lambda: self._journal.append(*drafts)


Note = Callable[[DurableJournal], None]


def start(folder: Path, seed: str, *, key: bytes | None, steps: int, pragmas: list[str], note: Note) -> None:
    """One start of the kiosk: what it recovers, what it does, and an end with or without goodbye."""
    chance = random.Random(seed)
    journal = open_journal(folder / JOURNAL, key=key)
    for pragma in pragmas:
        journal._database.execute(f"PRAGMA {pragma}").fetchall()
    note(journal)
    journal.recover()
    note(journal)
    for step in Day(journal, chance, first_op=journal.tail().n * 1000).steps(steps):
        step()
        note(journal)
    if chance.random() < 0.2:
        journal.freeze("head office froze this device")
        note(journal)
    if chance.random() < 0.5:
        journal.close()


def main() -> None:
    """Several starts, one after another."""
    folder, seed, starts, steps, *pragmas = sys.argv[1:]
    notes = os.open(Path(folder) / NOTES, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(journal: DurableJournal) -> None:
        os.write(notes, json.dumps(state(journal)).encode() + b"\n")

    for number, how in enumerate(starts):
        child = os.fork()
        if not child:  # each start is a process, so that its end is the end of all its handles
            key = KEY if how == "k" else None
            start(Path(folder), f"{seed} {number}", key=key, steps=int(steps), pragmas=pragmas, note=note)
            os._exit(0)
        if os.waitpid(child, 0)[1]:
            os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
