"""Messages between kiosk and hub (MessagePack over HTTP). Versioned: a hub understands every older `v`."""

from typing import Any, Literal, TypeVar

import msgspec

from kiosk.ledger.entries import Redeem

ENTRIES_MAX = 500
BYTES_MAX = 512 * 1024

Verdict = Literal["posted", "debt", "disputed", "quarantined"]


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """The highest entry the hub holds of a device: its n and chain hash (n = 0 and 32 zero bytes: none)."""

    n: int
    hash: bytes


class Want(msgspec.Struct, frozen=True, kw_only=True):
    """Rights a visit needs now. Booked once per id, repeated by every sync until granted or dropped."""

    id: str
    member: str | None
    asset: str
    amount: int


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """Rights moved to this device. Taken only when d = last d + 1, journalled before use.

    With the right to claim (`claim:NUMBER`) comes the `voucher` that its issuer journalled. `seal` is the
    hub's own mark, journalled unread: by it a restored hub knows its grants again.
    """

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


class Instruction(msgspec.Struct, frozen=True, kw_only=True):
    """What the issuer of a voucher is asked to journal, because only it may; sent again until its log tells.

    release: let the right to claim go, to device `to`; post: it was presented; void: two people settled it.
    """

    op: str
    voucher: str
    what: Literal["release", "post", "void"]
    to: str = ""


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A want that the hub will not grant, and why.

    points | stock | tries | member | later; used: the once-only benefit was given, or no rule names it;
    unknown-voucher: no log that has arrived speaks of it; settled: the voucher was claimed, void or expired,
    as `state` says; `at` UTC microseconds and at which kiosk of which store (`where`, "0001-03"), if known.
    `voucher` is what its issuer journalled, so that its check code can be looked at all the same.
    """

    want: str
    why: str
    state: Literal["", "claimed", "voided", "expired"] = ""
    at: int = 0
    where: str = ""
    voucher: Redeem | None = None


class SyncRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One upload. `sig` is Ed25519 over `signed_part`; `head` the chain hash after the last entry sent.

    `frozen` says why the device serves nobody, '' if it serves: a restored hub would not know any more.
    """

    v: int = 1
    device: str
    gen_seen: int
    mark_seen: Mark
    first: int
    entries: tuple[bytes, ...]
    head: bytes
    sig: bytes
    tail: int
    down_ack: int
    wants: tuple[Want, ...] = ()
    frozen: str = ""


class EntryVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub made of entry n."""

    n: int
    verdict: Verdict
    reason: str = ""


class DeviceState(msgspec.Struct, frozen=True, kw_only=True):
    """What every answer tells a device about itself."""

    frozen: bool = False
    deny_epoch: int = 0
    pack: int = 0
    catalogue: int = 0
    now: int = 0


class SyncAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one upload, made after COMMIT."""

    v: int = 1
    gen: int
    recovering: bool
    mark: Mark
    stable: int
    verdicts: tuple[EntryVerdict, ...] = ()
    grants: tuple[Grant, ...] = ()
    refused: tuple[Refusal, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    state: DeviceState
    retry_after_s: float = 0.0


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One line of a member's history. `at` UTC microseconds; `points` signed; `what` a plain title."""

    at: int
    what: str
    points: int
    where: str


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """What the hub knows of a member when asked. Already masked: a kiosk never holds more.

    `points` and `cash` (cents) are the member's own balance; `escrow` the hub's figure of the points this
    device holds for them; `mark_n` the device's entries that both figures include, in generation `gen` of the
    hub; `lifetime` points decide the tier; `expiring` points leave on `expiring_on` (ISO date). `home` says
    that this kiosk is their home. `verifier` (only for a home member where policy allows) checks a PIN
    without the network. `debt` are points that they owe: a kiosk stood in for them, and they were gone.
    """

    member: str
    card: bytes
    name: str
    card_tail: str
    tier: str
    points: int
    cash: int
    escrow: int
    mark_n: int
    as_of: int
    lifetime: int
    expiring: int = 0
    expiring_on: str = ""
    history: tuple[HistoryLine, ...] = ()
    home: bool = False
    verifier: str = ""
    tries: int = 0
    gen: int = 0
    debt: int = 0


CardStanding = Literal["known", "unknown", "denied", "limited"]


class AccountRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Whose card is this? `card` is the keyed hash of the card's identity, 32 bytes."""

    v: int = 1
    device: str
    card: bytes


class AccountAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`standing` known brings the account; denied brings the reason code (lost | frozen | cancelled)."""

    v: int = 1
    standing: CardStanding
    account: Account | None = None
    why: str = ""


class PinRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Check a PIN. `entry` is the id of the `try` entry that was journalled first."""

    v: int = 1
    device: str
    member: str
    route: str
    entry: str
    pin: str


class PinAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """right | wrong | locked; `left` tries remain after this one."""

    v: int = 1
    result: Literal["right", "wrong", "locked"]
    left: int


class Gift(msgspec.Struct, frozen=True, kw_only=True):
    """A gift of the catalogue. `name` and `category` by language code; `stock` is the store's whole stock."""

    id: str
    name: dict[str, str]
    category: str
    points: int
    picture: str
    stock: int


class Trouble(msgspec.Struct, frozen=True, kw_only=True):
    """The body of every HTTP error: a stable code and a sentence for a technician."""

    code: str
    detail: str


M = TypeVar("M", bound=msgspec.Struct)


class MalformedMessage(ValueError):
    """These bytes are not the message that was expected."""


def pack(message: msgspec.Struct) -> bytes:
    """A message as it travels."""
    return msgspec.msgpack.encode(message)


def unpack(kind: type[M], received: bytes) -> M:
    """A message as it came; MalformedMessage says what does not fit."""
    try:
        return msgspec.msgpack.decode(received, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise MalformedMessage(str(trouble)) from trouble


def signed_part(device: str, first: int, last: int, head: bytes) -> bytes:
    """What a batch's signature covers."""
    fields: tuple[Any, ...] = ("kiosk-batch-1", device, first, last, head)
    return msgspec.msgpack.encode(fields)
