"""One durable journal step against raw SQL, in one process, by turns: same library, same key, same disk.

`.venv/bin/python -m benchmarks.journal [--rounds 3000] [--dir DIR]`. The yardstick is what a program without
our journal would write for a step: a journal row, an account, an outbox row with a random unique index, in
one transaction (WAL, FULL). Both files begin with `--old` steps, so that their indexes have their depth.
Bytes are what the process handed to the kernel (`wchar`); syncs are counted by strace in a child, as the
difference between a short and a long run.
"""

import random
import re
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlite_utils import Database

from kiosk.clock import RealClock
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.ids import FreshIds
from kiosk.ledger.sync import Grant
from kiosk.offline.disk import open_exclusive
from kiosk.offline.journal import DurableJournal
from kiosk.ports import Draft

ROOT = Path(__file__).parents[1]
MEMBER = "0192f0c1-7a5e-7cc3-98c4-dc0c0c07398f"
TEA = acc.gift("tea")
BITS = 400
PLENTY = 10_000_000
YARDSTICK = (
    "CREATE TABLE journal (n INTEGER PRIMARY KEY, stored BLOB NOT NULL)",
    "CREATE TABLE accounts (id TEXT PRIMARY KEY, amount INTEGER NOT NULL)",
    "CREATE TABLE outbox (n INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, stored BLOB NOT NULL)",
)
ACCOUNTS = 2000


class Raw:
    """The yardstick."""

    def __init__(self, path: Path, key: bytes | None, ids: FreshIds, sample: bytes) -> None:
        self._database: Database = open_exclusive(path, key)
        self._ids, self._sample = ids, sample
        for statement in YARDSTICK:
            self._database.execute(statement)
        self._names = [ids.uuid7() for _ in range(ACCOUNTS)]
        with self._database.atomic():
            for name in self._names:
                self._database.execute("INSERT INTO accounts VALUES (?, 1000000)", (name,))
        self._chance = random.Random(1)

    def step(self) -> None:
        """One row each."""
        connection = self._database.conn
        connection.execute("BEGIN IMMEDIATE")
        self.rows()
        connection.execute("COMMIT")

    def rows(self) -> None:
        connection, name = self._database.conn, self._chance.choice(self._names)
        connection.execute("INSERT INTO journal (stored) VALUES (?)", (self._sample,))
        connection.execute("UPDATE accounts SET amount = amount - 1 WHERE id = ?", (name,))
        outbox = (self._ids.random(), self._sample)
        connection.execute("INSERT INTO outbox (id, stored) VALUES (?, ?)", outbox)

    def redemption(self) -> None:
        """Three transactions of the same kind, the first with two entries."""
        connection = self._database.conn
        connection.execute("BEGIN IMMEDIATE")
        self.rows()
        self.rows()
        connection.execute("COMMIT")
        self.step()
        self.step()

    def grow_old(self) -> None:
        """Nothing: it keeps everything as it lies."""


class RandomIds(FreshIds):
    """Also the random names that an outbox is given elsewhere."""

    def random(self) -> str:
        return secrets.token_hex(16)


def open_journal(path: Path, key: bytes | None, ids: FreshIds) -> DurableJournal:
    clock = RealClock()
    return DurableJournal(
        path, device="kiosk-1", zone="Asia/Shanghai", clock=clock, ids=ids, pack=lambda: 1, key=key
    )


class Ours:
    """The journal as the desk uses it."""

    def __init__(self, path: Path, key: bytes | None, ids: FreshIds) -> None:
        self.journal = open_journal(path, key, ids)
        assets = ((acc.TRIES, MEMBER), (acc.POINTS, MEMBER), (TEA, None))
        grants = [
            Grant(gid=f"g{d}", gen=1, d=d, asset=asset, amount=PLENTY, member=member)
            for d, (asset, member) in enumerate(assets, 1)
        ]
        self.journal.take_grants(1, grants, lambda _want: True)
        self._ids = ids

    def step(self) -> None:
        """An entry that moves a balance."""
        self.journal.append(Draft(en.PinTry(route="card"), member=MEMBER, visit=MEMBER))

    def redemption(self) -> None:
        """redeem and printing, post, claim."""
        op = self._ids.uuid7()
        number = f"000103{secrets.randbelow(10**12):012}"
        qr = secrets.token_bytes(BITS // 4)
        redeem = en.Redeem(op=op, gift="tea", points=1, voucher=number, expires=1 << 50, qr=qr)
        self.journal.append(Draft(redeem, member=MEMBER), Draft(en.Printing(op=op, attempt=1), member=MEMBER))
        self.journal.append(Draft(en.Post(op=op, reason="printed"), member=MEMBER))
        self.journal.append(Draft(en.Claim(op=op, voucher=number)))

    def grow_old(self) -> None:
        """What idle time does."""
        while self.journal.move_cut():
            pass


Side = Raw | Ours


def sides(folder: Path, key: bytes) -> dict[str, Side]:
    ids = RandomIds(RealClock().now)
    ours = {name: Ours(folder / f"ours-{name}.db", use, ids) for name, use in (("key", key), ("plain", None))}
    ours["key"].step()
    sample = ours["key"].journal.batch(ours["key"].journal.tail().n - 1, 1, 1 << 20).entries[0]
    raw = {
        name: Raw(folder / f"raw-{name}.db", use, ids, sample)
        for name, use in (("key", key), ("plain", None))
    }
    return {
        "ours, key": ours["key"],
        "raw, key": raw["key"],
        "ours, plain": ours["plain"],
        "raw, plain": raw["plain"],
    }


def written() -> int:
    """Bytes this process handed to the kernel."""
    return int(re.search(r"wchar: (\d+)", Path("/proc/self/io").read_text())[1])  # type: ignore[index]


def timed(work: Callable[[], None]) -> tuple[float, int]:
    before, began = written(), time.perf_counter()
    work()
    taken = time.perf_counter() - began
    return taken * 1e6, written() - before


def measure(name: str, compared: dict[str, Side], rounds: int, chance: random.Random) -> Iterator[str]:
    taken: dict[str, list[tuple[float, int]]] = {side: [] for side in compared}
    order = list(compared)
    for _ in range(rounds):
        chance.shuffle(order)
        for side in order:
            taken[side].append(timed(getattr(compared[side], name)))
    for old in compared.values():
        old.grow_old()
    micros = {side: statistics.median(one[0] for one in told) for side, told in taken.items()}
    sizes = {side: statistics.mean(one[1] for one in told) for side, told in taken.items()}
    late = {side: statistics.quantiles([one[0] for one in told], n=100)[98] for side, told in taken.items()}
    for side in compared:
        raw = side.replace("ours", "raw")
        yield (
            f"| {name}: {side} | {micros[side]:.0f} µs | {micros[side] / micros[raw]:.2f} "
            f"| {late[side]:.0f} µs | {sizes[side]:.0f} | {sizes[side] / sizes[raw]:.2f} |"
        )


def syncs(name: str, rounds: int) -> float:
    """Syncs a step, by strace, as the difference of two runs."""
    counts = []
    for many in (rounds, 2 * rounds):
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder, "strace.log")
            words = ["strace", "-f", "-e", "trace=fsync,fdatasync,sync_file_range,msync", "-o", str(log)]
            words += [
                sys.executable,
                "-m",
                "benchmarks.journal",
                "--only",
                name,
                "--rounds",
                str(many),
                "--dir",
                folder,
            ]
            subprocess.run(words, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
            counts.append(sum("sync" in line for line in log.read_text().splitlines()))
    return (counts[1] - counts[0]) / rounds


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3000)
    parser.add_argument("--old", type=int, default=5000)
    parser.add_argument("--dir", type=Path)
    parser.add_argument("--only", help="one side's steps and nothing else, for counting")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.dir) as folder:
        compared = sides(Path(folder), secrets.token_bytes(32))
        if asked.only:
            for _ in range(asked.rounds):
                compared[asked.only].step()
            return
        for side in compared.values():
            for _ in range(asked.old):
                side.step()
            side.grow_old()
        print("| step | p50 | to raw | p99 | bytes | to raw |\n|---|---|---|---|---|---|")
        for name, rounds in (("step", asked.rounds), ("redemption", asked.rounds // 4)):
            for line in measure(name, compared, rounds, random.Random(1)):
                print(line, flush=True)
    for side in ("ours, key", "raw, key"):
        print(f"syncs a step, {side}: {syncs(side, 300):.3f}")


if __name__ == "__main__":
    main()
