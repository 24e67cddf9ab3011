"""What the replica costs against bare SQL on the same database library, in one run.

`uv run python -m benchmarks.replica [--sizes 100000 10000000]` prints the rows of docs/figures.md.

Look-ups: a card to its account with its last entries, warm, among so many members. The yardstick reads the
same from a table of accounts and a table of entries, by one statement each, into plain tuples. Delta: changed
members, from the compressed chunks to the tables. The yardstick upserts the same values into the same tables,
already decoded, by `executemany` of 2000. Both sides take turns; medians.
"""

import gc
import hashlib
import os
import random
import statistics
import tempfile
import time
import tracemalloc
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kiosk.ledger import feed, sync
from kiosk.ledger.sync import HistoryLine
from kiosk.offline.disk import open_exclusive
from kiosk.offline.replica import StoredReplica

DEVICE = "bench-kiosk"
LINES = 20
T0 = 1_790_000_000_000_000
WHAT, WHERE = ("购物", "生日礼", "每日签到"), ("示例生活馆",)


def card_of(place: int) -> bytes:
    return hashlib.sha256(b"%d" % place).digest()


def member_of(place: int) -> str:
    digits = hashlib.md5(b"%d" % place).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def history_of(place: int, lines: int) -> tuple[HistoryLine, ...]:
    return tuple(
        HistoryLine(at=T0 - n * 1_000_003, what=WHAT[(place + n) % 3], points=place % 400, where=WHERE[0])
        for n in range(lines)
    )


def row_of(place: int, lines: int, turn: int = 0) -> feed.MemberRow:
    facts = feed.MemberFacts(
        "张*伟", "gold", 18_650, 120, "2026-12-31", place % 9000 + turn, 18_600, 0, 5, "",
        history_of(place, lines),
    )  # fmt: skip
    cards = (feed.CardRow(card_of(place), f"{place % 10_000:04}"),)
    return feed.MemberRow(member_of(place), False, feed.pack_cards(cards), feed.pack_facts(facts))


def answers(
    places: Iterator[int], first: int, lines: int, turn: int, rows: int = feed.ROWS_MAX
) -> Iterator[feed.ReplicaAnswer]:
    """A download of these members as head office would send it, in chunks of at most so many rows."""
    denied = feed.Chunk(epoch="1.1", since=0, until=0, more=False)
    number, some = first, []
    for place in places:
        some.append(row_of(place, lines, turn))
        if len(some) == rows:
            yield _answer(denied, number, some, turn)
            number, some = number + len(some), []
    yield _answer(denied, number, some, turn, more=False)


def _answer(
    denied: feed.Chunk, since: int, rows: list[feed.MemberRow], turn: int, *, more: bool = True
) -> feed.ReplicaAnswer:
    chunk = feed.Chunk(
        epoch="1.1", since=since, until=since + len(rows), more=more, rows=feed.pack_rows(rows)
    )
    return feed.ReplicaAnswer(
        gen=1, as_of=T0 + turn, mark_n=turn, mark_whole=turn, deny_epoch=0, denied=denied, members=chunk
    )


def filled(folder: Path, size: int, lines: int) -> StoredReplica:
    replica = StoredReplica(folder / f"replica-{size}.db")
    began = time.perf_counter()
    for answer in answers(iter(range(size)), 0, lines, 0):
        replica.take(answer)
    while replica.sweep():
        pass
    print(f"{size} members in {time.perf_counter() - began:.0f} s, made and stored", flush=True)
    return replica


# --- look-ups ------------------------------------------------------------------------------------

RAW_ACCOUNT = """SELECT a.n, a.member, a.name, a.points, a.cash, a.escrow, a.mark_n, a.as_of, a.lifetime
    FROM cards c JOIN accounts a ON a.n = c.n WHERE c.card = ?"""
RAW_ENTRIES = "SELECT at, what, points, place FROM entries WHERE n = ? ORDER BY at DESC LIMIT 20"
RAW_TABLES = (
    """CREATE TABLE accounts (n INTEGER PRIMARY KEY, member TEXT NOT NULL UNIQUE, name TEXT, points INTEGER,
        cash INTEGER, escrow INTEGER, mark_n INTEGER, as_of INTEGER, lifetime INTEGER)""",
    "CREATE TABLE cards (card BLOB PRIMARY KEY, n INTEGER NOT NULL, tail TEXT) WITHOUT ROWID",
    """CREATE TABLE entries (n INTEGER, at INTEGER, what TEXT, points INTEGER, place TEXT,
        PRIMARY KEY (n, at)) WITHOUT ROWID""",
    "PRAGMA synchronous = OFF",
)
STRIDE = 7_919
"""Cards lie in their index in another order than members in theirs, as keyed hashes do."""


def spread_card(place: int, size: int) -> bytes:
    """Cards that are made in the order of their index: filling ten million must not take a day."""
    return (place * (2**64 // size)).to_bytes(8, "big") + bytes(24)


def whose(place: int, size: int) -> int:
    """The member (from 1) that the card at this place leads to."""
    return place * STRIDE % size + 1


def many(connection: Any, statement: str, rows: Iterator[tuple[Any, ...]]) -> None:
    connection.execute("BEGIN")
    connection.executemany(statement, rows)
    connection.execute("COMMIT")


def packed_replica(folder: Path, size: int, lines: int) -> StoredReplica:
    """A replica as downloads leave it, but filled by bare SQL."""
    replica = StoredReplica(folder / f"replica-{size}.db")
    facts = [row_of(place, lines).facts for place in range(1_000)]
    connection = replica._file._database.conn
    connection.execute("PRAGMA synchronous = OFF")
    many(
        connection,
        "INSERT INTO members VALUES (?, ?, 0, 0, 1, 0, ?, 1, x'', ?)",
        ((n, f"0199{n:032x}", T0, facts[n % 1_000]) for n in range(1, size + 1)),
    )
    cards = ((spread_card(place, size), whose(place, size)) for place in range(size))
    many(connection, "INSERT INTO cards VALUES (?, ?, '0001', 0)", cards)
    return replica


def packed_raw(folder: Path, size: int, lines: int) -> Any:
    """The same facts as rows of their own: what a careful hand would write without us."""
    connection = open_exclusive(folder / f"raw-{size}.db", one_thread=False).conn
    for statement in RAW_TABLES:
        connection.execute(statement)
    many(
        connection,
        "INSERT INTO accounts VALUES (?, ?, '张*伟', ?, 18600, 0, 0, ?, 18650)",
        ((n, f"0199{n:032x}", n % 9000, T0) for n in range(1, size + 1)),
    )
    cards = ((spread_card(place, size), whose(place, size)) for place in range(size))
    many(connection, "INSERT INTO cards VALUES (?, ?, '0001')", cards)
    entries = (
        (n, T0 - (lines - line) * 1_000_003, WHAT[(n + line) % 3], n % 400, WHERE[0])
        for n in range(1, size + 1)
        for line in range(lines)
    )
    many(connection, "INSERT INTO entries VALUES (?, ?, ?, ?, ?)", entries)
    return connection


def raw_lookup(connection: Any) -> Callable[[bytes], object]:
    def look(card: bytes) -> object:
        account = connection.execute(RAW_ACCOUNT, (card,)).fetchone()
        return account, connection.execute(RAW_ENTRIES, (account[0],)).fetchall()

    return look


def timed(look: Callable[[bytes], object], asked: list[bytes]) -> float:
    """Microseconds of one look-up."""
    began = time.perf_counter()
    for card in asked:
        assert look(card)
    return (time.perf_counter() - began) / len(asked) * 1e6


def look_ups(sizes: list[int], lines: int, folder: Path) -> None:
    """All sizes stay open and take turns, so that a noisy minute is noisy for all of them."""
    chance = random.Random(7)
    sides: dict[int, tuple[Callable[[bytes], object], Callable[[bytes], object], list[bytes]]] = {}
    for size in sizes:
        began = time.perf_counter()
        replica, raw = packed_replica(folder, size, lines), packed_raw(folder, size, lines)
        asked = [spread_card(chance.randrange(size), size) for _ in range(3_000)]
        sides[size] = replica.account, raw_lookup(raw), asked
        print(f"{size:,} members on both sides in {time.perf_counter() - began:.0f} s", flush=True)
    took: dict[int, list[tuple[float, float]]] = {size: [] for size in sizes}
    for _ in range(11):
        for size, (ours, theirs, asked) in sides.items():
            took[size].append((timed(ours, asked), timed(theirs, asked)))
    for size in sizes:
        we, they = (statistics.median(side) for side in zip(*took[size][1:], strict=True))
        print(f"| account + last {lines}, {size:,} members | {they:.1f} µs | {we:.1f} µs | {we / they:.2f} |")
    small, large = ([we for we, _ in took[size][1:]] for size in (min(sizes), max(sizes)))
    flat = statistics.median(big / little for big, little in zip(large, small, strict=True))
    print(f"| ours among {max(sizes):,} against {min(sizes):,} | – | – | {flat:.2f} |")


# --- deltas --------------------------------------------------------------------------------------

RAW_UPSERT = """INSERT INTO members VALUES (NULL, ?, ?, 0, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (member) DO UPDATE SET home = excluded.home, asked = 0, gen = excluded.gen,
        mark_n = excluded.mark_n, as_of = excluded.as_of, pass = excluded.pass, facts = excluded.facts"""


@contextmanager
def stopwatch(into: list[tuple[float, float]]) -> Iterator[None]:
    """Seconds on the wall and of CPU."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    into.append((time.perf_counter() - wall, time.process_time() - cpu))


def resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


class Watched:
    """The replica's file with a stopwatch at its lock."""

    def __init__(self, file: Any) -> None:
        self._make = file.transaction
        self.held: list[float] = []
        file.transaction = self.transaction

    def told(self) -> str:
        """Median, 95th percentile and longest, in ms."""
        held = sorted(self.held)
        places = (len(held) // 2, len(held) * 95 // 100, len(held) - 1)
        return " / ".join(f"{held[place] * 1e3:.1f}" for place in places)

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with self._make() as connection:
            began = time.perf_counter()
            yield connection
        self.held.append(time.perf_counter() - began)


def delta(size: int, changed: int, folder: Path) -> None:
    """Balances of `changed` among `size` members move; both sides begin with the same full table."""
    replica, yardstick = filled(folder, size, LINES), filled(folder / "yardstick", size, LINES)
    chance = random.Random(11)
    watch, others = Watched(replica._file), Watched(yardstick._file)
    mine: list[tuple[float, float]] = []
    theirs: list[tuple[float, float]] = []
    cursor = size
    for turn in range(1, 6):
        places = chance.sample(range(size), changed)
        sent = list(answers(iter(places), cursor, LINES, turn))
        tuples = [
            (r.member, r.home, 1, turn, T0 + turn, 1, r.cards, r.facts)
            for r in (row_of(place, LINES, turn) for place in places)
        ]
        with stopwatch(mine):
            for answer in sent:
                replica.take(answer)
        with stopwatch(theirs):
            for start in range(0, changed, 2000):
                with yardstick._file.transaction() as connection:
                    connection.executemany(RAW_UPSERT, tuples[start : start + 2000])
        cursor += changed
    for place, of in enumerate(("wall", "CPU")):
        we, they = (statistics.median(one[place] for one in side) / changed * 1e6 for side in (mine, theirs))
        told = f"delta of {changed:,} among {size:,}: a row, {of}"
        print(f"| {told} | {they:.1f} µs | {we:.1f} µs | {we / they:.2f} |")
    print(f"| write lock, ms: median / 95 % / longest | {others.told()} | {watch.told()} | – |")
    _memory(replica, cursor, changed, size)
    replica.close()
    yardstick.close()


def _memory(replica: StoredReplica, cursor: int, changed: int, size: int) -> None:
    """The same twice more, watched: what is held at most beyond what was held before."""
    chance = random.Random(12)
    for traced in (False, True):
        places = iter(chance.sample(range(size), changed))
        sent = [sync.pack(answer) for answer in answers(places, cursor, LINES, 9)]
        cursor += changed
        gc.collect()
        before = most = resident()
        if traced:
            tracemalloc.start()
        for packed in sent:
            replica.take(sync.unpack(feed.ReplicaAnswer, packed))
            most = max(most, resident())
        if traced:
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            print(f"| Python memory at its peak | – | {peak / 2**20:.1f} MiB | – |")
        else:
            print(f"| resident memory gained | – | {(most - before) / 2**20:.1f} MiB | – |")


def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--lines", type=int, default=LINES)
    parser.add_argument("--delta", type=int, default=100_000)
    parser.add_argument("--among", type=int, default=200_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "yardstick").mkdir()
        if asked.delta:
            delta(asked.among, asked.delta, folder)
        look_ups(asked.sizes, asked.lines, folder)


if __name__ == "__main__":
    main()
