"""What sales and refunds move in the books, and what a till may hear of an account."""

from collections.abc import Callable

import sqlalchemy as sa

from kiosk.hub.books import DISPUTED, Books
from kiosk.hub.people import People
from kiosk.hub.recovery_tables import generations
from kiosk.hub.risk import repay, repayment_keys
from kiosk.hub.tables import balances, members, transfers
from kiosk.hub.till_tables import sales
from kiosk.ledger import accounts as acc
from kiosk.ledger.legs import Transfer


def locked_survivor(people: People, member: str) -> str:
    """Whose account stands for this member, whom nobody merges until this transaction ends."""
    people.locked.fetch([member])
    return people.survivor(member)


def lifetime_of(connection: sa.Connection, member: str) -> int:
    """The points that decide the member's tier."""
    return int(connection.scalar(sa.select(members.c.lifetime).where(members.c.id == member)) or 0)


def _moved(connection: sa.Connection, member: str, move: Callable[[Books], int]) -> int:
    """What `move` says, with every balance open that it may touch."""
    books = Books(connection)
    books.open(repayment_keys(member))
    told = move(books)
    books.write()
    return told


def credit(connection: sa.Connection, member: str, points: int, sale: tuple[str, int]) -> int:
    """Give a member their points; they first make good what stood in for them since a restore. That many."""
    name, sold_at = sale
    covers = _covers(connection, member, sold_at)

    def move(books: Books) -> int:
        books.move(Transfer(name, acc.WORLD, acc.member(member), acc.POINTS, points))
        left = points
        for gen, amount in covers:
            paid = min(left, amount)
            aside = f"{DISPUTED}restore-{gen}"
            books.move(Transfer(f"{name}:covered:{gen}", acc.member(member), aside, acc.POINTS, paid))
            left -= paid
        repay(books, member, name)
        return points - left

    return _moved(connection, member, move)


def _covers(connection: sa.Connection, member: str, sold_at: int) -> list[tuple[int, int]]:
    """(generation, points) that a recovery stood in for, because it did not know what was earned before it.

    Only for sales from before the restore, less what such sales made good already.
    """
    g, t, s = generations.c, transfers.c, sales.c
    account = acc.member(member)
    later = connection.scalars(sa.select(g.gen).where(g.since > sold_at, g.ended_at.is_not(None))).all()
    names = {f"floor:{gen}:{account}:{acc.POINTS}": gen for gen in later}
    rows = connection.execute(sa.select(t.id, t.amount).where(t.id.in_(list(names)))).all() if names else []
    good = int(connection.scalar(sa.select(sa.func.sum(s.covered)).where(s.member == member)) or 0)
    left = []
    for row in sorted(rows, key=lambda one: names[one.id]):
        used = min(good, row.amount)
        good -= used
        left.append((names[row.id], row.amount - used))
    return left


def take_back(connection: sa.Connection, member: str, points: int, name: str, *, known: bool) -> int:
    """Take points back; those that are not in the account any more are owed. `known`: no recovery lasts."""

    def move(books: Books) -> int:
        own = acc.member(member)
        there = max(0, min(points, books.has(own, acc.POINTS))) if known else 0
        books.move(Transfer(name, own, acc.WORLD, acc.POINTS, there))
        lacking = points - there
        books.move(Transfer(f"{name}:owed", acc.WORLD, acc.debt(member), acc.TAKEN_BACK, lacking))
        return lacking

    return _moved(connection, member, move)


def standing_of(connection: sa.Connection, member: str) -> tuple[str, int]:
    """(masked name, points at head office and at their home kiosk) of a member."""
    member = People(connection).survivor(member)
    row = connection.execute(sa.select(members.c.name, members.c.home).where(members.c.id == member)).one()
    places = [acc.member(member)] + ([acc.escrow(row.home, member)] if row.home else [])
    b = balances.c
    asked = sa.select(sa.func.sum(b.amount)).where(b.account.in_(places), b.asset == acc.POINTS)
    return row.name, max(0, int(connection.scalar(asked) or 0))
