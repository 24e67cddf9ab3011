"""The way out of a recovery: what waited for other logs is applied, floors are judged, rights flow again."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator

import sqlalchemy as sa

from kiosk.hub.batches import Link
from kiosk.hub.books import DISPUTED, Books
from kiosk.hub.bulk import among, insert_all, set_all
from kiosk.hub.entitlements import minting
from kiosk.hub.intake import Intake
from kiosk.hub.lookups import Lookups
from kiosk.hub.merges import part_late
from kiosk.hub.operations import OpenBook
from kiosk.hub.people import People
from kiosk.hub.rebooking import Rebooking, voucher_in
from kiosk.hub.recovery import Era, awaited, hold
from kiosk.hub.recovery_tables import generations, partings, standings, waiting
from kiosk.hub.risk import repay
from kiosk.hub.shelves import read_together
from kiosk.hub.tables import aliases, balances, entries, grants, redemptions, transfers, wants
from kiosk.hub.turn import Desk
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Transfer

_HELD_IN = frozenset({"escrow", "suspense:retired"})


def revisit(connection: sa.Connection, desk: Desk, vouchers: Collection[str]) -> None:
    """Apply what waited for the rights to claim these vouchers to move, as far as it can be applied now."""
    moved = set(vouchers)
    while moved:
        moved = _one_round(
            connection, desk, among(connection, waiting.c.voucher, sorted(moved)), patient=True
        )


def is_over(connection: sa.Connection) -> bool:
    """Whether there is a recovery to end: nobody is awaited any more."""
    era = hold(connection)
    return era is not None and era.recovering and not awaited(connection, era)


def finish(connection: sa.Connection, desk_in: Callable[[Era], Desk]) -> bool:
    """End the recovery if nobody is awaited any more."""
    era = hold(connection, alone=True)
    if era is None or not era.recovering or awaited(connection, era):
        return False
    desk = desk_in(era)
    _one_round(connection, desk, sa.true(), patient=False)
    part_late(connection)
    _cover_from_kin(connection, era.gen)
    _settle_debts(connection, era.gen)
    _settle_floors(connection, era.gen)
    _find_holders(connection)
    ended = sa.update(generations).where(generations.c.gen == era.gen)
    connection.execute(ended.values(ended_at=desk.now()))
    return True


def _one_round(
    connection: sa.Connection, desk: Desk, which: sa.ColumnElement[bool], *, patient: bool
) -> set[str]:
    """Look at waiting entries once more, each device's in their order; the vouchers whose right moved.

    Not `patient`: no other log will come, so each gets its last verdict.
    """
    moved: set[str] = set()
    for device, links in _waiting(connection, which):
        moved |= _again(connection, desk, device, links, patient=patient)
    return moved


def _waiting(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Iterator[tuple[str, list[Link]]]:
    e, w = entries.c, waiting.c
    joined = sa.select(e.device, e.n, e.stored, e.hash).join(waiting, (w.device == e.device) & (w.n == e.n))
    logs: dict[str, list[Link]] = defaultdict(list)
    for device, n, stored, held in connection.execute(joined.where(which).order_by(e.device, e.n)):
        logs[device].append(Link(n, bytes(stored), en.decode(bytes(stored)), bytes(held)))
    yield from logs.items()


def _again(
    connection: sa.Connection, desk: Desk, device: str, links: list[Link], *, patient: bool
) -> set[str]:
    places = [link.n for link in links]
    mine = waiting.c.device == device
    connection.execute(sa.delete(waiting).where(mine, among(connection, waiting.c.n, places)))
    lookups, book, books = Lookups(connection), OpenBook(connection), Books(connection)
    s = standings.c
    retired = connection.scalar(sa.select(s.retired_at).where(s.device == device)) is not None
    # Whether the device still lived in a waiting grant's generation was looked at when the grant came.
    rebooking = Rebooking(device, desk.era, desk.seals, 0, is_retired=retired, patient=patient)
    intake = Intake(book, lookups, device, rebooking)
    read_together([intake.read(links, again=True)])
    books.open(intake.keys())
    verdicts = intake.apply(books)
    for verdict in verdicts:
        this = (entries.c.device == device) & (entries.c.n == verdict.n)
        settled = sa.update(entries).where(this)
        connection.execute(settled.values(verdict=verdict.verdict, reason=verdict.reason))
    insert_all(connection, grants, list(rebooking.grant_rows()))
    insert_all(connection, wants, list(rebooking.want_rows()))
    insert_all(connection, waiting, list(rebooking.waiting_rows()))
    book.write()
    books.write()
    return {voucher for _, body in intake.posted() if (voucher := voucher_in(body))}


def _low(connection: sa.Connection) -> list[tuple[str, str, int]]:
    """(account, asset, units missing) of everything that is below its floor."""
    b = balances.c
    low = (b.amount < 0) & (b.account != acc.WORLD) & ~b.account.startswith(DISPUTED)
    rows = connection.execute(sa.select(balances).where(low).order_by(b.account, b.asset))
    return [(row.account, row.asset, -row.amount) for row in rows]


def _cover_from_kin(connection: sa.Connection, gen: int) -> None:
    """What a member lacks who was joined with others is taken from those; PIN tries stay apart.

    Whoever was parted from them again during this recovery counts, too: grants to either came from both.
    """
    a, p = aliases.c, partings.c
    pairs = {tuple(pair) for pair in connection.execute(sa.select(a.alias, a.into))}
    pairs |= {tuple(pair) for pair in connection.execute(sa.select(p.alias, p.into))}
    kin: dict[str, set[str]] = defaultdict(set)
    for alias, into in pairs:
        kin[acc.member(alias)].add(acc.member(into))
        kin[acc.member(into)].add(acc.member(alias))
    books = Books(connection)
    for account, asset, _ in _low(connection):
        for one in sorted(kin.get(account, ())) if asset != acc.TRIES else ():
            paid = max(0, min(-books.has(account, asset), books.has(one, asset)))
            books.move(Transfer(f"joined:{gen}:{account}:{asset}:{one}", one, account, asset, paid))
    books.write()
    connection.execute(sa.delete(partings))


def _settle_floors(connection: sa.Connection, gen: int) -> None:
    """Whatever the logs took beyond what the restored books had is covered, and stays on record.

    Only grants that we sealed are booked below zero. So two things are known to have been made in the lost
    time, and are made again: a once-only benefit, under its only name, and PIN tries, which a right PIN or
    staff gave back.
    """
    books = Books(connection)
    for account, asset, lack in _low(connection):
        name, source = f"floor:{gen}:{account}:{asset}", f"{DISPUTED}restore-{gen}"
        minted = minting(account.removeprefix(acc.member("")), asset)
        if acc.is_entitlement(asset) and lack == 1 and not _is_moved(connection, minted):
            name, source = minted, acc.WORLD
        elif asset == acc.TRIES:
            name, source = f"refill:{gen}:{account}", acc.WORLD
        books.move(Transfer(name, source, account, asset, lack))
    books.write()


def _is_moved(connection: sa.Connection, name: str) -> bool:
    asked = sa.select(transfers.c.id).where(transfers.c.id == name)
    return connection.scalar(asked) is not None


def _settle_debts(connection: sa.Connection, gen: int) -> None:
    """Members pay what they owe from what they turned out to have."""
    b, prefix = balances.c, acc.debt("")
    owed = sa.select(b.account).where(b.account.startswith(prefix, autoescape=True), b.amount > 0)
    books, people = Books(connection), People(connection)
    for account in connection.scalars(owed.distinct().order_by(b.account)).all():
        member = people.survivor(account.removeprefix(prefix))
        repay(books, member, f"ready:{gen}:{member}")
    books.write()


def _find_holders(connection: sa.Connection) -> None:
    """Who holds each right to claim, now that every hand it went through has told."""
    b, r = balances.c, redemptions.c
    held = sa.select(b.account, b.asset).where(
        b.amount > 0, b.asset.startswith(acc.claim(""), autoescape=True)
    )
    holders: dict[str, str] = {}
    for account, asset in connection.execute(held.order_by(b.account)):
        kind, _, device = account.rpartition(":")
        if account == acc.source(asset, None):
            holders[acc.voucher_of(asset)] = ""
        elif kind in _HELD_IN:
            holders[acc.voucher_of(asset)] = device
    told = [
        (op, holders.get(voucher))
        for op, voucher, holder in connection.execute(sa.select(r.op, r.voucher, r.holder).order_by(r.op))
        if holder != holders.get(voucher)
    ]
    set_all(connection, redemptions, ("holder",), told)
