"""What compressing an upload costs and saves: bodies of real redemptions, made by the real journal.

`.venv/bin/python -m benchmarks.wire`: bytes on the wire and milliseconds of CPU, each way in turn, medians.
"""

import random
import statistics
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import zstandard

from kiosk.hub.bodies import inflate
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync as wire
from kiosk.ledger.ids import FreshIds
from kiosk.offline.journal import DurableJournal
from kiosk.offline.transport import COMPRESS_FROM
from kiosk.ports import Draft
from tests.offline.bench import TEA, Shelf, open_journal

SIZES = (1, 2, 5, 20, 100, 500)
VISITS = 130
LIMIT = 1024 * 1024

Way = tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]
WAYS: dict[str, Way] = {
    "gzip -1": (lambda body: zlib.compress(body, 1, 31), lambda body: zlib.decompress(body, 31)),
    "gzip -6": (lambda body: zlib.compress(body, 6, 31), lambda body: zlib.decompress(body, 31)),
    "zstd -3": (zstandard.ZstdCompressor().compress, lambda body: inflate(body, "zstd", LIMIT)),
}


def visits(journal: DurableJournal, chance: random.Random) -> None:
    """Redemptions of members who come once: a grant of points and of tea, redeem, printing, post."""
    ids = FreshIds(lambda: 1_800_000_000_000_000 + chance.getrandbits(40), chance)
    shelf = Shelf(journal)
    for number in range(VISITS):
        member, op = ids.uuid7(), ids.uuid7()
        shelf.put(acc.POINTS, 100, member)
        shelf.put(TEA, 1)
        voucher = f"000103{number:08}"
        redeem = en.Redeem(
            op=op, gift="tea", points=100, voucher=voucher, expires=1, qr=chance.randbytes(100)
        )
        journal.append(Draft(redeem, member=member), Draft(en.Printing(op=op, attempt=1), member=member))
        journal.append(Draft(en.Post(op=op, reason="printed"), member=member))


def bodies(journal: DurableJournal, chance: random.Random) -> Iterator[tuple[int, bytes]]:
    """The request that carries so many entries."""
    for size in SIZES:
        batch = journal.batch(10, size, wire.BYTES_MAX)
        yield (
            len(batch.entries),
            wire.pack(
                wire.SyncRequest(
                    device="kiosk-0001-03",
                    gen_seen=1,
                    mark_seen=wire.Mark(n=10, hash=chance.randbytes(32)),
                    first=batch.first,
                    entries=batch.entries,
                    head=batch.head,
                    sig=chance.randbytes(64),
                    tail=journal.tail().n,
                    down_ack=9,
                )
            ),
        )


def milliseconds(work: Callable[[], object], rounds: int) -> float:
    """The median of so many rounds of CPU time."""
    taken = []
    for _ in range(rounds):
        began = time.process_time_ns()
        work()
        taken.append((time.process_time_ns() - began) / 1e6)
    return statistics.median(taken)


@click.command()
@click.option("--rounds", default=200)
def main(rounds: int) -> None:
    """Print the table."""
    chance = random.Random(1)
    with tempfile.TemporaryDirectory() as folder:
        journal = open_journal(Path(folder) / "journal.db")
        visits(journal, chance)
        click.echo(
            f"| entries | plain, bytes | {' | '.join(f'{way}: bytes, ms in, ms out' for way in WAYS)} |"
        )
        click.echo("|---" * (2 + len(WAYS)) + "|")
        for count, body in bodies(journal, chance):
            cells = [f"{count}", f"{len(body)}{'' if len(body) >= COMPRESS_FROM else ' (sent plain)'}"]
            for pack, unpack in WAYS.values():
                packed = pack(body)
                assert unpack(packed) == body
                there = milliseconds(lambda pack=pack, body=body: pack(body), rounds)  # type: ignore[misc]
                back = milliseconds(lambda unpack=unpack, packed=packed: unpack(packed), rounds)  # type: ignore[misc]
                cells.append(f"{len(packed)}, {there:.2f}, {back:.2f}")
            click.echo(f"| {' | '.join(cells)} |")
        journal.close()


if __name__ == "__main__":
    main()
