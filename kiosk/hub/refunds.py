"""Points of a printed voucher that two people give back: once, and only when nobody can claim it any more.

The voucher is revoked, and the promise is kept beside it. Its holder is asked to let the right to claim go;
until it has, it may claim, and a voucher that was claimed gives no points back. Once the right lies here, one
transaction uses it up, puts the piece on the shelf again and gives the member the points.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.hub.books import Books
from kiosk.hub.console_tables import audit
from kiosk.hub.declined import Declined
from kiosk.hub.operations import OpenBook, Operation
from kiosk.hub.people import People
from kiosk.hub.recovery import hold
from kiosk.hub.revocations import CATALOGUE, revoke_voucher
from kiosk.hub.revoked import among_revoked
from kiosk.hub.risk import repay
from kiosk.hub.staff import Pair
from kiosk.hub.tables import redemptions, step_counter, upsert
from kiosk.hub.voucher_tables import PAID, refunds
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Transfer

CLAIMED, VOIDED, DISPUTED = "claimed", "voided", "disputed"
"""How a promise comes to nothing: claimed before, given back by the kiosk's own void, or disputed since."""
RIGHT_BACK = ".3"
"""How the transfer's name ends that gives a member their right to a free gift back."""


def refund_voucher(connection: sa.Connection, voucher: str, pair: Pair, now: int) -> None:
    """Revoke a voucher and promise its points to the member. Declined: unknown, disputed or settled."""
    if not among_revoked(connection, [voucher]):
        revoke_voucher(connection, voucher, pair)
    elif pair.subject != voucher or pair.first == pair.second:
        raise Declined(403, "pair", f"these two people were not asked about {voucher}")
    asked = sa.select(redemptions).where(redemptions.c.voucher == voucher)
    row = connection.execute(asked.with_for_update()).one()
    if row.claimed or row.state == "voided":
        how = "claimed" if row.claimed else "voided"
        raise Declined(409, f"already-{how}", f"{voucher} gives no points back")
    if row.disputed:
        raise Declined(409, "disputed", "of a disputed redemption nobody gets rights")
    told = {"op": row.op, "voucher": voucher, "member": row.member, "asked_at": now}
    told |= {"first": pair.first, "second": pair.second, "ended": "", "ended_at": 0, "points": row.points}
    connection.execute(upsert(connection, refunds).values(**told).on_conflict_do_nothing())


def are_promised(connection: sa.Connection) -> bool:
    """Whether any promise is open."""
    return bool(connection.scalar(sa.select(sa.exists().where(refunds.c.ended == ""))))


def pay_due(connection: sa.Connection, now: int) -> tuple[str, ...]:
    """Keep every promise that can be kept now; the vouchers whose points were given back."""
    era = hold(connection)
    if era is not None and era.recovering:
        return ()  # who holds which right is known at its end
    promised = {row.op: row.voucher for row in connection.execute(_due())}
    if not promised:
        return ()
    book, books = OpenBook(connection), Books(connection)
    book.need(promised).shelf.fetch(promised)
    ended = {op: _how(operation) for op, operation in book.operations.items()}
    paid = sorted(op for op, how in ended.items() if how == PAID)
    for op in paid:
        _pay(connection, books, op, book.operations[op])
    books.write()
    book.write()
    for op, how in sorted(ended.items()):
        if how:
            _end(connection, op, how, now)
    if paid:
        step_counter(connection, CATALOGUE)
    return tuple(promised[op] for op in paid)


def _due() -> sa.Select[tuple[str, str]]:
    """(operation, voucher) of promises that can be kept, or came to nothing."""
    f, r = refunds.c, redemptions.c
    lies_here = (r.holder == "") & (r.state == "posted")
    over = r.claimed | r.expired | r.disputed | (r.state == "voided")
    return sa.select(f.op, f.voucher).join(redemptions, r.op == f.op).where(f.ended == "", lies_here | over)


def _how(operation: Operation) -> str:
    """How the promise ends now; '' if the right to claim is still somewhere else."""
    if operation.claimed:
        return CLAIMED
    if operation.state == "voided":
        return VOIDED
    if operation.disputed:
        return DISPUTED
    return PAID if operation.state == "posted" and (operation.expired or operation.holder == "") else ""


def _pay(connection: sa.Connection, books: Books, op: str, operation: Operation) -> None:
    """Points to the member, and after their debts they have them; the right is used up, the piece is back."""
    redeem, people = operation.redeem, People(connection)
    member, name = people.survivor(operation.member), refund_id(op)
    legs = list(_legs(redeem, member, name, expired=operation.expired))
    books.open(key for leg in legs for key in ((leg.source, leg.asset), (leg.target, leg.asset)))
    for leg in legs:
        books.move(leg)
    repay(books, member, name)
    operation.state = "voided"
    operation.hand(None)


def _legs(redeem: en.Redeem, member: str, name: str, *, expired: bool) -> Iterable[Transfer]:
    yield Transfer(name, acc.SPENT, acc.member(member), acc.POINTS, redeem.points)
    if redeem.benefit:
        right, units = redeem.benefit, redeem.benefit_units
        yield Transfer(f"{name}{RIGHT_BACK}", acc.SPENT, acc.member(member), right, units)
    if not expired:  # else its holder used up the right and gave the piece back
        claim, unit = acc.claim(redeem.voucher), acc.gift(redeem.gift)
        yield Transfer(f"{name}.1", acc.source(claim, None), acc.WORLD, claim, 1)
        yield Transfer(f"{name}.2", acc.ISSUED, acc.pool(redeem.gift), unit, 1)


def refund_id(op: str) -> str:
    """The one name under which an operation's points are given back."""
    return f"refunded:{op}"


def _end(connection: sa.Connection, op: str, how: str, now: int) -> None:
    mine = sa.update(refunds).where(refunds.c.op == op).values(ended=how, ended_at=now)
    row = connection.execute(mine.returning(refunds.c.first, refunds.c.second, refunds.c.voucher)).one()
    line = {"id": refund_id(op), "at": now, "who": row.first, "second": row.second}
    line |= {"action": "refund-voucher", "subject": row.voucher, "source": "here", "outcome": how}
    connection.execute(sa.insert(audit).values(**line))
