"""Redemptions as the logs tell them: what an operation is, where it stands, what contradicts it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import msgspec
import sqlalchemy as sa

from kiosk.hub.bulk import among, insert_all, set_all
from kiosk.hub.lookups import Lookups
from kiosk.hub.revoked import list_void
from kiosk.hub.shelves import Need, Reader, Shelf
from kiosk.hub.tables import redemptions
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.sync import Verdict


@dataclass(frozen=True, slots=True)
class Conflict:
    """Why an entry moves nothing."""

    verdict: Verdict
    reason: str


@dataclass(slots=True)
class Operation:
    """One redemption. `holder` of the right to claim: a device, '' head office, None once it was used up."""

    device: str
    member: str
    at: int
    redeem: en.Redeem
    state: str
    claimed: bool
    disputed: bool
    expired: bool
    holder: str | None
    stored: bool = True
    changed: bool = False
    doubtful: bool = False
    """It was made void now, though a paper may be out there: a print in doubt, or given back."""

    def hand(self, holder: str | None) -> None:
        """The right to claim moves."""
        self.holder, self.changed = holder, True

    @property
    def ended(self) -> Literal["", "claimed", "voided", "expired"]:
        """How the voucher was settled; '' if it may still be claimed."""
        if self.claimed:
            return "claimed"
        return "expired" if self.expired else "voided" if self.state == "voided" else ""


Follower = en.Printing | en.Post | en.Void | en.Unknown | en.Claim | en.Release | en.Expire | en.Cancel
_FOLLOWERS = (en.Printing, en.Post, en.Void, en.Unknown, en.Claim, en.Release, en.Expire, en.Cancel)
_HOLDER_ONLY = (en.Void, en.Claim, en.Release, en.Expire, en.Cancel)
_ENDS = (en.Void, en.Claim, en.Expire, en.Cancel)
_ISSUER_ONLY = (en.Printing, en.Post, en.Void, en.Unknown, en.Cancel)
FINAL = frozenset({"posted", "voided"})
"""States that an operation never leaves; but a posted one whose voucher its member gives back is void."""


class OpenBook:
    """The operations that one transaction speaks of, shared by all its requests; `write` stores them."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._shelf = Shelf(self._read)
        self.operations: dict[str, Operation] = {}
        self.known: dict[str, tuple[en.Redeem, str]] = {}

    def need(self, ops: Iterable[str]) -> Need:
        """What a reader yields: these operations are read and locked, as far as they are known."""
        return self._shelf.need(ops)

    def _read(self, ops: list[str]) -> Iterable[tuple[str, bool]]:
        asked = sa.select(redemptions).where(among(self._connection, redemptions.c.op, ops))
        for row in self._connection.execute(asked.order_by(redemptions.c.op).with_for_update()):
            redeem = msgspec.msgpack.decode(row.body, type=en.Redeem)
            self.operations[row.op] = Operation(
                row.device, row.member, row.at, redeem, row.state,
                row.claimed, row.disputed, row.expired, row.holder,
            )  # fmt: skip
            self.known[row.op] = (redeem, row.member)
            yield row.op, True

    def write(self) -> None:
        """Store what is new and what changed. A new one must be new: two devices never share an operation."""
        changed = [(op, known) for op, known in sorted(self.operations.items()) if known.changed]
        fresh = [_row(op, known) for op, known in changed if not known.stored]
        insert_all(self._connection, redemptions, fresh)
        names = ("state", "claimed", "disputed", "expired", "holder")
        moved = [(op, *(getattr(known, name) for name in names)) for op, known in changed if known.stored]
        set_all(self._connection, redemptions, names, moved)
        redeems = [known.redeem for _, known in changed if known.doubtful]
        list_void(self._connection, ((one.voucher, one.op, one.expires) for one in redeems))


class Operations:
    """The operations one device's batch speaks of, with what the batch itself changes."""

    def __init__(
        self, book: OpenBook, lookups: Lookups, device: str, had: Callable[[str, str], bool]
    ) -> None:
        self._book = book
        self._lookups = lookups
        self._device = device
        self._had = had
        self._ops = book.operations
        self.known = book.known

    def read(self, ops: set[str], fresh: set[str], claims: set[str]) -> Reader:
        """Look up operations, voucher numbers that shall be new, and vouchers whose right may move."""
        vouchers = self._lookups.vouchers
        yield vouchers.need(fresh | claims)
        yield self._book.need({op for number in claims if (op := vouchers.get(number))} | ops)
        yield self._lookups.quarantined.need((self._device, op) for op in ops)

    def is_quarantined(self, op: str | None) -> bool:
        """Whether an earlier entry of the operation in this device's log was set aside."""
        return op is not None and bool(self._lookups.quarantined.get((self._device, op)))

    def quarantine(self, op: str) -> None:
        """Set the later entries of the operation in this device's log aside too."""
        self._lookups.quarantined.put((self._device, op), value=True)

    def follow(self, entry: en.Entry, body: en.Body, *, rebooked: bool = False) -> Conflict | None:
        """Take the operation one step further, or say what speaks against it.

        `rebooked`: this grant was lost with the database, so the right it brings was not handed over yet.
        """
        if isinstance(body, en.Redeem):
            return self._begin(entry, body)
        if isinstance(body, en.Granted | en.Returned):
            return self._travel(body, rebooked=rebooked)
        if not isinstance(body, _FOLLOWERS):
            return None
        operation = self._ops.get(body.op)
        if operation is None:
            return Conflict("quarantined", "operation-unknown")
        against = self._contradicted(operation, body)
        if against:
            return Conflict("disputed", against)
        step(operation, body)
        return None

    def _contradicted(self, operation: Operation, body: Follower) -> str:
        """What of the operation speaks against this entry of this device, or ''."""
        reasons = (
            (isinstance(body, _ISSUER_ONLY) and operation.device != self._device, "not-the-issuer"),
            (
                getattr(body, "voucher", operation.redeem.voucher) != operation.redeem.voucher,
                "voucher-differs",
            ),
            (isinstance(body, en.Post | en.Void) and operation.state in FINAL, f"already-{operation.state}"),
            (isinstance(body, en.Cancel) and operation.state != "posted", "not-posted"),
            (isinstance(body, en.Cancel) and operation.redeem.risk, "points-not-paid"),
            (isinstance(body, _ENDS) and operation.ended, f"already-{operation.ended}"),
            (isinstance(body, _HOLDER_ONLY) and not self._holds(operation), "right-not-held"),
        )
        return next((reason for holds, reason in reasons if holds), "")

    def voucher_of(self, op: str | None) -> str:
        """The voucher of an operation that was looked up, '' if it is not known."""
        operation = self._ops.get(op or "")
        return operation.redeem.voucher if operation else ""

    def issuer(self, op: str) -> str:
        """The device that issued the voucher of an operation that was looked up, '' if it is not known."""
        operation = self._ops.get(op)
        return operation.device if operation else ""

    def _holds(self, operation: Operation) -> bool:
        return operation.holder == self._device or self._had(operation.redeem.voucher, operation.device)

    def by_voucher(self, number: str) -> Operation | None:
        """The operation of a voucher that was looked up."""
        return self._ops.get(self._lookups.vouchers.get(number) or "")

    def _travel(self, body: en.Granted | en.Returned, *, rebooked: bool) -> Conflict | None:
        """The right to claim arrived at this device, or comes back from it."""
        number = acc.voucher_of(body.asset)
        if not number:
            return None
        operation = self.by_voucher(number)
        if operation is None:
            return Conflict("quarantined", "voucher-unknown")
        if isinstance(body, en.Granted) and not rebooked:
            return None  # it was handed over when the grant was made
        if not rebooked and not self._holds(operation):
            return Conflict("disputed", "right-not-held")
        operation.hand(self._device if rebooked else "")
        return None

    def _begin(self, entry: en.Entry, body: en.Redeem) -> Conflict | None:
        if body.op in self._ops:
            return Conflict("quarantined", "operation-used-before")
        if self._lookups.vouchers.get(body.voucher):
            return Conflict("quarantined", "voucher-used-before")
        if not entry.member:
            return Conflict("quarantined", "no-member")
        self._lookups.vouchers.put(body.voucher, body.op)
        fresh = Operation(
            self._device, entry.member, entry.at, body, "redeemed",
            claimed=False, disputed=False, expired=False, holder=self._device, stored=False, changed=True,
        )  # fmt: skip
        self._ops[body.op] = fresh
        self.known[body.op] = (body, entry.member)
        return None

    def forget(self, body: en.Body) -> None:
        """An operation did not begin after all: its numbers or names make no sense."""
        if isinstance(body, en.Redeem):
            self._ops.pop(body.op, None)
            self.known.pop(body.op, None)
            self._lookups.vouchers.put(body.voucher, "")

    def is_disputed(self, op: str | None) -> bool:
        """Whether an earlier entry of the operation was disputed."""
        operation = self._ops.get(op or "")
        return operation is not None and operation.disputed

    def dispute(self, op: str | None) -> None:
        """From here on nothing of this operation gives rights to anybody."""
        operation = self._ops.get(op or "")
        if operation is not None:
            operation.disputed = operation.changed = True


def step(operation: Operation, body: Follower) -> None:
    """Take an operation one entry further."""
    operation.changed = True
    if isinstance(body, _HOLDER_ONLY):
        operation.hand("" if isinstance(body, en.Release) else None)
    operation.claimed = operation.claimed or isinstance(body, en.Claim)
    operation.expired = operation.expired or isinstance(body, en.Expire)
    paper_is_out = isinstance(body, en.Cancel) or (isinstance(body, en.Void) and operation.state == "unknown")
    operation.doubtful = operation.doubtful or paper_is_out
    if operation.state not in FINAL or isinstance(body, en.Cancel):
        operation.state = _state_after(body) or operation.state


def _state_after(body: en.Body) -> str:
    names: Iterable[tuple[type[en.Body], str]] = (
        (en.Printing, "printing"),
        (en.Post, "posted"),
        (en.Void, "voided"),
        (en.Cancel, "voided"),
        (en.Unknown, "unknown"),
    )
    return next((name for kind, name in names if isinstance(body, kind)), "")


def _row(op: str, known: Operation) -> tuple[object, ...]:
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
        known.expired,
        known.holder,
        redeem.expires,
    )
