"""A second log of one device: what it was granted is set aside, and what it gave away is told to people."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.hub.batches import Link
from kiosk.hub.books import Books, Key
from kiosk.hub.bulk import among
from kiosk.hub.recovery import last_taken
from kiosk.hub.tables import branches, grants, transfers, upsert
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Transfer

BRANCH = "suspense:branch:"
"""Where rights lie that only a second log of a device took."""
_TELL = en.Redeem | en.Post | en.Void | en.Claim | en.Release | en.Expire | en.Cancel


def keep(connection: sa.Connection, device: str, forked: Sequence[Link], now: int) -> None:
    """Store entries that contradict the first log."""
    rows = [
        {"device": device, "n": link.n, "hash": link.hash, "stored": link.stored, "seen_at": now}
        for link in forked
    ]
    if rows:
        connection.execute(upsert(connection, branches).on_conflict_do_nothing(), rows)


def hashes_at(connection: sa.Connection, device: str, n: int) -> Sequence[bytes]:
    """The chain hashes at n of the logs that contradict the first one."""
    asked = sa.select(branches.c.hash).where(branches.c.device == device, branches.c.n == n)
    return [bytes(held) for held in connection.scalars(asked.order_by(branches.c.hash))]


class SecondBranch:
    """The grants that only a second log took: `keys` to open in the books, then `apply`."""

    def __init__(self, connection: sa.Connection, device: str, forked: Sequence[Link]) -> None:
        taken = [body for body in _bodies(forked) if isinstance(body, en.Granted)]
        self._legs = tuple(_grants(connection, device, {body.gid for body in taken})) if taken else ()

    def keys(self) -> Iterable[Key]:
        """Every balance that these grants touch."""
        for leg in self._legs:
            yield (leg.source, leg.asset)
            yield (leg.target, leg.asset)

    def apply(self, books: Books) -> None:
        """Set them aside, as far as the first log has not spent them."""
        for leg in self._legs:
            amount = max(0, min(leg.amount, books.has(leg.source, leg.asset)))
            books.move(Transfer(leg.id, leg.source, leg.target, leg.asset, amount))


@dataclass(frozen=True, slots=True)
class Given:
    """A voucher of which a second log says `what`: redeem, post, void, claim, release, expire, cancel."""

    n: int
    voucher: str
    op: str
    what: str


def told_by(connection: sa.Connection, device: str) -> tuple[Given, ...]:
    """What the second log of a device says of vouchers, in its order: nothing of it is in the books."""
    b = branches.c
    rows = connection.execute(sa.select(b.n, b.stored).where(b.device == device).order_by(b.n, b.hash))
    links = [Link(n, bytes(stored), _entry(bytes(stored))) for n, stored in rows]
    numbers: dict[str, str] = {}
    told = []
    for link, body in zip(links, _bodies(links), strict=True):
        if isinstance(body, en.Redeem):
            numbers[body.op] = body.voucher
        if isinstance(body, _TELL):
            voucher = getattr(body, "voucher", "") or numbers.get(body.op, "")
            told.append(Given(link.n, voucher, body.op, body.KIND))
    return tuple(told)


def _grants(connection: sa.Connection, device: str, gids: set[str]) -> Iterator[Transfer]:
    """Those of these grants that we made, that the first log did not take, and that are not set aside yet."""
    g, t = grants.c, transfers.c
    done = sa.exists().where(t.id == sa.literal("branch:") + g.gid)
    asked = sa.select(g.gid, g.gen, g.d, g.asset, g.amount, g.member)
    rows = connection.execute(
        asked.where(among(connection, g.gid, sorted(gids)), g.device == device, ~done)
    ).all()
    last = last_taken(connection, device, sorted({row.gen for row in rows}))
    for row in rows:
        if row.d > last[row.gen]:
            held = acc.escrow(device, row.member)
            aside = held.replace(acc.escrow(""), BRANCH, 1)
            yield Transfer(f"branch:{row.gid}", held, aside, row.asset, row.amount)


def _entry(stored: bytes) -> en.Entry | None:
    try:
        return en.decode(stored)
    except en.MalformedEntry:
        return None


def _bodies(links: Iterable[Link]) -> Iterator[en.Body | None]:
    for link in links:
        try:
            yield en.body_of(link.entry) if link.entry else None
        except en.MalformedEntry:
            yield None
