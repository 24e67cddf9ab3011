"""A batch of entries as it arrived: is it whole, is it signed, does it continue what we hold?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from kiosk.hub.declined import Declined
from kiosk.ledger import entries as en
from kiosk.ledger import sync

_NAME_MAX = 64
_ID = re.compile(r"[0-9A-Za-z-]+")
_AT_MAX = 1 << 62
_COUNT_MAX = 1 << 53
"""Beyond any device's life; what is larger would not fit the database either."""


@dataclass(slots=True)
class Link:
    """One entry with its place in the chain. `entry` is None for bytes that arrived wrapped as poison."""

    n: int
    stored: bytes
    entry: en.Entry | None
    hash: bytes = b""


def read_batch(request: sync.SyncRequest, public_key: bytes) -> tuple[Link, ...]:
    """The batch's entries, not yet chained. Declined if it is malformed or its signature fails."""
    count, size = len(request.entries), sum(map(len, request.entries))
    # One entry alone may be longer (a poison wrapper around a full one): the door's own limit bounds it.
    if count > sync.ENTRIES_MAX or (count > 1 and size > sync.BYTES_MAX):
        raise Declined(400, "too-much", f"at most {sync.ENTRIES_MAX} entries and {sync.BYTES_MAX} bytes")
    counts = (request.mark_seen.n, request.first - 1, request.gen_seen, request.tail, request.down_ack)
    if len(request.mark_seen.hash) != 32 or not all(0 <= one < _COUNT_MAX for one in counts):
        raise Declined(400, "malformed", "a hash or a count is out of range")
    if not request.entries:
        return ()  # nothing is stated: the signed HTTP request is enough
    _check_signature(request, public_key)
    return tuple(_read(request.first + place, stored) for place, stored in enumerate(request.entries))


def _check_signature(request: sync.SyncRequest, public_key: bytes) -> None:
    last = request.first + len(request.entries) - 1
    signed = sync.signed_part(request.device, request.first, last, request.head)
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(request.sig, signed)
    except InvalidSignature as wrong:
        raise Declined(
            403, "batch-signature", "the batch's signature does not fit this device's key"
        ) from wrong


def _read(n: int, stored: bytes) -> Link:
    try:
        entry = en.decode(stored)
    except en.MalformedEntry as wrong:
        raise Declined(400, "malformed-entry", f"entry {n}: {wrong}") from wrong
    if entry.n != n:
        raise Declined(400, "malformed-entry", f"entry {n} calls itself {entry.n}")
    if not 0 <= entry.at < _AT_MAX:
        raise Declined(400, "malformed-entry", f"entry {n}: its time is out of range")
    # The hub's own transfers have names with ':' and '.': an entry's id, which names its legs, never has.
    if not _ID.fullmatch(entry.id):
        raise Declined(400, "malformed-entry", f"entry {n}: its id is no UUID")
    for name in (entry.id, entry.kind):
        if not 0 < len(name) <= _NAME_MAX or not name.isprintable():
            raise Declined(400, "malformed-entry", f"entry {n}: its id or kind is no name")
    return Link(n, stored, entry)


def chain(links: Sequence[Link], previous: bytes, head: bytes) -> tuple[Link, ...]:
    """The batch chained onto `previous`; its last hash is not yet compared with `head`.

    A single poison entry whose wrapped bytes lead to `head` stands for those bytes: the device could not get
    them taken in as an entry, and its chain covers them, not the wrapper.
    """
    if len(links) == 1:
        wrapped = _wrapped(links[0])
        if wrapped is not None and en.chained(previous, wrapped) == head:
            return (Link(links[0].n, wrapped, None, head),)
    chained = []
    for link in links:
        previous = en.chained(previous, link.stored)
        chained.append(Link(link.n, link.stored, link.entry, previous))
    return tuple(chained)


def _wrapped(link: Link) -> bytes | None:
    if link.entry is None or link.entry.kind != en.Poison.KIND:
        return None
    try:
        body = en.body_of(link.entry)
    except en.MalformedEntry:
        return None
    return body.stored if isinstance(body, en.Poison) else None
