"""A child that appends until it is killed; it prints an entry's n and hash only after `append` returned."""

import sys
from pathlib import Path

from kiosk.ledger import accounts as acc
from tests.offline.bench import TEA, Shelf, open_journal, post, printing, redeem

journal = open_journal(Path(sys.argv[1]))
journal.recover()
shelf = Shelf(journal)
shelf.gen, shelf._d = journal.downlink()
shelf.gen = max(1, shelf.gen)
round_ = journal.tail().n
while True:
    round_ += 1
    shelf.put(acc.POINTS, 100, "m1")
    shelf.put(TEA, 1)
    for drafts in ([redeem(f"{round_}"), printing(f"{round_}")], [post(f"{round_}")]):
        entry = journal.append(*drafts)[-1]
        print(entry.n, journal.tail().hash.hex(), flush=True)
