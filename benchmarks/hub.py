"""Head office on PostgreSQL against pgbench, on one private cluster and in one run: trust the ratios.

`.venv/bin/python -m benchmarks.hub [--seconds 8] [--entries 40000] [--processes 2]`. fsync and
synchronous_commit are on. The yardstick is `pgbench -N` (simple-update) at 16 clients, taken before and after
each figure. Hubs are processes with `HeadOffice.sync` called from threads, each with packed and signed
requests of a kiosk of its own; decoding, signature, chain, legs and the answer are part of it. The drain goes
through the real journal, uploader, HTTP and server. Nothing else should run: pgbench's many processes get a
larger share of busy cores than our two.
"""

import multiprocessing
import random
import re
import statistics
import subprocess
import tempfile
import threading
import time
import uuid
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from benchmarks.hub_drain import drain
from benchmarks.hub_load import Kiosk, furnish
from kiosk.hub.office import HeadOffice
from kiosk.hub.records import balance_of
from kiosk.hub.settings import HubSettings
from kiosk.hub.tables import open_database
from kiosk.ledger import sync as wire
from kiosk.ledger.ids import FreshIds
from tests.postgres import OWNER, Cluster, running_cluster

CLIENTS = 16
SCALE = 10
BATCH = 500
MANY, HOT = 100_000, 2_000
Requests = Sequence[Sequence[bytes]]
"""For each kiosk its uploads, in order."""


def now() -> int:
    return time.time_ns() // 1000


def opened(url: str) -> HeadOffice:
    return HeadOffice(open_database(url), now, FreshIds(now), HubSettings())


def work(url: str, requests: Requests, start: Barrier, told: Any) -> None:
    """One hub process: a thread for each kiosk. Tells when it began and ended, and what was not posted."""
    office = opened(url)
    took: list[tuple[float, float, int]] = []

    def upload(mine: Sequence[bytes]) -> None:
        office.public_key(wire.unpack(wire.SyncRequest, mine[0]).device)
        start.wait()
        began, odd = time.monotonic(), 0
        for packed in mine:
            answer = office.sync(wire.unpack(wire.SyncRequest, packed))
            wire.pack(answer)
            odd += sum(verdict.verdict != "posted" for verdict in answer.verdicts)
        took.append((began, time.monotonic(), odd))

    threads = [threading.Thread(target=upload, args=(mine,)) for mine in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.put(took)


def rate(url: str, requests: Requests, entries: int, processes: int) -> float:
    """Entries a second, from the first request to the last answer."""
    context = multiprocessing.get_context("spawn")
    start, told = context.Barrier(len(requests)), context.Queue()
    hubs = [
        context.Process(target=work, args=(url, requests[place::processes], start, told))
        for place in range(processes)
    ]
    for hub in hubs:
        hub.start()
    took = [one for _ in hubs for one in told.get(timeout=600)]
    for hub in hubs:
        hub.join()
    assert not any(odd for _, _, odd in took), "every entry is an honest one"
    return entries / (max(ended for _, ended, _ in took) - min(began for began, _, _ in took))


def names(count: int) -> list[str]:
    chance = random.Random(count)
    return [str(uuid.UUID(int=chance.getrandbits(128))) for _ in range(count)]


def visited(kiosks: int, entries: int, people: Sequence[str]) -> list[Kiosk]:
    made = [Kiosk(f"K{place:02}", random.Random(place)) for place in range(kiosks)]
    for kiosk in made:
        while len(kiosk.log) < entries // kiosks:
            kiosk.visit(kiosk.chance.choice(people))
    return made


@dataclass(frozen=True, slots=True)
class Bench:
    cluster: Cluster
    asked: Namespace

    def pgbench(self, seconds: float) -> float:
        """Transactions a second of simple-update."""
        program, place = str(self.cluster.bin / "pgbench"), ["-h", str(self.cluster.folder), "-U", OWNER]
        words = [program, *place, "-N", "-n", f"-c{CLIENTS}", "-j2", f"-T{max(1, round(seconds))}", "pgbench"]
        said = subprocess.run(words, capture_output=True, text=True, check=True).stdout
        found = re.search(r"tps = ([\d.]+) \(without", said)
        assert found, said
        return float(found[1])

    def prepare(self) -> None:
        self.cluster.create("pgbench")
        program, place = str(self.cluster.bin / "pgbench"), ["-h", str(self.cluster.folder), "-U", OWNER]
        words = [program, *place, "-i", "-q", f"-s{SCALE}", "pgbench"]
        subprocess.run(words, capture_output=True, check=True)

    def beside(self, measure: Callable[[], float]) -> tuple[float, float]:
        """A rate, and pgbench's around it."""
        before = self.pgbench(self.asked.seconds)
        found = measure()
        return found, statistics.mean((before, self.pgbench(self.asked.seconds)))

    def uploads(self, kiosks: Sequence[Kiosk], people: Sequence[str], size: int, processes: int) -> float:
        with self.cluster.fresh() as database:
            url = self.cluster.url(database)
            office = opened(url)
            furnish(office, kiosks, people)
            requests = [list(kiosk.requests(size)) for kiosk in kiosks]
            found = rate(url, requests, sum(len(kiosk.log) for kiosk in kiosks), processes)
            for kiosk in kiosks:
                told = balance_of(office, kiosk.device)
                assert told["chain_ok"], kiosk.device
                assert told["sums_to_zero"]
            office.engine.dispose()
            return found

    def batches(self, writers: int, members: int) -> float:
        people = names(members)
        kiosks = visited(writers, self.asked.entries, people)
        return self.uploads(kiosks, people, BATCH, self.asked.processes)

    def singles(self) -> float:
        people = names(HOT)
        kiosks = [Kiosk(f"K{place:02}", random.Random(place)) for place in range(CLIENTS)]
        for kiosk in kiosks:
            while len(kiosk.log) < self.asked.singles // CLIENTS:
                kiosk.visit(kiosk.chance.choice(people))
        return self.uploads(kiosks, people, 1, self.asked.single_processes)


def rows(bench: Bench) -> Iterator[tuple[str, float, float, str]]:
    """(what, ours, compared with, aim)."""
    chosen = bench.asked.only

    def wanted(name: str) -> bool:
        return not chosen or name in chosen

    if wanted("batches"):
        yield ("batches of 500, entries/s", *bench.beside(lambda: bench.batches(4, MANY)), ">= 4")
    if wanted("singles"):
        yield ("single entries of 16 kiosks at once, entries/s", *bench.beside(bench.singles), ">= 0.55")
    if wanted("hot"):
        uniform, hot = [], []
        for _ in range(2):
            uniform.append(bench.batches(4, MANY))
            hot.append(bench.batches(4, HOT))
        yield ("2,000 hot members against 100,000, entries/s", max(hot), max(uniform), ">= 0.8")
    if wanted("drain"):
        with tempfile.TemporaryDirectory() as folder:
            ours, posted = drain(bench.cluster, Path(folder), bench.asked.drain)
        yield (f"drain of {bench.asked.drain:,} entries, s, against posting alone", ours, posted, "<= 1.3")


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8, help="of each pgbench")
    parser.add_argument("--entries", type=int, default=40_000)
    parser.add_argument("--singles", type=int, default=8_000)
    parser.add_argument("--drain", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--single-processes", type=int, default=1)
    parser.add_argument("--only", nargs="*", choices=("batches", "singles", "hot", "drain"))
    with running_cluster("max_wal_size=4GB") as cluster:
        bench = Bench(cluster, parser.parse_args())
        bench.prepare()
        print("| figure | ours | compared with | ratio | aim |\n|---|---|---|---|---|")
        for what, ours, against, aim in rows(bench):
            print(f"| {what} | {ours:,.0f} | {against:,.0f} | {ours / against:.2f} | {aim} |", flush=True)


if __name__ == "__main__":
    main()
