"""What the desk needs of the world. Everything slow answers later, by an event in the inbox."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, Protocol

from kiosk.events import CardTapped, Event
from kiosk.ledger.drawer import Till
from kiosk.ledger.entries import Body, Carding, Claim, ClockTrust, Entry, Redeem
from kiosk.ledger.feed import ClaimKey, Colleague
from kiosk.ledger.serials import Serial
from kiosk.ledger.sync import Account, Gift, Mark, Want
from kiosk.membership.cards import Card
from kiosk.membership.claims import ClaimAnswer
from kiosk.membership.paper import Paper

Post = Callable[[Event], None]
"""Put an event into the inbox; never blocks, may be called from any thread."""


class JournalFailed(Exception):
    """The journal could not be made durable: stop serving. `code` is a fault code (K-JR-..)."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


class NotHeld(Exception):
    """An entry would spend a right this device does not hold. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry before it has a place: the journal adds n, id, time, zone, clock trust and hash."""

    body: Body
    member: str | None = None
    visit: str | None = None
    operator: str | None = None
    id: str | None = None
    secret: bytes = field(default=b"", repr=False)
    """The key (32 bytes) of what a `Joined` sealed: kept beside the entries, never in one."""


OperationState = Literal["redeemed", "printing", "posted", "voided", "unknown", "elsewhere"]
"""elsewhere: another device issued it; only its right to claim came here."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One redemption as the journal's fold knows it."""

    redeem: Redeem
    member: str
    state: OperationState
    attempt: int
    claimed: Claim | None
    claimed_at: int | None
    at: int
    claim_held: bool
    clock: ClockTrust = "trusted"
    """Whether the device believed its clock when it was redeemed."""
    expired: bool = False
    """Its right to claim was ended because nobody came in time."""
    n: int = 0
    """The place of the entry that this device knows it from."""


@dataclass(frozen=True, slots=True)
class CardMove:
    """A move of value on a card that has not ended: its intent, whose it is, when it was journalled."""

    begun: Carding
    member: str
    n: int
    at: int
    disputed: bool = False
    """The card could not tell: people decide."""


VOUCHERS_MAX = 50
"""Vouchers of one member that a journal tells of."""


class Journal(Protocol):
    """The durable log. `append` returns when fsync has; several drafts are one transaction."""

    def append(self, *drafts: Draft) -> tuple[Entry, ...]:
        """Write, all or nothing. NotHeld: a leg would overdraw; JournalFailed: stop serving."""

    def rights(self, asset: str, member: str | None = None) -> int:
        """Units this device may spend now."""

    def till(self) -> Till:
        """The drawer of this device, and what its open shift did."""

    def tail(self) -> Mark:
        """The last entry there is."""

    def effect_beyond(self, member: str, n: int) -> int:
        """What own entries after n did to this member's points (theirs and those in our escrow)."""

    def operation(self, op: str) -> Operation | None:
        """A redemption by its id."""

    def by_voucher(self, number: str) -> Operation | None:
        """A redemption by its voucher number."""

    def unresolved(self, member: str | None = None) -> tuple[Operation, ...]:
        """Redemptions without a final state, oldest first; of one member, or all."""

    def open_moves(self, card: bytes | None = None) -> tuple[CardMove, ...]:
        """Moves of value on cards (or on this one) that have not ended, oldest first.

        `append` takes no `Carding` for a card that has one.
        """

    def next_voucher_serial(self) -> Serial | None:
        """The next voucher serial out of the ranges leased to this device; None: none is left.

        `append` takes a redeem only with exactly this one, and spends it in the same transaction.
        """

    def own_lines(self, member: str, n: int) -> tuple[Operation, ...]:
        """This member's redemptions here that the hub's answer (mark n) does not know yet, newest first."""

    def vouchers(self, member: str) -> tuple[Operation, ...]:
        """This member's vouchers from here that nobody claimed, newest first, at most VOUCHERS_MAX.

        Printed ones and unknown ones; whose right to claim is not here may have been claimed elsewhere.
        """

    def expired(self, before: int, after: tuple[int, int], most: int) -> tuple[Operation, ...]:
        """Vouchers of ours without claim or expiry that expire before `before` (UTC microseconds).

        At most `most`, those behind `after` in the order of (expires, n). Not all of them hold their right to
        claim; vouchers whose date rests on a clock nobody trusted are left out.
        """


@dataclass(frozen=True, slots=True)
class DenyAge:
    """How many seconds ago the deny list was last known to be the newest, and whether policy minds."""

    seconds: float
    too_old: bool


class Replica(Protocol):
    """What the kiosk remembers of the hub."""

    def account(self, card: bytes) -> Account | None:
        """Whose card this is by its keyed hash, among the members that this kiosk knows without the hub."""

    def remember(self, account: Account) -> None:
        """Keep a newer answer about a member who is known here, or at home here; others are not kept."""

    def denied(self, card: bytes) -> str:
        """Why this card must not be served (lost | frozen | cancelled), or ''."""

    def deny(self, card: bytes, why: str) -> None:
        """Serve this card here no more from now on; head office's own list follows and decides."""

    def allow(self, card: bytes) -> None:
        """Serve this card here again from now on; head office's own list follows and decides."""

    def deny_age(self, now: int) -> DenyAge:
        """How old the deny list is at `now` (UTC microseconds); never downloaded is infinitely old."""

    def gifts(self) -> tuple[Gift, ...]:
        """The catalogue."""

    def rules(self) -> str:
        """The rule pack's text (TOML), '' before the first download."""

    def pack(self) -> int:
        """The rule pack's version."""

    def claim_key(self, key_id: int) -> ClaimKey | None:
        """Whose vouchers this key signs, if they are honoured here."""

    def phone_key(self, key_id: int) -> bytes | None:
        """Whose codes on members' phones are believed, by key id: 32 bytes of Ed25519."""

    def revoked(self, number: str) -> str:
        """Why this voucher is worth nothing though its date is not over (void | revoked), or ''."""

    def staff_card(self, card: bytes) -> Colleague | None:
        """Whose staff card this is by its keyed hash."""

    def colleague(self, staff: str) -> Colleague | None:
        """Somebody of the store's staff by their id."""

    def masked_name(self, member: str) -> str:
        """What may be shown of a member's name, '' if they are not known here."""


@dataclass(frozen=True, slots=True)
class PinChange:
    """A new PIN for `name`: the `entry` that journalled it, the try (`proof`) that showed who they are."""

    name: str
    entry: str
    proof: str
    pin: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody who joined here: the key of what they told, and their first PIN ('' for none yet)."""

    member: str
    key: bytes = field(repr=False)
    pin: str = field(default="", repr=False)


class Hub(Protocol):
    """Questions to head office. Each returns at once; the answer is an event with the same request id."""

    def ask_account(self, request: str, card: bytes) -> None:
        """AccountAnswered follows."""

    def ask_pin(self, request: str, member: str, route: str, entry: str, pin: str) -> None:
        """PinAnswered follows."""

    def ask_phone(self, request: str, phone: str, entry: str, pin: str) -> None:
        """MemberAnswered follows, with a PhoneAnswer."""

    def ask_code(self, request: str, name: str, entry: str) -> None:
        """MemberAnswered follows, with a CodeAnswer."""

    def ask_new_pin(self, request: str, change: PinChange) -> None:
        """MemberAnswered follows, with a NewPinAnswer."""

    def ask_join_code(self, request: str, number: str, entry: str) -> None:
        """MemberAnswered follows, with a CodeAnswer."""

    def ask_join(self, request: str, newcomer: Newcomer) -> None:
        """MemberAnswered follows, with a JoinAnswer."""

    def want(self, want: Want) -> None:
        """Sent by every sync until granted, refused or dropped; RightsChanged follows each sync."""

    def drop(self, want_id: str) -> None:
        """Nobody waits for it any more; what is still granted goes back later."""

    def nudge(self) -> None:
        """There is something to upload: do not wait for the next turn."""


class Printer(Protocol):
    """One printer. Printed follows each `print`; PrinterChanged whenever its readiness changes."""

    def print(self, op: str, attempt: int, paper: Paper) -> None:
        """Begin a job behind the fence."""

    def preview(self, paper: Paper) -> bytes:
        """What would come out, as a PNG file; b'' when it cannot be drawn. Takes a frame or two."""

    def ready(self) -> str:
        """'' when a voucher could be printed now, else the fault code."""

    def longest_s(self) -> float:
        """Seconds within which Printed follows a `print`, whatever happens."""


class CardChannel(Protocol):
    """A way to one card. Its one verb sends a command and returns (data, status word)."""

    def send(self, command: bytes) -> tuple[bytes, int]:
        """One exchange; CardTrouble if it failed."""


CardWork = Callable[[CardChannel], object]
"""What is done with a card, whole. It runs on the reader's own thread and never waits for anything else.

It returns its answer. A CardTrouble that it lets through becomes the `why` of CardDone, so it catches what
the desk must tell apart. Any other exception is a defect and ends the process.
"""


class CardDesk(Protocol):
    """The cards that lie on the readers. Exactly one CardDone follows each `ask`, also after a hang."""

    def ask(self, request: str, reader: str, card: Card | None, work: CardWork) -> None:
        """Do this with the card that lies on the reader, and nobody else's commands in between. Never blocks.

        `card` is the one that CardTapped told of: another card that was put down since is left alone (gone).
        None: whichever card lies there, also one that could not be read. Works of one reader are done in the
        order they were asked; between them the card keeps its power while it lies there.
        """


@dataclass(frozen=True, slots=True)
class PurseSeen:
    """What a card's purse (by its keyed hash) holds."""

    purse: bytes = field(repr=False)
    points: int


class Purses(Protocol):
    """The purses of cards that lie on readers. One CardDone follows each verb; its `answer` is told here.

    Its `why` says what kept a card from answering. `move` and `intent` are as in `Carding`.
    """

    families: frozenset[str]
    """Families whose cards may have a purse: others are not asked."""

    def look(self, request: str, tap: CardTapped) -> None:
        """PurseSeen; CardDone has no answer when the card has no purse that we know."""

    def begin(self, request: str, tap: CardTapped, move: str, points: int) -> None:
        """The intent of a debit, a Carding; no answer when the card will not pay that much. Nothing moves."""

    def debit(self, request: str, tap: CardTapped, intent: Carding) -> None:
        """An Outcome. The intent must be durable by now, and is carried out once at most."""

    def resolve(self, request: str, tap: CardTapped, intent: Carding) -> None:
        """An Outcome: how an earlier move ended, by the memory of the card that lies there."""


class Clock(Protocol):
    """Time, injected."""

    def now(self) -> int:
        """UTC microseconds."""

    def trusted(self) -> bool:
        """Whether `now` may decide about dates."""

    def monotonic(self) -> float:
        """Seconds that only go forward."""


class Ids(Protocol):
    """Fresh names, injected."""

    def uuid7(self) -> str:
        """A UUIDv7 with full randomness, 36 characters."""

    def nonce(self) -> bytes:
        """16 random bytes."""


class VoucherKey(Protocol):
    """This device's voucher signing key."""

    @property
    def key_id(self) -> int:
        """Its number in the store, as it stands in every voucher."""

    def sign(self, payload: bytes) -> bytes:
        """64 bytes of Ed25519."""

    def has_signed(self, public: bytes, payload: bytes, signature: bytes) -> bool:
        """Whether the holder of this public key, ours or another device's, signed the payload."""


class PinHolder(Protocol):
    """Somebody with a PIN: a member's account, or a colleague."""

    @property
    def verifier(self) -> str:
        """What their PIN is checked against, '' where policy keeps it at head office."""


class PinChecker(Protocol):
    """Checks a PIN without the network, where policy allows."""

    def matches(self, holder: PinHolder, pin: str) -> bool:
        """Whether the PIN fits its holder's wrapped verifier."""


class CardKey(Protocol):
    """The shop's key for card hashes."""

    def hash(self, card: Card) -> bytes:
        """The keyed hash of a card."""


@dataclass(frozen=True, slots=True)
class CounterAnswer:
    """What staff hear about a voucher: the answer, a sentence, the gift's name, when it was claimed.

    `gift_id` and `claimed_kiosk` (its number, 0 if not known) are for whoever says it in another language.
    In cents: `cash` is to be collected before the gift is handed over; `worth` comes off the bill.
    """

    result: ClaimAnswer
    sentence: str
    gift: str = ""
    claimed_at: int | None = None
    gift_id: str = ""
    claimed_kiosk: int = 0
    cash: int = 0
    worth: int = 0


class Counter(Protocol):
    """Whoever asked about a voucher (a command, later a staff screen)."""

    def expects(self, request: str) -> bool:
        """Whether somebody still waits for this answer."""

    def answer(self, request: str, said: CounterAnswer) -> None:
        """The answer to ClaimAsked or VoidAsked."""


@dataclass(frozen=True, slots=True)
class Composition:
    """Keys on their way to characters, whole: an engine need remember nothing of them."""

    method: Literal["pinyin", "double", "nine", "stroke"]
    names: bool
    """Whether it is a person's name: surnames and what parents choose go first."""
    traditional: bool
    keys: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """What a composition may mean."""

    preedit: str = field(default="", repr=False)
    """The keys as a reader of them writes them: syllables or strokes."""
    candidates: tuple[str, ...] = field(default=(), repr=False)
    more: bool = False
    """Whether candidates stand behind these."""
    sounds: tuple[str, ...] = field(default=(), repr=False)
    """What the first syllable may be where its keys mean several, the likeliest first."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A candidate that was taken, and the keys it left unread."""

    text: str = field(repr=False)
    rest: str = field(repr=False)


class Typing(Protocol):
    """Chinese from keys. Asked on the desk's thread only; it learns nothing from whoever types."""

    def ready(self) -> bool:
        """Whether it can be asked: its dictionaries are made once, and that takes seconds."""

    def read(self, composition: Composition, first: int, most: int) -> Reading:
        """What it may mean: at most so many candidates, from this one (0 is the best)."""

    def choose(self, composition: Composition, place: int) -> Chosen:
        """Take the candidate at this place; one must be there."""

    def forget(self) -> None:
        """Nobody types any more."""
