"""Redemptions as the logs tell them: what an operation is, where it stands, what contradicts it."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
import sqlalchemy as sa

from kiosk.hub.tables import entries, redemptions, upsert
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
    changed: bool = False


_FOLLOWERS = (en.Printing, en.Post, en.Void, en.Unknown, en.Claim, en.Release)
_ISSUER_ONLY = (en.Printing, en.Post, en.Void, en.Unknown)


class Operations:
    """The operations one batch speaks of, with what the batch itself changes."""

    def __init__(self, connection: sa.Connection, device: str) -> None:
        self._connection = connection
        self._device = device
        self._ops: dict[str, _Operation] = {}
        self._vouchers: set[str] = set()
        self.known: dict[str, tuple[en.Redeem, str]] = {}

    def load(self, ops: set[str]) -> None:
        """Read these operations, as far as they are known."""
        asked = sa.select(redemptions).where(redemptions.c.op.in_(ops)).order_by(redemptions.c.op)
        for row in self._connection.execute(asked.with_for_update()):
            redeem = msgspec.msgpack.decode(row.body, type=en.Redeem)
            self._ops[row.op] = _Operation(
                row.device, row.member, row.at, redeem, row.state, row.claimed, row.disputed
            )
            self.known[row.op] = (redeem, row.member)

    def load_vouchers(self, numbers: set[str]) -> None:
        """Find out which of these voucher numbers exist."""
        asked = sa.select(redemptions.c.voucher).where(redemptions.c.voucher.in_(numbers))
        self._vouchers.update(self._connection.scalars(asked))

    def quarantined(self, ops: set[str]) -> set[str]:
        """Those of these operations of which an earlier entry of this device was set aside."""
        asked = sa.select(entries.c.op).where(
            entries.c.op.in_(ops), entries.c.verdict == "quarantined", entries.c.device == self._device
        )
        return {op for op in self._connection.scalars(asked) if op}

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
        if body.voucher in self._vouchers:
            return Conflict("quarantined", "voucher-used-before")
        if not entry.member:
            return Conflict("quarantined", "no-member")
        self._vouchers.add(body.voucher)
        fresh = _Operation(self._device, entry.member, entry.at, body, "redeemed", False, False, True)
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

    def write(self) -> None:
        """Store what changed."""
        rows = [_row(op, known) for op, known in sorted(self._ops.items()) if known.changed]
        if not rows:
            return
        insert = upsert(self._connection, redemptions)
        news = {name: insert.excluded[name] for name in ("state", "claimed", "disputed")}
        self._connection.execute(insert.on_conflict_do_update(index_elements=["op"], set_=news), rows)


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


def _row(op: str, known: _Operation) -> dict[str, object]:
    return {
        "op": op,
        "device": known.device,
        "member": known.member,
        "gift": known.redeem.gift,
        "points": known.redeem.points,
        "voucher": known.redeem.voucher,
        "at": known.at,
        "body": msgspec.msgpack.encode(known.redeem),
        "state": known.state,
        "claimed": known.claimed,
        "disputed": known.disputed,
    }
