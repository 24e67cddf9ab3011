"""The durable journal: what was told OK is on disk, in order, and chained. One thread opens and uses it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.drawer import Till, till_in
from kiosk.ledger.legs import Balances
from kiosk.ledger.serials import Serial, next_serial
from kiosk.ledger.sync import Grant, Instruction, Mark
from kiosk.offline import person_keys, tables
from kiosk.offline.batches import Batch, read_batch, wrapped
from kiosk.offline.cut import LIVE, SLICE, Cut, next_cut, prune_entries
from kiosk.offline.disk import TROUBLE, fault, open_exclusive
from kiosk.offline.escrow import obeyed, spare, taken
from kiosk.offline.fold import redeem_in
from kiosk.offline.follow import Course
from kiosk.offline.moves import open_moves
from kiosk.offline.opening import open_tables
from kiosk.offline.page import Head, Page
from kiosk.offline.second_copy import SecondCopy
from kiosk.ports import VOUCHERS_MAX, CardMove, Clock, Draft, Ids, JournalFailed, Newcomer, Operation

DRAFTS_MAX = 1000
SOFTWARE = "0.1.0"


class DurableJournal:
    """Implements ports.Journal over one SQLite file. After any failure it refuses everything: restart."""

    def __init__(
        self,
        path: Path,
        *,
        device: str,
        zone: str,
        clock: Clock,
        ids: Ids,
        pack: Callable[[], int],
        software: str = SOFTWARE,
        key: bytes | None = None,
        second: SecondCopy | None = None,
    ) -> None:
        """Open, check what is kept and the chain since the cut, then journal a `boot` with a fresh nonce."""
        self.device = device
        self._zone, self._clock, self._ids, self._pack = zone, clock, ids, pack
        self.failed: JournalFailed | None = None
        self._cutting: Cut | None = None
        self._second = second
        self._database = open_exclusive(path, key)
        try:
            with self._guarded():
                self._load()
                self._copy_tail()
            self.append(Draft(en.Boot(nonce=ids.nonce(), software=software)))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the file; nothing can be asked afterwards."""
        self.failed = self.failed or JournalFailed("K-JR-01", "the journal is closed")
        self._database.conn.close()
        if self._second is not None:
            self._second.close()

    # --- ports.Journal ---------------------------------------------------------------------------

    def append(self, *drafts: Draft) -> tuple[en.Entry, ...]:
        """Write, all or nothing, and return when it is durable. NotHeld: nothing was written."""
        if len(drafts) > DRAFTS_MAX:
            raise ValueError(f"at most {DRAFTS_MAX} entries at once")
        with self._guarded():
            return self._write(drafts) if drafts else ()

    def rights(self, asset: str, member: str | None = None) -> int:
        """Units this device may spend now."""
        with self._guarded():
            return self._head.balances.get((acc.escrow(self.device, member), asset), 0)

    def till(self) -> Till:
        """The drawer of this device, and what its open shift did."""
        with self._guarded():
            return till_in(self._head.balances)

    def effect_beyond(self, member: str, n: int) -> int:
        """What own entries after n did to this member's points (theirs and those in our escrow)."""
        asked = "SELECT coalesce(sum(points), 0) FROM effects WHERE whose = ? AND n > ?"
        with self._guarded():
            live = sum(points for at, whose, points in self._head.effects if whose == member and at > n)
            return live + int(self._database.execute(asked, (member, n)).fetchone()[0])

    def operation(self, op: str) -> Operation | None:
        """A redemption by its id."""
        return next(self._operations("WHERE op = ?", op), None)

    def by_voucher(self, number: str) -> Operation | None:
        """A redemption by its voucher number."""
        return next(self._operations("WHERE voucher = ?", number), None)

    def unresolved(self, member: str | None = None) -> tuple[Operation, ...]:
        """Redemptions without a final state, oldest first."""
        found = self._operations("WHERE state IN ('redeemed', 'printing', 'unknown') ORDER BY n")
        return tuple(operation for operation in found if member in (None, operation.member))

    def open_moves(self, card: bytes | None = None) -> tuple[CardMove, ...]:
        """Moves of value on cards that have not ended, oldest first."""
        with self._guarded():
            return open_moves(self._database, self._head.balances, card)

    def next_voucher_serial(self) -> Serial | None:
        """The next of the ranges that head office leased to this device; None: none is left."""
        own = acc.escrow(self.device)
        with self._guarded():
            rights = self._head.balances.items()
            return next_serial((asset, left) for (account, asset), left in rights if account == own)

    def own_lines(self, member: str, n: int) -> tuple[Operation, ...]:
        """This member's redemptions after entry n, newest first."""
        return tuple(self._operations("WHERE n > ? AND member = ? ORDER BY n DESC", n, member))

    def vouchers(self, member: str) -> tuple[Operation, ...]:
        """This member's vouchers that nobody claimed, newest first."""
        where = """WHERE member = ? AND state IN ('posted', 'unknown') AND claim_n = 0
            ORDER BY n DESC LIMIT ?"""
        return tuple(self._operations(where, member, VOUCHERS_MAX))

    def expired(self, before: int, after: tuple[int, int], most: int) -> tuple[Operation, ...]:
        """Vouchers of ours that nobody claimed, in the order of (expires, n); look at `claim_held` too."""
        where = """WHERE state IN ('posted', 'unknown') AND claim_n = 0 AND expires > 0
            AND expires < ? AND (expires, n) > (?, ?) ORDER BY expires, n LIMIT ?"""
        return tuple(self._operations(where, before, *after, most))

    # --- start-up --------------------------------------------------------------------------------

    def recover(self) -> tuple[en.Entry, ...]:
        """Resolve what a stop left open: never printed -> void; printing without outcome -> unknown."""
        drafts = []
        for operation in self.unresolved():
            op, member = operation.redeem.op, operation.member
            if operation.state == "redeemed":
                drafts.append(Draft(en.Void(op=op, reason="restart"), member=member))
            elif operation.state == "printing":
                drafts.append(Draft(en.Unknown(op=op, reason="restart"), member=member))
        return self._append_all(drafts)

    def tidy(self, stays: Callable[[str], bool]) -> tuple[en.Entry, ...]:
        """Give back the rights of members whose home this is not. Only while nobody is visiting."""
        with self._guarded():
            elsewhere = tables.courses(self._database, tables.FROM_ELSEWHERE)
            strange = {acc.claim(course.voucher) for course in elsewhere}
            drafts = spare(self.device, self._head.balances, stays, strange)
        return self._append_all(drafts)

    # --- what the uploader needs -----------------------------------------------------------------

    def tail(self) -> Mark:
        """The last entry: its n and chain hash."""
        with self._guarded():
            return Mark(n=self._head.n, hash=self._head.hash)

    def hash_at(self, n: int) -> bytes | None:
        """Our chain hash at n (32 zero bytes at 0); None beyond our tail, and below `floor`."""
        if n == 0:
            return en.GENESIS
        with self._guarded():
            return tables.hash_at(self._database, n)

    def floor(self) -> Mark:
        """The last entry that was pruned: its n and chain hash."""
        with self._guarded():
            n, hashed = tables.floor(self._database)
            return Mark(n=n, hash=hashed)

    def batch(self, after: int, entries: int, size: int) -> Batch:
        """The entries after `after`, at most so many and so many bytes (but one if there is one)."""
        floor = self.floor()
        with self._guarded():
            return read_batch(self._database, floor if after <= floor.n else after, entries, size)

    def poison(self, n: int) -> Batch:
        """Entry n alone, its bytes wrapped: the chain still covers the bytes, not the wrapper."""
        with self._guarded():
            return wrapped(self._database, n, self._ids.uuid7(), self._clock.now(), self._zone)

    def mark_seen(self) -> Mark:
        """The highest entry that head office ever acknowledged to us."""
        with self._guarded():
            return tables.mark_seen(self._database)

    def move_mark(self, mark: Mark) -> None:
        """Remember an acknowledgement; it only rises."""
        if mark.n <= self.mark_seen().n:
            return
        with self._guarded(), self._database.atomic():
            self._database.execute(tables.PUT_META, ("mark_n", mark.n))
            self._database.execute(tables.PUT_META, ("mark_hash", mark.hash))
        if self._second is not None and self._second.is_long():
            self._copy_tail()

    def obey(self, instruction: Instruction) -> tuple[en.Entry, ...]:
        """Journal what head office asks of a voucher's issuer, if its operation still lets us."""
        operation = self.operation(instruction.op)
        body = obeyed(instruction, operation)
        if operation is None or body is None:
            return ()
        return self.append(Draft(body, member=operation.member or None))

    def downlink(self) -> tuple[int, int]:
        """(generation, d): how far grants were taken."""
        with self._guarded():
            return self._head.downlink.gen, self._head.downlink.d

    def take_grants(
        self, gen: int, grants: Iterable[Grant], wanted: Callable[[str], bool]
    ) -> tuple[en.Entry, ...]:
        """Journal those that are next in line; what nobody wants any more goes straight back."""
        with self._guarded():
            bodies = taken(self._head.downlink.gen, self._head.downlink.d, gen, grants, wanted)
        return self._append_all(Draft(body, member=getattr(body, "member", None)) for body in bodies)

    def keys_waiting(self, most: int) -> tuple[Newcomer, ...]:
        """The keys of what newcomers told that head office has not said to hold."""
        with self._guarded():
            return person_keys.waiting(self._database, self._head.downlink.gen, most)

    def key_held(self, member: str) -> None:
        """Head office said that it holds this member's key."""
        with self._guarded():
            person_keys.hold(self._database, member, self._head.downlink.gen, self._head.n + 1)

    def forget_keys(self, stable: int) -> None:
        """Drop the keys that head office has safely twice: all entries up to `stable` are."""
        with self._guarded():
            person_keys.forget(self._database, self._head.downlink.gen, stable)

    def freeze(self, why: str) -> None:
        """Remember for good that this device may not spend any more (its log was contradicted)."""
        with self._guarded(), self._database.atomic():
            self._database.execute(tables.PUT_META, ("frozen", why))

    def frozen(self) -> str:
        """Why this device serves nobody, or ''."""
        with self._guarded():
            return str(tables.meta(self._database, "frozen") or "")

    # --- growing old -----------------------------------------------------------------------------

    def move_cut(self, most: int = SLICE, keep: int = LIVE) -> bool:
        """Move the cut by at most so many entries, leaving `keep` behind it. True if it moved.

        Nothing is deleted by it; it bounds what a start must read and what lies in memory.
        """
        with self._guarded():
            due = min(most, self._head.n - self._base.n - keep)
            if due < min(most, SLICE):
                return False
            cutting = self._cutting = next_cut(self._database, self._base, due)
        try:
            self.append(Draft(cutting.checkpoint))
        finally:
            self._cutting = None
        with self._guarded():
            self._head.forget(self._base.n)
        return True

    def prune(self, stable: int) -> bool:
        """Delete what head office has safely twice and the cut has passed, step by step. True: more to do."""
        moved = self.move_cut()
        with self._guarded():
            needed = [move.n - 1 for move in open_moves(self._database, self._head.balances)]
            return (
                prune_entries(self._database, min(stable, self._base.n, self.mark_seen().n, *needed)) or moved
            )

    def balances(self) -> Balances:
        """All that this device holds, now."""
        with self._guarded():
            return dict(self._head.balances)

    # --- inside ----------------------------------------------------------------------------------

    def _load(self) -> None:
        opened = open_tables(self._database, self.device, self._second)
        self._base, self._head = opened.base, Head.of(opened.fold)

    def _copy_tail(self) -> None:
        """Begin the second copy at what head office has."""
        if self._second is not None:
            mark = self.mark_seen()
            self._second.begin(mark, tables.after(self._database, mark.n))

    def _write(self, drafts: tuple[Draft, ...]) -> tuple[en.Entry, ...]:
        page = Page(self._database, self.device, self._head)
        with self._database.atomic():
            if self._spends(drafts):
                raise JournalFailed("K-SY-01", "this device is frozen and spends nothing")
            entries = tuple(page.write(draft, self._entry(draft)) for draft in drafts)
            if self._cutting is not None:
                self._cutting.store(self._database)
        self._head = page.turned()  # only now: COMMIT has returned, so it is on disk
        if self._second is not None:
            self._second.add(page.written)
        return entries

    def _spends(self, drafts: tuple[Draft, ...]) -> bool:
        return any(isinstance(draft.body, en.Redeem | en.PinTry | en.Carding) for draft in drafts) and bool(
            tables.meta(self._database, "frozen")
        )

    def _entry(self, draft: Draft) -> Callable[[int], en.Entry]:
        def at(n: int) -> en.Entry:
            return en.Entry(
                n=n,
                id=draft.id or self._ids.uuid7(),
                kind=draft.body.KIND,
                at=self._clock.now(),
                zone=self._zone,
                clock="trusted" if self._clock.trusted() else "untrusted",
                pack=self._pack(),
                operator=draft.operator,
                member=draft.member,
                visit=draft.visit,
                body=en.raw(draft.body),
            )

        return at

    def _append_all(self, drafts: Iterable[Draft]) -> tuple[en.Entry, ...]:
        """Append any number of drafts that do not depend on being one transaction."""
        waiting = tuple(drafts)
        parts = (waiting[start : start + DRAFTS_MAX] for start in range(0, len(waiting), DRAFTS_MAX))
        return tuple(entry for part in parts for entry in self.append(*part))

    def _operations(self, where: str, *values: str | int) -> Iterator[Operation]:
        with self._guarded():
            return iter(
                [self._told(course) for course in list(tables.courses(self._database, where, values))]
            )

    def _told(self, course: Course) -> Operation:
        stored, ended = tables.evidence(self._database, course)
        begun = en.decode(stored)
        claim_at = en.decode(ended) if ended else None
        claim = en.body_of(claim_at) if claim_at else None
        right = self._head.balances.get((acc.escrow(self.device), acc.claim(course.voucher)), 0)
        return Operation(
            redeem=redeem_in(begun),
            member=course.member,
            state=course.state,
            attempt=course.attempt,
            claimed=claim if isinstance(claim, en.Claim) else None,
            claimed_at=claim_at.at if claim_at and isinstance(claim, en.Claim) else None,
            expired=isinstance(claim, en.Expire),
            at=begun.at,
            claim_held=right > 0,
            clock=begun.clock,
            n=course.n,
        )

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Nothing after a failure: what a failed write left behind is known only after a restart."""
        if self.failed is not None:
            raise self.failed
        try:
            yield
        except TROUBLE as trouble:
            self.failed = fault(trouble)
            raise self.failed from trouble
