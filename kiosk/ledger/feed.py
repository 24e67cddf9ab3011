"""The replica's feed: what a kiosk downloads to serve without the network, in numbered, compressed chunks.

A *part* of the feed (the deny list, the members) is a list of subjects, each with the number of its last
change. A chunk brings the subjects whose numbers follow `since`, in their order, as they are now; `until` is
the next `since`. A full download is the delta from 0. Numbers mean something within one `epoch` only: when it
changes (a restored head office, another policy), the chunk begins at 0 again, and what none of them brings is
gone.
"""

from typing import Literal, TypeVar

import msgspec
import zstandard

from kiosk.ledger.sync import Account, Gift, HistoryLine

ROWS_MAX = 2000
BYTES_MAX = 1024 * 1024
"""Bytes of one chunk's rows before they are compressed."""
HISTORY_LINES = 20
"""Lines of history of one member, at most."""
_INFLATED_MAX = 4 * BYTES_MAX
_LEVEL = 3

R = TypeVar("R", bound=msgspec.Struct)


class ClaimKey(msgspec.Struct, frozen=True, kw_only=True):
    """A device's voucher key: Ed25519 public key (32 bytes), and the place whose numbers it may sign."""

    public: bytes
    store: str
    kiosk: str
    revoked: bool = False
    """Nothing that it signed is believed without asking head office."""


class Colleague(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the store's staff. `cards` are keyed hashes (32 bytes each).

    `verifier` is their PIN's, '' unless policy lets kiosks check PINs without head office.
    """

    id: str
    name: str
    role: Literal["assistant", "cashier", "manager", "technician"]
    cards: tuple[bytes, ...] = ()
    verifier: str = ""


class Shop(msgspec.Struct, frozen=True, kw_only=True):
    """What is the same for every member: the catalogue, the rule pack (TOML text), who signs vouchers here.

    `claim_keys` are the voucher keys of the devices whose vouchers are honoured, by key id. `revoked` are
    voucher numbers that are worth nothing though their date is not over: number -> why (void | revoked).
    `phone_keys` are the public keys (32 bytes) of codes on members' phones, by key id.
    """

    catalogue: int = 0
    gifts: tuple[Gift, ...] = ()
    pack: int = 0
    rules: str = ""
    claim_keys: dict[int, ClaimKey] = {}
    revoked: dict[str, str] = {}
    staff: tuple[Colleague, ...] = ()
    phone_keys: dict[int, bytes] = {}


class DeniedRow(msgspec.Struct, frozen=True, array_like=True):
    """A card by its keyed hash (32 bytes), and why it must not be served; '' when it may be again."""

    card: bytes
    why: str


class CardRow(msgspec.Struct, frozen=True, array_like=True):
    """A card that leads to a member: keyed hash (32 bytes), and the digits that may be shown."""

    card: bytes
    tail: str


class MemberFacts(msgspec.Struct, frozen=True, array_like=True):
    """A member as `sync.Account` tells of them, without what the row or the chunk says already."""

    name: str
    tier: str
    lifetime: int
    expiring: int
    expiring_on: str
    points: int
    cash: int
    escrow: int
    tries: int
    verifier: str
    history: tuple[HistoryLine, ...]
    debt: int = 0


class MemberRow(msgspec.Struct, frozen=True, array_like=True):
    """A member with all their cards. `cards` and `facts` are packed: a kiosk stores them as they come.

    Without facts the member is gone from this kiosk's feed: deleted, or not of this store any more.
    """

    member: str
    home: bool = False
    cards: bytes = b""
    facts: bytes = b""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """How far a kiosk has come with a part: the last `until` it stored, and of which epoch."""

    epoch: str = ""
    cursor: int = 0


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """Rows of one part, packed; `more` follow at once. An asker of another epoch is sent the first chunk."""

    epoch: str
    since: int
    until: int
    more: bool
    rows: bytes = b""


class ReplicaRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is held, so that only what is new comes. `shop` is the SHA-256 of the packed Shop, or empty.

    A kiosk that cannot store members now asks without their place.
    """

    v: int = 1
    device: str
    shop: bytes = b""
    denied: Place = Place()
    members: Place | None = Place()


class ReplicaAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a download. Everything in it is as of one moment (`as_of`, UTC microseconds).

    `gen` and `mark_n` date the members' figures. `deny_epoch` is how new the whole deny list is, and
    `mark_whole` the device's entry up to which the feed is complete, once nothing `more` follows.
    Members come only when the deny list is there.
    """

    v: int = 1
    gen: int
    as_of: int
    mark_n: int
    mark_whole: int
    deny_epoch: int
    denied: Chunk
    members: Chunk | None = None
    shop: Shop | None = None


class MalformedRows(ValueError):
    """These bytes are not the rows of a chunk."""


def pack_rows(rows: list[R]) -> bytes:
    """Rows as a chunk carries them; no rows are no bytes."""
    packed = msgspec.msgpack.encode(rows)
    return zstandard.ZstdCompressor(level=_LEVEL).compress(packed) if rows else b""


def unpack_rows(kind: type[R], packed: bytes) -> list[R]:
    """The rows of a chunk; MalformedRows if they are none, or too many to hold."""
    if not packed:
        return []
    try:
        # The frame names its size, and is not inflated beyond it: what it needs is known before.
        if not 0 <= zstandard.frame_content_size(packed) <= _INFLATED_MAX:
            raise MalformedRows(f"more than {_INFLATED_MAX} bytes, or it does not say how many")
        inflated = zstandard.ZstdDecompressor().decompress(packed)
        return msgspec.msgpack.decode(inflated, type=list[kind])  # type: ignore[valid-type]
    except (zstandard.ZstdError, msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise MalformedRows(str(trouble)) from trouble


def pack_cards(cards: tuple[CardRow, ...]) -> bytes:
    """A member's cards as a row carries them."""
    return msgspec.msgpack.encode(cards)


def unpack_cards(packed: bytes) -> tuple[CardRow, ...]:
    """A member's cards; nothing is no card. MalformedRows if they are something else."""
    try:
        return _CARDS.decode(packed) if packed else ()
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise MalformedRows(str(trouble)) from trouble


def pack_facts(facts: MemberFacts) -> bytes:
    """A member's facts as a row carries them."""
    return msgspec.msgpack.encode(facts)


def unpack_facts(packed: bytes) -> MemberFacts:
    """A member's facts; MalformedRows if they are something else."""
    try:
        return _FACTS.decode(packed)
    except (msgspec.DecodeError, UnicodeDecodeError) as trouble:
        raise MalformedRows(str(trouble)) from trouble


def account_of(
    facts: MemberFacts, *, member: str, card: bytes, tail: str, home: bool, gen: int, mark_n: int, as_of: int
) -> Account:
    """The account that a card with these last digits leads to."""
    return Account(
        member=member,
        card=card,
        name=facts.name,
        card_tail=tail,
        tier=facts.tier,
        points=facts.points,
        cash=facts.cash,
        escrow=facts.escrow,
        gen=gen,
        mark_n=mark_n,
        as_of=as_of,
        lifetime=facts.lifetime,
        expiring=facts.expiring,
        expiring_on=facts.expiring_on,
        history=facts.history,
        home=home,
        verifier=facts.verifier,
        tries=facts.tries,
        debt=facts.debt,
    )


def facts_of(account: Account, lines: int) -> MemberFacts:
    """What a row would say of this account, with at most so many lines of history."""
    told = {name: getattr(account, name) for name in _SHARED}
    return MemberFacts(**told, history=account.history[:lines])


_CARDS = msgspec.msgpack.Decoder(tuple[CardRow, ...])
_FACTS = msgspec.msgpack.Decoder(MemberFacts)
_SHARED = tuple(name for name in MemberFacts.__struct_fields__ if name != "history")
