"""Entries: immutable facts of one device, as they are stored, chained and sent.

An entry is MessagePack (a map in the order the fields are declared). The bytes are written once; hashes and
signatures cover those bytes, never a second encoding of them.
"""

import hashlib
from typing import Any, ClassVar, Literal

import msgspec

GENESIS = bytes(32)
"""The `prev` of a device's first entry."""

ClockTrust = Literal["trusted", "untrusted"]


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What one kind of entry adds to the common fields."""

    KIND: ClassVar[str] = ""


class Boot(Body, frozen=True, kw_only=True):
    """A start of the device. The nonce is fresh, so that a cloned disk forks at once."""

    KIND: ClassVar[str] = "boot"
    nonce: bytes
    software: str


class Gen(Body, frozen=True, kw_only=True):
    """The hub's restore counter rose; grants of the old generation end."""

    KIND: ClassVar[str] = "gen"
    gen: int


class Redeem(Body, frozen=True, kw_only=True):
    """Intent: the points are held and the gift unit is issued to this operation.

    `risk` of the points are covered by the device's risk budget, because head office could not be asked.
    `lease` is the range of serials (its asset) that the voucher's number is taken from; '' in old logs.
    """

    KIND: ClassVar[str] = "redeem"
    op: str
    gift: str
    points: int
    voucher: str
    expires: int
    qr: bytes
    risk: int = 0
    lease: str = ""
    clock: ClockTrust = "trusted"
    """Whether the device believed its clock, and so whether `expires` means anything, wherever it travels."""


class Granted(Body, frozen=True, kw_only=True):
    """A grant taken over, with all its fields, so that a restored hub can book it again.

    `voucher` comes with the right to claim a voucher that another device issued. `seal` is the hub's own
    mark.
    """

    KIND: ClassVar[str] = "grant"
    gid: str
    gen: int
    d: int
    asset: str
    amount: int
    member: str | None = None
    lots: tuple[tuple[str, int], ...] = ()
    want: str | None = None
    not_after: int | None = None
    voucher: Redeem | None = None
    seal: bytes = b""


class Returned(Body, frozen=True, kw_only=True):
    """Rights that nothing needs go back to where they came from."""

    KIND: ClassVar[str] = "ret"
    asset: str
    amount: int
    member: str | None = None


class Used(Body, frozen=True, kw_only=True):
    """A once-only benefit is given: its one unit, `entitlement:RULE:PERIOD`, is spent for good."""

    KIND: ClassVar[str] = "use"
    asset: str


class PinTry(Body, frozen=True, kw_only=True):
    """One PIN try spent, before the PIN is looked at."""

    KIND: ClassVar[str] = "try"
    route: str


class PinTried(Body, frozen=True, kw_only=True):
    """How a PIN try ended; a success lets the hub refill the tries."""

    KIND: ClassVar[str] = "tried"
    route: str
    ok: bool
    where: Literal["hub", "here"]


class StaffSign(Body, frozen=True, kw_only=True):
    """Somebody of the staff signed in or out at this device, or was locked out by wrong PINs."""

    KIND: ClassVar[str] = "staff"
    staff: str
    what: Literal["in", "out", "locked"]


class Printing(Body, frozen=True, kw_only=True):
    """A print of the voucher begins. `attempt` counts from 1; above 1 the paper says that it is a copy."""

    KIND: ClassVar[str] = "printing"
    op: str
    attempt: int


class Post(Body, frozen=True, kw_only=True):
    """The redemption stands: the held points are spent."""

    KIND: ClassVar[str] = "post"
    op: str
    reason: str


class Void(Body, frozen=True, kw_only=True):
    """The redemption never happened: points and gift unit return to this device's rights."""

    KIND: ClassVar[str] = "void"
    op: str
    reason: str


class Unknown(Body, frozen=True, kw_only=True):
    """Nobody can tell whether the voucher was printed: everything stays held."""

    KIND: ClassVar[str] = "unknown"
    op: str
    reason: str


class Claim(Body, frozen=True, kw_only=True):
    """The gift was handed out against the voucher, by the holder of the right to claim."""

    KIND: ClassVar[str] = "claim"
    op: str
    voucher: str


class Release(Body, frozen=True, kw_only=True):
    """The right to claim leaves this device, which refuses from now on; head office grants it to `to`."""

    KIND: ClassVar[str] = "release"
    op: str
    voucher: str
    to: str


class Expire(Body, frozen=True, kw_only=True):
    """Nobody came in time: the holder of the right to claim ends it, and the gift unit is its own again."""

    KIND: ClassVar[str] = "expire"
    op: str
    voucher: str


class Merge(Body, frozen=True, kw_only=True):
    """`alias` is the same person as `into`, as was proven. Nothing of either is lost: it can be undone."""

    KIND: ClassVar[str] = "merge"
    alias: str
    into: str
    proof: str


class Unmerge(Body, frozen=True, kw_only=True):
    """`alias` is another person than `into` after all."""

    KIND: ClassVar[str] = "unmerge"
    alias: str
    into: str


class Checkpoint(Body, frozen=True, kw_only=True):
    """What the entries up to `cut` say, by its digest, so that they may be pruned once they are stable.

    `hash` is the chain's at the cut; `gen`, `d` and `redeemed` are the downlink and the redemptions until
    then; `digest` sums up the `operations` and balances that the device keeps (they would fit no entry).
    """

    KIND: ClassVar[str] = "checkpoint"
    cut: int
    hash: bytes
    gen: int
    d: int
    redeemed: int
    operations: int
    digest: bytes


class Poison(Body, frozen=True, kw_only=True):
    """Bytes that the hub could not take in at all, wrapped so that nothing behind them waits."""

    KIND: ClassVar[str] = "poison"
    stored: bytes


BODIES: dict[str, type[Body]] = {
    body.KIND: body
    for body in (
        Boot, Gen, Granted, Returned, Used, PinTry, PinTried, StaffSign, Redeem, Printing, Post, Void,
        Unknown, Claim, Release, Expire, Merge, Unmerge, Checkpoint, Poison,
    )
}  # fmt: skip
"""Every kind this version can derive legs for; another kind is kept as bytes and quarantined."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fact. `at` is UTC microseconds, `zone` the store's IANA zone, `pack` the rule-pack version."""

    v: int = 1
    n: int
    id: str
    kind: str
    at: int
    zone: str
    clock: ClockTrust = "trusted"
    pack: int
    operator: str | None = None
    member: str | None = None
    visit: str | None = None
    body: msgspec.Raw


class MalformedEntry(ValueError):
    """These bytes are no entry."""


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Entry)
_bodies: dict[str, Any] = {kind: msgspec.msgpack.Decoder(body) for kind, body in BODIES.items()}


def encode(entry: Entry) -> bytes:
    """The bytes to store. Encode once; afterwards only the stored bytes count."""
    return _encoder.encode(entry)


def decode(stored: bytes) -> Entry:
    """The entry in stored bytes; MalformedEntry if they hold none."""
    try:
        return _decoder.decode(stored)
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise MalformedEntry(str(trouble)) from trouble


def raw(body: Body) -> msgspec.Raw:
    """A body as it lies in an entry."""
    return msgspec.Raw(_encoder.encode(body))


def body_of(entry: Entry) -> Body | None:
    """The typed body, or None for a kind this version does not know; MalformedEntry if it does not fit."""
    decoder = _bodies.get(entry.kind)
    if decoder is None:
        return None
    try:
        body: Body = decoder.decode(entry.body)
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise MalformedEntry(f"{entry.kind}: {trouble}") from trouble
    return body


def chained(previous: bytes, stored: bytes) -> bytes:
    """The chain's next hash: SHA-256(prev || bytes), 32 bytes."""
    return hashlib.sha256(previous + stored).digest()
