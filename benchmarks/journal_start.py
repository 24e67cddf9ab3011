"""How long a start takes after a long life: `python -m benchmarks.journal_start [--entries N] [--dir DIR]`.

Redemptions to the end (redeem, printing, post, claim), cut and pruned as a kiosk does it; then opened afresh.
The slices of housekeeping are timed on the way: no question waits longer than the longest of them.
"""

import secrets
import statistics
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path

from benchmarks.journal import MEMBER, Ours, RandomIds, open_journal
from kiosk.clock import RealClock
from kiosk.ledger import entries as en
from kiosk.offline.reading import verify
from kiosk.ports import Draft

AT_ONCE = 200


def redemptions(ids: RandomIds, first: int) -> list[Draft]:
    drafts = []
    for place in range(first, first + AT_ONCE):
        op, number = ids.uuid7(), f"V{place:013}"
        redeem = en.Redeem(
            op=op, gift="tea", points=1, voucher=number, expires=1 << 50, qr=secrets.token_bytes(100)
        )
        bodies = (redeem, en.Printing(op=op, attempt=1), en.Post(op=op, reason="printed"))
        drafts += [Draft(body, member=MEMBER) for body in bodies]
        drafts.append(Draft(en.Claim(op=op, voucher=number)))
    return drafts


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--keep", action="store_true", help="prune nothing, as if nothing were stable")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.dir) as folder:
        path, key, ids = Path(folder, "journal.db"), secrets.token_bytes(32), RandomIds(RealClock().now)
        ours = Ours(path, key, ids)
        journal, slices = ours.journal, []
        for first in range(0, asked.entries // 4, AT_ONCE):
            journal.append(*redemptions(ids, first))
            journal.move_mark(journal.tail())
            more = True
            while more:
                began = time.perf_counter()
                more = journal.prune(0 if asked.keep else journal.tail().n)
                slices.append(time.perf_counter() - began)
        n = journal.tail().n
        print(f"{n} entries, {journal.floor().n} pruned, file {path.stat().st_size / 2**20:.0f} MiB")
        late = statistics.quantiles(slices, n=100)[98]
        print(
            f"housekeeping, one step: p50 {statistics.median(slices) * 1e3:.1f} ms, p99 {late * 1e3:.1f} ms"
        )
        journal.close()
        for _ in range(3):
            began = time.perf_counter()
            again = open_journal(path, key, ids)
            print(f"start: {time.perf_counter() - began:.2f} s")
            again.close()
        began = time.perf_counter()
        print(verify(path, key))
        print(f"verify: {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main()
