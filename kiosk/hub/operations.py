"""Redemptions as the logs tell them: what an operation is, where it stands, what contradicts it."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from kiosk.hub.bulk import among, insert_all
from kiosk.hub.lookups import Lookups, Need, Reader, Shelf
from kiosk.hub.tables import redemptions
from kiosk.ledger import entries as en
from kiosk.ledger.sync import Verdict


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why an entry moves nothing."""

    verdict: Verdict
    reason: str


@dataclass(slots=True)
class _Operation:
    device: str
    member: str
    at: int
    redeem: en.Redeem
    state: str
    claimed: bool
    disputed: bool
    stored: bool = True
    changed: bool = False


_FOLLOWERS = (en.Printing, en.Post, en.Void, en.Unknown, en.Claim, en.Release)
_ISSUER_ONLY = (en.Printing, en.Post, en.Void, en.Unknown)


class OpenBook:
    """The operations that one transaction speaks of, shared by all its requests; `write` stores them."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._shelf = Shelf(self._read)
        self.operations: dict[str, _Operation] = {}
        self.known: dict[str, tuple[en.Redeem, str]] = {}

    def need(self, ops: Iterable[str]) -> Need:
        """What a reader yields: these operations are read and locked, as far as they are known."""
        return self._shelf.need(ops)

    def _read(self, ops: list[str]) -> Iterable[tuple[str, bool]]:
        asked = sa.select(redemptions).where(among(self._connection, redemptions.c.op, ops))
        for row in self._connection.execute(asked.order_by(redemptions.c.op).with_for_update()):
            redeem = msgspec.msgpack.decode(row.body, type=en.Redeem)
            self.operations[row.op] = _Operation(
                row.device, row.member, row.at, redeem, row.state, row.claimed, row.disputed
            )
            self.known[row.op] = (redeem, row.member)
            yield row.op, True

    def write(self) -> None:
        """Store what is new and what changed. A new one must be new: two devices never share an operation."""
        changed = [(op, known) for op, known in sorted(self.operations.items()) if known.changed]
        fresh = [_row(op, known) for op, known in changed if not known.stored]
        insert_all(self._connection, redemptions, fresh)
        moved = [
            {"b_op": op, "b_state": known.state, "b_claimed": known.claimed, "b_disputed": known.disputed}
            for op, known in changed
            if known.stored
        ]
        if moved:
            self._connection.execute(_MOVED, moved)


_MOVED = (
    sa.update(redemptions)
    .where(redemptions.c.op == sa.bindparam("b_op"))
    .values(
        state=sa.bindparam("b_state"), claimed=sa.bindparam("b_claimed"), disputed=sa.bindparam("b_disputed")
    )
)


class Operations:
    """The operations one device's batch speaks of, with what the batch itself changes."""

    def __init__(self, book: OpenBook, lookups: Lookups, device: str) -> None:
        self._book = book
        self._lookups = lookups
        self._device = device
        self._ops = book.operations
        self.known = book.known

    def read(self, ops: set[str], vouchers: set[str]) -> Reader:
        """Look these operations and voucher numbers up."""
        yield self._book.need(ops)
        yield self._lookups.vouchers.need(vouchers)
        yield self._lookups.quarantined.need((self._device, op) for op in ops)

    def is_quarantined(self, op: str | None) -> bool:
        """Whether an earlier entry of the operation in this device's log was set aside."""
        return op is not None and bool(self._lookups.quarantined.get((self._device, op)))

    def quarantine(self, op: str) -> None:
        """Set the later entries of the operation in this device's log aside too."""
        self._lookups.quarantined.put((self._device, op), value=True)

    def follow(self, entry: en.Entry, body: en.Body) -> Conflict | None:
        """Take the operation one step further, or say what speaks against it."""
        if isinstance(body, en.Redeem):
            return self._begin(entry, body)
        if not isinstance(body, _FOLLOWERS):
            return None
        operation = self._ops.get(body.op)
        if operation is None:
            return Conflict("quarantined", "operation-unknown")
        if isinstance(body, _ISSUER_ONLY) and operation.device != self._device:
            return Conflict("disputed", "not-the-issuer")
        if isinstance(body, en.Claim | en.Release) and body.voucher != operation.redeem.voucher:
            return Conflict("disputed", "voucher-differs")
        return _step(operation, body)

    def _begin(self, entry: en.Entry, body: en.Redeem) -> Conflict | None:
        if body.op in self._ops:
            return Conflict("quarantined", "operation-used-before")
        if self._lookups.vouchers.get(body.voucher):
            return Conflict("quarantined", "voucher-used-before")
        if not entry.member:
            return Conflict("quarantined", "no-member")
        self._lookups.vouchers.put(body.voucher, value=True)
        fresh = _Operation(
            self._device, entry.member, entry.at, body, "redeemed",
            claimed=False, disputed=False, stored=False, changed=True,
        )  # fmt: skip
        self._ops[body.op] = fresh
        self.known[body.op] = (body, entry.member)
        return None

    def forget(self, body: en.Body) -> None:
        """An operation did not begin after all: its numbers or names make no sense."""
        if isinstance(body, en.Redeem):
            self._ops.pop(body.op, None)
            self.known.pop(body.op, None)

    def is_disputed(self, op: str | None) -> bool:
        """Whether an earlier entry of the operation was disputed."""
        operation = self._ops.get(op or "")
        return operation is not None and operation.disputed

    def dispute(self, op: str | None) -> None:
        """From here on nothing of this operation gives rights to anybody."""
        operation = self._ops.get(op or "")
        if operation is not None:
            operation.disputed = operation.changed = True


def _step(operation: _Operation, body: en.Body) -> Conflict | None:
    ended = operation.state in {"posted", "voided"}
    if isinstance(body, en.Post | en.Void) and ended:
        return Conflict("disputed", f"already-{operation.state}")
    if isinstance(body, en.Void | en.Claim) and operation.claimed:
        return Conflict("disputed", "already-claimed")
    if isinstance(body, en.Claim) and operation.state == "voided":
        return Conflict("disputed", "already-voided")
    if isinstance(body, en.Claim):
        operation.claimed = operation.changed = True
        return None
    state = _state_after(body)
    if state and not ended:
        operation.state, operation.changed = state, True
    return None


def _state_after(body: en.Body) -> str:
    names: Iterable[tuple[type[en.Body], str]] = (
        (en.Printing, "printing"),
        (en.Post, "posted"),
        (en.Void, "voided"),
        (en.Unknown, "unknown"),
    )
    return next((name for kind, name in names if isinstance(body, kind)), "")


def _row(op: str, known: _Operation) -> tuple[object, ...]:
    redeem = known.redeem
    return (
        op,
        known.device,
        known.member,
        redeem.gift,
        redeem.points,
        redeem.voucher,
        known.at,
        msgspec.msgpack.encode(redeem),
        known.state,
        known.claimed,
        known.disputed,
    )
