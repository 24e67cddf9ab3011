"""One transaction's worth of entries: each is checked against what the ones before it left."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlite_utils import Database

from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.drawer import drawer_moves
from kiosk.ledger.legs import Balances, LooseEnd, Transfer, transfers
from kiosk.ledger.serials import next_serial
from kiosk.membership.vouchers import is_valid_number, number_of
from kiosk.offline import person_keys, tables
from kiosk.offline.fold import Downlink, Fold, effect, is_own, redeem_in
from kiosk.offline.follow import FOLLOWERS, Course, begin, follow, told
from kiosk.ports import Draft, NotHeld

ENTRY_MAX = 64 * 1024
"""Bytes of one entry; a batch of eight such still fits one upload."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log stands: last n and hash, own balances, downlink.

    `ids` and `effects` (n, whose points, change) are those of the entries after the cut.
    """

    n: int
    hash: bytes
    balances: Balances
    downlink: Downlink
    ids: dict[str, int] = field(default_factory=dict)
    effects: list[tuple[int, str, int]] = field(default_factory=list)

    @classmethod
    def of(cls, fold: Fold) -> "Head":
        """Where a fold ended."""
        return cls(fold.n, fold.hash, fold.balances, fold.downlink, dict(fold.ids), list(fold.effects))

    def forget(self, n: int) -> None:
        """Drop what is told of entry n and all before it: the cut has moved there."""
        for name in [name for name, at in self.ids.items() if at <= n]:
            del self.ids[name]
        self.effects[:] = [effect for effect in self.effects if effect[0] > n]


class Page:
    """Written inside a transaction; `turned` is for after its COMMIT."""

    def __init__(self, database: Database, device: str, head: Head) -> None:
        self._database = database
        self._device = device
        self._n, self._hash = head.n, head.hash
        self._head = head
        self._before = head.balances
        self._ids: dict[str, int] = {}
        self._effects: list[tuple[int, str, int]] = []
        self.written: list[tuple[int, bytes, bytes]] = []
        """(n, hash, stored) of each entry on this page."""
        self._changed: Balances = {}
        self._downlink = replace(head.downlink)

    def write(self, draft: Draft, at: Callable[[int], en.Entry]) -> en.Entry:
        """Insert the entry of one draft; NotHeld if it spends what is not here or cannot follow."""
        entry = at(self._n + 1)
        stored = en.encode(entry)
        if len(stored) > ENTRY_MAX:
            raise NotHeld(f"an entry has at most {ENTRY_MAX} bytes")
        self._refuse_used_id(entry.id)
        known = self._operation(draft, entry)
        try:
            moved = transfers(self._device, entry, known)
        except LooseEnd as loose:
            raise NotHeld(f"operation {loose} is not ours") from loose
        for leg in (*moved, *drawer_moves(entry, draft.body, known)):
            self._move(leg)
        whose, points = effect(self._device, moved)
        self._hash = en.chained(self._hash, stored)
        self._n = entry.n
        self._downlink.see(draft.body)
        self._ids[entry.id] = entry.n
        if points:
            self._effects.append((entry.n, whose, points))
        self._database.execute(tables.INSERT_ENTRY, (entry.n, entry.kind, self._hash, stored))
        if draft.secret:
            person_keys.keep(self._database, entry.member or "", draft.secret)
        self.written.append((entry.n, self._hash, stored))
        return entry

    def turned(self) -> Head:
        """Where the log stands now that this page is on disk."""
        balances = self._before  # changed in place: a copy for each entry would grow with the vouchers
        for key, amount in self._changed.items():
            if amount:
                balances[key] = amount
            else:
                balances.pop(key, None)
        ids, effects = self._head.ids, self._head.effects
        ids.update(self._ids)
        effects.extend(self._effects)
        return Head(self._n, self._hash, balances, self._downlink, ids, effects)

    def _refuse_used_id(self, name: str) -> None:
        """Fresh ids never meet; this catches a draft journalled twice, and head office remembers for ever."""
        if name in self._head.ids or name in self._ids:
            raise NotHeld(f"{name}: this entry was written before")

    def _operation(self, draft: Draft, entry: en.Entry) -> dict[str, tuple[en.Redeem, str]]:
        body = draft.body
        if isinstance(body, en.Carding):
            self._refuse_open_card(body)
        if isinstance(body, en.Redeem):
            same = ("WHERE op = ? OR voucher = ?", (body.op, body.voucher))
            if next(tables.courses(self._database, *same), None) is not None:
                raise NotHeld(f"{body.op}: operation or voucher {body.voucher} exists already")
            self._refuse_unleased(body)
            self._put(begin(entry, body), entry.n)
            return {body.op: (body, draft.member or "")}
        if isinstance(body, en.Granted) and body.voucher is not None:
            self._hear_of(entry.n, body.voucher)
        if not isinstance(body, FOLLOWERS):
            return {}
        course = next(tables.courses(self._database, "WHERE op = ?", (body.op,)), None)
        if course is None:
            raise NotHeld(f"{body.op}: no such operation here")
        self._put(follow(course, entry.n, body), entry.n)
        return {body.op: (self._redeem(course), course.member)}

    def _refuse_open_card(self, body: en.Carding) -> None:
        """One open move a card."""
        ours = body.card.hex()
        for key in (*self._before, *self._changed):
            if acc.moved_card(key[1]) == ours and self._changed.get(key, 1):
                raise NotHeld(f"{body.move}: this card has a move that is open")

    def _refuse_unleased(self, body: en.Redeem) -> None:
        """A voucher's number is the next one of a leased range, never one that somebody thought of."""
        if not is_valid_number(body.voucher) and not body.lease:
            return  # no voucher's number: no counter would take it
        key = (acc.escrow(self._device), body.lease)
        left = self._changed.get(key, self._before.get(key, 0))
        due = next_serial([(body.lease, left)])
        if due is None or body.voucher != number_of(due):
            raise NotHeld(f"{body.voucher} is not the next number of the range '{body.lease}'")

    def _hear_of(self, n: int, voucher: en.Redeem) -> None:
        """The right to claim arrived: from now on we know the operation, unless it is our own."""
        if next(tables.courses(self._database, "WHERE op = ?", (voucher.op,)), None) is None:
            self._put(told(n, voucher), n)

    def _redeem(self, course: Course) -> en.Redeem:
        begun, _ = tables.evidence(self._database, course)
        return redeem_in(en.decode(begun))

    def _put(self, course: Course, touched: int) -> None:
        tables.put_live(self._database, course, touched)

    def _move(self, leg: Transfer) -> None:
        if leg.amount < 0:
            raise NotHeld(f"{leg.id}: nothing moves backwards")
        for account, change in ((leg.source, -leg.amount), (leg.target, leg.amount)):
            if not is_own(self._device, account):
                continue
            key = (account, leg.asset)
            amount = self._changed.get(key, self._before.get(key, 0)) + change
            if amount < 0:
                raise NotHeld(f"{account} holds {amount - change} {leg.asset}, not {-change}")
            self._changed[key] = amount
