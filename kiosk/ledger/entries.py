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
    `benefit` is the member's right to exactly this gift, of which `benefit_units` are used; '': none.
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
    benefit: str = ""
    benefit_units: int = 1
    cash: int = 0
    """Cents that are due at the counter beside the points."""
    worth: int = 0
    """Cents that the voucher takes off a bill at the counter; 0: it is for a gift."""


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


class Earned(Body, frozen=True, kw_only=True):
    """A once-only benefit is given in points: its one unit is spent for good, the points are rights here.

    `asset` is `entitlement:RULE:PERIOD`; `points` are what the rule pack gives for it.
    """

    KIND: ClassVar[str] = "earn"
    asset: str
    points: int


class Credited(Body, frozen=True, kw_only=True):
    """Staff gave a member something of value: money paid in, stamps, uses that were sold, points.

    `rule` is what the rule pack calls it; `units` of `asset` are the member's, `price` cents were paid.
    `reason` is one of the rule's, `second` the colleague who agreed; '' where the rule asks for none.
    """

    KIND: ClassVar[str] = "credit"
    rule: str
    asset: str
    units: int
    price: int = 0
    reason: str = ""
    second: str = ""


class Sold(Body, frozen=True, kw_only=True):
    """Staff enter a purchase of a member: the receipt's number, its sum in cents, the points that it earns.

    Its rights are given back at once (`Returned`): a receipt counts once in a store, which head office alone
    can tell.
    """

    KIND: ClassVar[str] = "sale"
    receipt: str
    cents: int
    points: int


class Stocked(Body, frozen=True, kw_only=True):
    """Pieces of a gift came to this device, or are gone from it: they were its to give, and nobody's else.

    `second` is the colleague who agreed; '' where the rule pack asks for none.
    """

    KIND: ClassVar[str] = "stock"
    gift: str
    pieces: int
    why: Literal["received", "found", "broken", "missing"]
    second: str = ""

    @property
    def comes(self) -> bool:
        """Whether there are more of it now."""
        return self.why in {"received", "found"}


class Gave(Body, frozen=True, kw_only=True):
    """Points leave a member's rights here for another member, `to`; `giving` names this one gift.

    `asset` is today's right to give, one unit, spent for good. `Received` follows in the same transaction.
    """

    KIND: ClassVar[str] = "give"
    giving: str
    to: str
    points: int
    asset: str


class Received(Body, frozen=True, kw_only=True):
    """The points of a `Gave` are in the account of the member whom this entry names."""

    KIND: ClassVar[str] = "receive"
    giving: str
    points: int


class Drew(Body, frozen=True, kw_only=True):
    """A draw of the lottery of this id: the points and one unit of `asset` are spent for good.

    The result follows from this entry's id and from head office's seed, and from nothing else.
    """

    KIND: ClassVar[str] = "draw"
    lottery: str
    asset: str
    points: int


class Drawn(Body, frozen=True, kw_only=True):
    """The member was told what became of the draw of this entry's id: `prize`, '' for none."""

    KIND: ClassVar[str] = "drawn"
    draw: str
    prize: str = ""


class Told(Body, frozen=True, kw_only=True):
    """A member told the shop something: a wish for a gift, or an answer to one of its questions.

    `topic` is the gift's id or the question's, `answers` are ids of its options in the rule pack: never a
    text that somebody wrote. `Entry.member` is empty where it is told without a name.
    """

    KIND: ClassVar[str] = "told"
    what: Literal["wish", "profile", "survey"]
    topic: str
    answers: tuple[str, ...] = ()


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


class CodeAsked(Body, frozen=True, kw_only=True):
    """Head office is about to be asked for a one-time code on somebody's phone; its id names the request."""

    KIND: ClassVar[str] = "code"


class PinSetting(Body, frozen=True, kw_only=True):
    """A PIN is about to be set: by the old one or by a code. `proof` is the try that turned out right."""

    KIND: ClassVar[str] = "pinset"
    by: Literal["pin", "code"]
    proof: str


class PinSet(Body, frozen=True, kw_only=True):
    """How that ended, as far as anybody told: `change` is the entry that began it."""

    KIND: ClassVar[str] = "pinned"
    change: str
    ok: bool
    why: str = ""


class Lost(Body, frozen=True, kw_only=True):
    """The member says that this card of theirs (by its keyed hash) is lost: nobody serves it any more."""

    KIND: ClassVar[str] = "lost"
    card: bytes


class Bound(Body, frozen=True, kw_only=True):
    """A card that was nobody's is this member's from now on; `tail` is the end of its number."""

    KIND: ClassVar[str] = "bind"
    card: bytes
    tail: str


class Replaced(Body, frozen=True, kw_only=True):
    """Staff gave the member `card` in the place of the cards `old` (keyed hashes): both or neither.

    The account does not change. The old ones are served nowhere any more, also when they are found again.
    `tail` is the end of the new one's number; no `old`: a further card, or one after a loss.
    """

    KIND: ClassVar[str] = "replace"
    card: bytes
    tail: str
    old: tuple[bytes, ...] = ()


class CardStep(Body, frozen=True, kw_only=True):
    """Staff changed what becomes of a card (by its keyed hash): lost, found, frozen or opened by a store.

    `was` is the state that they saw (a reason code of the deny list, '' in use): head office takes the step
    from there or not at all. `reason` is one of the step's. The entry's operator took it.
    """

    KIND: ClassVar[str] = "card"
    card: bytes
    step: str
    was: str
    reason: str


class Taking(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One kind of thing that a shift did: how often, and the cents that came in for it.

    `what` is `gift`, `sale`, `member`, `card`, or `rule:NAME` of the rule pack's credits.
    """

    what: str
    times: int
    cents: int = 0


class Drawer(Body, frozen=True, kw_only=True):
    """The entry's operator counted the money of this device: a shift begins, changes hands or ends.

    In cents: `expected` by the journal, `counted` by hand, `left` in the drawer afterwards; `brought` is what
    a new shift has more than that, as change. `of` and `began` name the shift that ends ('' and 0: none was
    open), `to` whose begins ('': none). `takings` are what the one that ends did. `reason` says why the
    count differs, by one of `drawer.REASONS`; '' where it does not.
    """

    KIND: ClassVar[str] = "drawer"
    expected: int
    counted: int
    left: int
    brought: int = 0
    of: str = ""
    began: int = 0
    to: str = ""
    takings: tuple[Taking, ...] = ()
    reason: str = ""

    @property
    def difference(self) -> int:
        """By how much the count differs; below zero: something is missing."""
        return self.counted - self.expected - self.brought


class Joined(Body, frozen=True, kw_only=True):
    """Somebody became a member here, under a fresh UUID, the entry's member: their account begins with it.

    They agreed to the `terms` of this version, and to the `consents` by their ids in the rule pack.
    `sealed` is what they told of themselves (`persons`); its key is never in a log. `proof` is the try by
    which a code on their phone was right, '' if nobody could send one. `what` prospect: a phone, no more.
    `referrer` is the referral code that they brought.
    """

    KIND: ClassVar[str] = "join"
    terms: int
    sealed: bytes
    consents: tuple[str, ...] = ()
    what: Literal["member", "prospect"] = "member"
    proof: str = ""
    referrer: str = ""


class Doubt(Body, frozen=True, kw_only=True):
    """The member says of a line of their history that it was not them: people look into it.

    `at` UTC microseconds, `points` signed, `what` and `where` as the line tells it.
    """

    KIND: ClassVar[str] = "doubt"
    at: int
    what: str
    points: int
    where: str


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


class Cancel(Body, frozen=True, kw_only=True):
    """The member gave a voucher back before it was claimed: nobody may claim it, the points are theirs again.

    Its paper may be out. Only its issuer journals this, and only while it holds the right to claim.
    """

    KIND: ClassVar[str] = "cancel"
    op: str
    voucher: str


class Carding(Body, frozen=True, kw_only=True):
    """Intent: value is about to move between a card's purse and its member's rights here.

    `card` is the card's keyed hash; `before` and `counter` are what the card said, `random` what it threw in;
    `terminal`, `number` and `moment` are what it will write into its log. `claim` is its code of a load.
    """

    KIND: ClassVar[str] = "carding"
    move: str
    what: Literal["debit", "load"]
    card: bytes
    amount: int
    before: int
    counter: int
    random: bytes
    terminal: bytes
    number: int
    moment: bytes
    claim: bytes = b""


class Carded(Body, frozen=True, kw_only=True):
    """How a move of value on a card ended, by the card's own memory. Disputed: people decide, it stays open.

    `tac` is the card's proof for its issuer; `counter` and `balance` are the card's afterwards.
    """

    KIND: ClassVar[str] = "carded"
    move: str
    what: Literal["debit", "load"]
    card: bytes
    amount: int
    end: Literal["moved", "not-moved", "disputed"]
    tac: bytes = b""
    counter: int = 0
    balance: int = 0


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
        Boot, Gen, Granted, Returned, Used, Earned, Credited, Gave, Received, Told, PinTry, PinTried,
        StaffSign,
        Redeem, Printing, Post, Void, Unknown, Claim, Release, Expire, Cancel, Carding, Carded, Merge,
        Unmerge, Checkpoint, Poison, CodeAsked, PinSetting, PinSet, Lost, Bound, Replaced, Doubt, Joined,
        Drew, Drawn, CardStep, Drawer, Sold, Stocked,
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
