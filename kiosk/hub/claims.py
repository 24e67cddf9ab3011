"""Rights to claim a voucher, on their way from the kiosk that holds one to the counter that asks for it.

Where each right is stands in the redemptions (`holder`); the books alone move it. What a holder is asked
to let go is read from both, so that a restart forgets nothing; an answer that got lost is simply asked again.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.hub.books import Books, Key
from kiosk.hub.bulk import among
from kiosk.hub.honoured import Honoured
from kiosk.hub.limits import ClaimLimit
from kiosk.hub.lookups import Lookups
from kiosk.hub.operations import OpenBook, Operation
from kiosk.hub.revoked import REVOKED
from kiosk.hub.shelves import Reader
from kiosk.hub.tables import PRESENTED, asks, redemptions, upsert
from kiosk.hub.voucher_tables import revoked_vouchers
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync

ASKING_US = 30_000_000
"""Who asked within this time is served before those who came later."""
_AGAIN_US = 5_000_000
_NAME_MAX = 64


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for rights to claim: a device of a store, for so many vouchers within an hour at most."""

    device: str
    store: str
    per_hour: int


class Claims:
    """The rights to claim that one sync asks for, and those that go home: `read`, `keys`, then answers."""

    def __init__(self, lookups: Lookups, book: OpenBook, asker: Asker, now: Callable[[], int]) -> None:
        self._lookups = lookups
        self._book = book
        self._device = asker.device
        self._now = now()
        self._honoured = Honoured(lookups, asker.store)
        self._limit = ClaimLimit(lookups.limits, asker.device, asker.per_hour, self._now)
        self._numbers: set[str] = set()
        self._homing: tuple[str, ...] = ()
        self._asked: list[dict[str, object]] = []
        self._served: list[str] = []

    def read(self, wants: Iterable[sync.Want]) -> Reader:
        """Look up the vouchers that are asked for, and those of this device whose right lies here."""
        self._numbers = presented(wants)
        lookups = self._lookups
        yield lookups.lying.need([self._device])
        lying = lookups.lying.get(self._device) or ()
        homing = [number for number, expires, state in lying if state == "unknown" or expires <= self._now]
        yield lookups.vouchers.need(self._numbers | set(homing))
        yield lookups.asks.need(self._numbers | set(homing))
        yield lookups.revoked.need(self._numbers)
        yield self._book.need(
            op for number in [*self._numbers, *homing] if (op := lookups.vouchers.get(number))
        )
        self._homing = tuple(number for number in homing if number not in self._numbers)
        asked = (self._operation(number) for number in self._numbers)
        yield from self._honoured.read(operation.device for operation in asked if operation)
        yield from self._limit.read(self._numbers)

    def keys(self) -> Iterable[Key]:
        """Every balance that moves when these rights do."""
        for number in (*self._numbers, *self._homing):
            if self._operation(number) is not None:
                asset = acc.claim(number)
                yield (acc.source(asset, None), asset)
                yield (acc.escrow(self._device), asset)

    def answer(self, want: sync.Want, books: Books) -> sync.Refusal | en.Redeem | None:
        """The redemption whose right may be granted now, a refusal, or None: its holder is being asked."""
        number = acc.voucher_of(want.asset)
        if number in self._numbers and not self._limit.allows(number):
            return sync.Refusal(want=want.id, why="too-many")
        operation = self._operation(number)
        if operation is None:
            return sync.Refusal(want=want.id, why="unknown-voucher")
        if not self._honoured.takes(operation.device):
            return sync.Refusal(want=want.id, why="store")
        if operation.ended or operation.disputed or self._lookups.revoked.get(number):
            return self._settled(want.id, operation)
        if operation.holder == "" and not self._is_reserved(number):
            return operation.redeem if books.has(acc.source(want.asset, None), want.asset) else None
        if operation.holder not in {"", self._device}:
            self._ask(number, operation)
        return None

    def going_home(self, books: Books) -> Iterable[tuple[str, en.Redeem]]:
        """(asset, redemption): rights that nobody asks for and only their issuer can still end."""
        for number in self._homing:
            operation, asset = self._operation(number), acc.claim(number)
            if operation is None or operation.ended or operation.holder != "" or self._is_reserved(number):
                continue
            if books.has(acc.source(asset, None), asset):
                yield asset, operation.redeem

    def granted(self, number: str) -> None:
        """The right went to this device."""
        operation = self._operation(number)
        assert operation is not None
        operation.hand(self._device)
        self._served.append(number)

    def write(self, connection: sa.Connection) -> None:
        """Remember who asked, and forget whom the right was given to."""
        self._limit.write(connection)
        if self._served:
            connection.execute(sa.delete(asks).where(among(connection, asks.c.voucher, self._served)))
        if not self._asked:
            return
        gone = sa.select(redemptions.c.op).where(
            redemptions.c.op == asks.c.op, redemptions.c.holder.is_(None)
        )
        connection.execute(sa.delete(asks).where(gone.exists()))
        insert = upsert(connection, asks)
        news = {name: insert.excluded[name] for name in ("holder", "device", "at")}
        connection.execute(insert.on_conflict_do_update(index_elements=["voucher"], set_=news), self._asked)

    def _operation(self, number: str) -> Operation | None:
        return self._book.operations.get(self._lookups.vouchers.get(number) or "")

    def _is_reserved(self, number: str) -> bool:
        """Whether another device asked first, and still does."""
        first = self._lookups.asks.get(number)
        return first is not None and first[1] != self._device and first[2] > self._now - ASKING_US

    def _ask(self, number: str, operation: Operation) -> None:
        """From now on every answer to the holder asks it to let the right go, to whoever came first."""
        first = self._lookups.asks.get(number)
        mine = (operation.holder, self._device, self._now)
        if self._is_reserved(number) and first is not None and first[0] == operation.holder:
            return
        if first is not None and first[:2] == mine[:2] and first[2] > self._now - _AGAIN_US:
            return
        self._lookups.asks.put(number, (operation.holder or "", self._device, self._now))
        names = ("holder", "device", "at")
        row: dict[str, object] = dict(zip(names, mine, strict=True))
        row |= {"voucher": number, "op": operation.redeem.op}
        self._asked.append(row)

    def _settled(self, want: str, operation: Operation) -> sync.Refusal:
        at, where = self._lookups.claimed_at(operation.redeem.op) if operation.claimed else (0, "")
        state = operation.ended or ("voided" if self._lookups.revoked.get(operation.redeem.voucher) else "")
        return sync.Refusal(
            want=want,
            why="settled",
            state=state,
            at=at,
            where=where,
            voucher=operation.redeem if state else None,
        )


def presented(wants: Iterable[sync.Want]) -> set[str]:
    """The voucher numbers among the things that are wanted."""
    numbers = {acc.voucher_of(want.asset) for want in wants if not want.member}
    return {number for number in numbers if 0 < len(number) <= _NAME_MAX and number.isprintable()}


def instructions(
    connection: sa.Connection, kiosks: Collection[str]
) -> dict[str, tuple[sync.Instruction, ...]]:
    """device -> what it is asked to journal: rights to let go, prints that turned out to be good, or void."""
    r, a = redemptions.c, asks.c
    release = (
        sa.select(a.holder, a.op, a.voucher, sa.literal("release"), a.device)
        .join(redemptions, (r.op == a.op) & (r.holder == a.holder))
        .where(among(connection, a.holder, kiosks), r.state.in_(("posted", "unknown")))
    )
    post = sa.select(r.device, r.op, r.voucher, sa.literal("post"), sa.literal("")).where(
        among(connection, r.device, kiosks), sa.text(PRESENTED)
    )
    v = revoked_vouchers.c
    is_unknown = (r.state == "unknown") & (r.holder == r.device)
    revoked = (
        sa.select(r.holder, r.op, r.voucher, sa.case((is_unknown, "void"), else_="release"), sa.literal(""))
        .join(revoked_vouchers, v.op == r.op)
        .where(v.why == REVOKED, among(connection, r.holder, kiosks), r.state.in_(("posted", "unknown")))
    )
    asked = defaultdict(list)
    for device, op, voucher, what, to in connection.execute(sa.union_all(revoked, release, post)):
        asked[device].append(sync.Instruction(op=op, voucher=voucher, what=what, to=to))
    return {device: tuple(found) for device, found in asked.items()}
