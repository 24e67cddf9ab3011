"""The judgement when all is calm: what kiosks acknowledged, what head office has, what things add up to."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from kiosk.hub.records import chain_holds, sums_to_zero
from kiosk.hub.tables import balances, devices, entries, open_database
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.drawer import DRAWER
from kiosk.ledger.legs import Balances
from kiosk.offline.fold import is_own
from kiosk.offline.journal import DurableJournal
from kiosk.offline.storage_key import storage_key
from tests.chaos.shop import GIFT, OPENING_POINTS, STOCK, everybody
from tests.offline.bench import open_journal

Acks = dict[int, str]


def acknowledged(said: Path) -> Acks:
    """n -> hash of every entry that a kiosk said is durable; lines are written whole."""
    told: Acks = {}
    for line in said.read_text().splitlines():
        what, *rest = line.split(" ", 2)
        if what == "serving":
            continue
        assert what in ("ack", "drained"), line
        assert told.setdefault(int(rest[0]), rest[1]) == rest[1], f"two entries {rest[0]}"
    return told


@contextmanager
def reopened(folder: Path, device: str) -> Iterator[DurableJournal]:
    """A copy of the journal of a kiosk that has ended: opening it adds an entry."""
    with tempfile.TemporaryDirectory(prefix="chaos-copy-") as place:
        for file in folder.glob("journal.db*"):
            shutil.copy(file, place)
        key = storage_key(folder, "", {}).key
        journal = open_journal(Path(place) / "journal.db", device=device, key=key)
        try:
            yield journal
        finally:
            journal.close()


class Judgement:
    """Every promise that was not kept, in words."""

    def __init__(self, url: str, kiosks: dict[str, Path], acks: dict[str, Acks]) -> None:
        self._kiosks, self._acks = kiosks, acks
        engine = open_database(url)
        with engine.begin() as connection:
            self._read(connection)
        engine.dispose()
        self.counts: Counter[str] = Counter()

    def _read(self, connection: sa.Connection) -> None:
        self._sound = {device: chain_holds(connection, device) for device in self._kiosks}
        self._zero = sums_to_zero(connection)
        self._books: Balances = {
            (row.account, row.asset): row.amount
            for row in connection.execute(sa.select(balances))
            if row.amount
        }
        self._rows = list(connection.execute(sa.select(entries).order_by(entries.c.device, entries.c.n)))
        self._frozen = {row.device: row.frozen for row in connection.execute(sa.select(devices))}

    def faults(self) -> Iterator[str]:
        """Nothing, if all is well."""
        yield from (
            f"{device}: the chain at head office does not hold"
            for device, ok in self._sound.items()
            if not ok
        )
        yield from (f"{device} is frozen: {why}" for device, why in self._frozen.items() if why)
        yield from (
            f"{row.device} {row.n}: {row.verdict} {row.reason}"
            for row in self._rows
            if row.verdict != "posted"
        )
        yield from self._acknowledged_is_there()
        yield from self._both_sides_agree()
        yield from self._sums()
        yield from self._gifts()
        yield from self._points()

    def _acknowledged_is_there(self) -> Iterator[str]:
        held = {(row.device, row.n): row.hash.hex() for row in self._rows}
        if len(held) != len(self._rows) or len({row.id for row in self._rows}) != len(self._rows):
            yield "an entry is at head office twice"
        for device, acks in self._acks.items():
            self.counts["acknowledged"] += len(acks)
            for n, hashed in acks.items():
                if held.get((device, n)) != hashed:
                    yield f"{device}: entry {n} was acknowledged and is not at head office"

    def _both_sides_agree(self) -> Iterator[str]:
        last = Counter(row.device for row in self._rows)
        for device, folder in self._kiosks.items():
            with reopened(folder, device) as journal:
                tail, ours = journal.tail().n - 1, journal.balances()
            held = {key: amount for key, amount in ours.items() if key[0] != DRAWER}
            if tail != last[device]:
                yield f"{device}: has {tail} entries, head office {last[device]}"
            ops = {row.op for row in self._rows if row.device == device and row.op}
            mine = {key: amount for key, amount in self._books.items() if self._is_of(device, key[0], ops)}
            if mine != held:
                yield f"{device}: holds {held}, head office says {mine}"

    @staticmethod
    def _is_of(device: str, account: str, ops: set[str]) -> bool:
        """Whether a device moves this account: its escrow, and what its own operations hold."""
        op = account.removeprefix(acc.held(""))
        return op in ops if op != account else is_own(device, account)

    def _sums(self) -> Iterator[str]:
        if not self._zero:
            yield "the books do not add up to zero"
        for (account, asset), amount in self._books.items():
            if amount < 0 and account != acc.WORLD:
                yield f"{account} has {amount} {asset}"

    def _kinds(self) -> dict[str, dict[str, en.Body]]:
        """kind -> op -> body, over all logs."""
        found: dict[str, dict[str, en.Body]] = {}
        for row in self._rows:
            body = en.body_of(en.decode(row.stored))
            if body is not None and row.op:
                found.setdefault(body.KIND, {})[row.op] = body
        return found

    def _gifts(self) -> Iterator[str]:
        """pool + leases + issued + handed out = stock, counted from the logs, not from the books' own sum."""
        kinds, asset = self._kinds(), acc.gift(GIFT)
        redeemed, void, claimed = (set(kinds.get(kind, ())) for kind in ("redeem", "void", "claim"))
        self.counts |= Counter(redeemed=len(redeemed), void=len(void), claimed=len(claimed))
        issued = self._books.get((acc.ISSUED, asset), 0)
        if issued != len(redeemed - void - claimed):
            yield f"{issued} gifts are issued, but {len(redeemed - void - claimed)} vouchers are out"
        leased = sum(
            n for (account, what), n in self._books.items() if what == asset and account.startswith("escrow:")
        )
        if (kept := self._books.get((acc.pool(GIFT), asset), 0)) + leased + issued + len(claimed) != STOCK:
            yield f"{kept} in the pool, {leased} leased, {issued} issued, {len(claimed)} claimed; not {STOCK}"

    def _points(self) -> Iterator[str]:
        """What members have, what kiosks hold for them and what they paid is what they began with."""
        kinds = self._kinds()
        paid = sum(body.points for op, body in kinds.get("redeem", {}).items() if op in kinds.get("post", ()))
        if paid != self._books.get((acc.SPENT, acc.POINTS), 0):
            yield f"{self._books.get((acc.SPENT, acc.POINTS), 0)} points are spent, but vouchers cost {paid}"
        rest = sum(
            n for (account, what), n in self._books.items() if what == acc.POINTS and account != acc.WORLD
        )
        if rest != OPENING_POINTS * len(everybody()):
            yield f"{rest} points are somewhere, {OPENING_POINTS * len(everybody())} were there"
