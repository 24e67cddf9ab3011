"""Points that kiosks stood in for: settled when they are spent for good, and repaid before anything else.

A unit of risk is one point that head office put at risk on purpose. Wherever it is (`risk`, a kiosk's escrow,
an open operation, `debt:M`), there are never more of them than were put in: no kiosk can lose more than that.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.hub.books import Books, Key
from kiosk.hub.operations import OpenBook
from kiosk.hub.people import People
from kiosk.hub.shelves import Reader
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Transfer

Posted = Iterable[tuple[en.Entry, en.Body]]


def put_at_risk(connection: sa.Connection, points: int, name: str) -> int:
    """Add to the budget, on purpose and under a name of its own; what lies here now, not lent to anybody."""
    books = Books(connection)
    books.open([(acc.RISK, acc.RISK)])
    books.move(Transfer(f"risk:{name}", acc.WORLD, acc.RISK, acc.RISK, points))
    books.write()
    return books.has(acc.RISK, acc.RISK)


class Settlement:
    """What the entries of one sync settle: `read`, then `keys` to open in the books, then `apply`."""

    def __init__(self, people: People, book: OpenBook, *, recovering: bool) -> None:
        self._people = people
        self._book = book
        # What members have is known only at the end of a recovery: until then all of it is debt.
        self._recovering = recovering
        self._due: list[tuple[str, str, int]] = []
        self._credited: list[tuple[str, str]] = []

    def read(self, posted: Posted) -> Reader:
        """Find what was spent at risk, and who got points back."""
        for entry, body in posted:
            operation = self._book.operations.get(body.op) if isinstance(body, en.Post) else None
            if operation is not None and operation.redeem.risk:
                self._due.append((entry.id, operation.member, operation.redeem.risk))
            if isinstance(body, en.Returned) and body.asset == acc.POINTS and body.member:
                self._credited.append((entry.id, body.member))
        members = {member for _, member, _ in self._due} | {member for _, member in self._credited}
        yield self._people.survivors.need(members)
        yield self._people.debts.need(map(self._people.survivor, members))

    def keys(self) -> Iterable[Key]:
        """Every balance that may move."""
        for member in self._indebted():
            yield from repayment_keys(self._people.survivor(member))

    def apply(self, books: Books, posted: Posted) -> None:
        """The member pays what they have; the rest is their debt. Disputed entries settle nothing."""
        names = {entry.id for entry, _ in posted}
        for name, member, risk in self._due:
            if name in names:
                _settle(books, name, self._people.survivor(member), risk, pays=not self._recovering)
        indebted = self._indebted()
        for name, member in self._credited if not self._recovering else ():
            if member in indebted:
                repay(books, self._people.survivor(member), name)

    def _indebted(self) -> set[str]:
        """Whose debt is looked at: nobody else's is opened in the books, one by one and out of order."""
        indebted = {member for _, member, _ in self._due}
        return indebted | {member for _, member in self._credited if owes(self._people, member)}


def owes(people: People, member: str) -> bool:
    """Whether it is worth looking under the lock."""
    return bool(people.debts.get(people.survivor(member)))


def repayment_keys(member: str) -> Iterable[Key]:
    """Every balance that a repayment looks at or touches."""
    yield (acc.member(member), acc.POINTS)
    yield (acc.debt(member), acc.RISK)
    yield (acc.debt(member), acc.TAKEN_BACK)
    yield (acc.RISK, acc.RISK)


def repay(books: Books, member: str, name: str) -> None:
    """Take what the member owes from what they have now; the budget has it again. `name` is used once.

    Then what refunds took back and was spent already: that leaves no trace in the budget.
    """
    paid = min(books.has(acc.debt(member), acc.RISK), books.has(acc.member(member), acc.POINTS))
    if paid > 0:
        books.move(Transfer(f"repay:{name}", acc.member(member), acc.SPENT, acc.POINTS, paid))
        books.move(Transfer(f"repay:{name}.1", acc.debt(member), acc.RISK, acc.RISK, paid))
    taken = min(books.has(acc.debt(member), acc.TAKEN_BACK), books.has(acc.member(member), acc.POINTS))
    if taken > 0:
        books.move(Transfer(f"repay:{name}.2", acc.member(member), acc.WORLD, acc.POINTS, taken))
        books.move(Transfer(f"repay:{name}.3", acc.debt(member), acc.WORLD, acc.TAKEN_BACK, taken))


def _settle(books: Books, name: str, member: str, risk: int, *, pays: bool) -> None:
    paid = max(0, min(risk, books.has(acc.member(member), acc.POINTS))) if pays else 0
    books.move(Transfer(f"settle:{name}", acc.member(member), acc.SPENT, acc.POINTS, paid))
    books.move(Transfer(f"settle:{name}.1", acc.RISK_OPEN, acc.RISK, acc.RISK, paid))
    books.move(Transfer(f"settle:{name}.2", acc.RISK_OPEN, acc.debt(member), acc.RISK, risk - paid))
