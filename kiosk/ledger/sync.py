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
    too-many: this device asked for too many vouchers within an hour; store: vouchers of that store are not
    taken at this one; unknown-voucher: no log that has arrived speaks of it; settled: the voucher was
    claimed, void or expired, as `state` says; `at` UTC microseconds and at which kiosk of which store
    (`where`, "0001-03"), if known. `voucher` is what its issuer journalled, so that its check code can be
    looked at all the same.
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


class DrawResult(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What became of the draw of this entry: the right to a prize (its rule, '' for none). Not told yet."""

    draw: str
    member: str
    prize: str


class SyncAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one upload, made after COMMIT. `draws`: what became of draws made at this device."""

    v: int = 1
    gen: int
    recovering: bool
    mark: Mark
    stable: int
    verdicts: tuple[EntryVerdict, ...] = ()
    grants: tuple[Grant, ...] = ()
    refused: tuple[Refusal, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    draws: tuple[DrawResult, ...] = ()
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


class HeldVoucher(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A voucher of a member that another kiosk issued and nobody claimed.

    `where` is that kiosk ("0001-03"), `expires` UTC microseconds; `doubtful`: its print is being checked.
    """

    number: str
    gift: str
    points: int
    expires: int
    where: str
    doubtful: bool = False


class OpenBenefit(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A benefit that is open for a member now: its asset, and its last day (ISO date, '' for none).

    Why it is open (a birthday, a tier) is head office's to know.
    """

    asset: str
    until: str = ""


class Benefits(msgspec.Struct, frozen=True, kw_only=True):
    """What a member has beside points: benefits that are open today, and `cards`: asset -> units.

    Cards are counted as of the account, the units in this device's escrow among them. `code` is the member's
    referral code (None: the shop has none), and so many `friends` joined with it.
    """

    open: tuple[OpenBenefit, ...] = ()
    cards: dict[str, int] = {}
    code: str | None = None
    friends: int = 0


class Lottery(msgspec.Struct, frozen=True, kw_only=True):
    """How the lottery of this id stands: prize -> pieces left, and the member's results not told yet."""

    id: str
    left: dict[str, int] = {}
    results: tuple[DrawResult, ...] = ()


CardStanding = Literal["known", "unknown", "denied", "limited"]


class AccountRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Whose card is this? `card` is the keyed hash of the card's identity, 32 bytes."""

    v: int = 1
    device: str
    card: bytes


class AccountAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`standing` known brings the account; denied brings the reason code (lost | frozen | cancelled).

    `vouchers` are the member's own of other kiosks, those that expire first at the head. `no_pin`: they have
    never set a PIN. `told`: the questions that they answered before, and the gifts they wish for.
    `benefits`: what is theirs beside points; None of a head office that is older than this. `lottery`: how it
    stands, and results that they have not read.
    """

    v: int = 1
    standing: CardStanding
    account: Account | None = None
    why: str = ""
    vouchers: tuple[HeldVoucher, ...] = ()
    no_pin: bool = False
    told: tuple[str, ...] = ()
    benefits: Benefits | None = None
    lottery: Lottery | None = None


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


class OwnCard(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One of a member's cards, by its keyed hash and the end of its number."""

    card: bytes
    tail: str


class PhoneRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Whose phone is this, and is this their PIN? `phone` is its name (`accounts.phone`).

    `entry` is the id of the `try` entry that was journalled first.
    """

    v: int = 1
    device: str
    phone: str
    entry: str
    pin: str


class PhoneAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """As PinAnswer; only a right PIN brings the account, other kiosks' vouchers, and the cards that serve.

    `why` (frozen) there is no account to serve, though the PIN is right.
    """

    v: int = 1
    result: Literal["right", "wrong", "locked"]
    left: int
    account: Account | None = None
    vouchers: tuple[HeldVoucher, ...] = ()
    cards: tuple[OwnCard, ...] = ()
    why: str = ""
    benefits: Benefits | None = None
    lottery: Lottery | None = None


class CodeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Send a one-time code to the phone of `name`: a member's id, or a phone's name (`accounts.phone`).

    The same `entry` again is the same request.
    """

    v: int = 1
    device: str
    name: str
    entry: str


class CodeAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """sent, also where nobody has that phone; no-phone: this member has none; limited: not again today.

    `tail` is the end of a member's phone, '' for who asked by the phone itself; `minutes` a code is good for.
    """

    v: int = 1
    result: Literal["sent", "no-phone", "limited"]
    tail: str = ""
    minutes: int = 0


class NewPinRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Set a PIN. `proof` is the try that turned out right, of a PIN or of a one-time code.

    `entry` is the id of the `pin` entry that was journalled first; the same one again is the same change.
    """

    v: int = 1
    device: str
    name: str
    entry: str
    proof: str
    pin: str


class NewPinAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """done, weak (chosen by everybody), the same as before, or unproven: prove who you are once more."""

    v: int = 1
    result: Literal["done", "weak", "same", "unproven"]


class JoinCodeRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Send a one-time code to the phone that somebody typed who joins; CodeAnswer follows.

    Sent alike to the phones of members and to others: only its text tells. The same `entry` again is the
    same request.
    """

    v: int = 1
    device: str
    number: str
    entry: str


class JoinRequest(msgspec.Struct, frozen=True, kw_only=True):
    """The key (32 bytes) of what a `join` entry of this device sealed; `pin` is the first PIN, '' for none.

    It may come before its entry or after it, and again.
    """

    v: int = 1
    device: str
    member: str
    key: bytes
    pin: str = ""


class JoinAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The key is held. `pin` says whether the PIN is: set, weak (chosen by everybody), or not ('')."""

    v: int = 1
    pin: Literal["", "set", "weak"] = ""


class Gift(msgspec.Struct, frozen=True, kw_only=True):
    """A gift of the catalogue. `name` and `category` by language code; `stock` is the store's whole stock.

    In cents: `cash` is due at the counter beside the points; `worth` is what a cash voucher takes off a bill,
    0 for a gift. `special`: it is shown among the specials.
    """

    id: str
    name: dict[str, str]
    category: str
    points: int
    picture: str
    stock: int
    cash: int = 0
    worth: int = 0
    special: bool = False


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
