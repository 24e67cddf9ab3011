"""Two people at the console join two accounts of one person, once a code on their phone has proven it."""

import sqlalchemy as sa

from kiosk.hub.books import Books
from kiosk.hub.declined import Declined
from kiosk.hub.joining_tables import merge_proposals
from kiosk.hub.lookups import Lookups
from kiosk.hub.member_tables import phones
from kiosk.hub.merges import Merges
from kiosk.hub.shelves import read_together
from kiosk.ledger import entries as en

ZONE = "UTC"


def open_proposals(engine: sa.Engine) -> list[dict[str, object]]:
    """Accounts that have the same phone, the oldest first. `proven`: they may be joined."""
    m, p = merge_proposals.c, phones.c
    filed = sa.exists().where(p.member == m.into)
    asked = sa.select(merge_proposals, filed.label("filed")).order_by(m.at, m.alias)
    with engine.begin() as connection:
        return [
            {"alias": row.alias, "into": row.into, "at": row.at, "proven": bool(row.proof and row.filed)}
            for row in connection.execute(asked)
        ]


def into_of(connection: sa.Connection, alias: str) -> str:
    """The account that this one is proposed to be joined with, or ''."""
    m = merge_proposals.c
    into: str | None = connection.scalar(sa.select(m.into).where(m.alias == alias).order_by(m.at))
    return into or ""


def join_accounts(connection: sa.Connection, alias: str, name: str, now: int) -> None:
    """Make one account of two, as a merge that a log tells of does; `name` is what its transfers are called.

    Declined: there is no such proposal, nobody proved it yet, or the accounts cannot be joined.
    """
    m = merge_proposals.c
    asked = sa.select(merge_proposals).where(m.alias == alias).order_by(m.at).limit(1)
    proposal = connection.execute(asked.with_for_update()).one_or_none()
    if proposal is None:
        raise Declined(404, "proposal-unknown", f"nobody proposes to join {alias} with another account")
    filed = sa.select(phones.c.member).where(phones.c.member == proposal.into)
    if not proposal.proof or connection.scalar(filed) is None:
        raise Declined(409, "unproven", "no code on that phone has shown yet that both are theirs")
    body = en.Merge(alias=alias, into=proposal.into, proof=proposal.proof)
    entry = en.Entry(n=0, id=name, kind=body.KIND, at=now, zone=ZONE, pack=0, body=en.raw(body))
    merges = Merges(Lookups(connection))
    read_together([merges.read([body])])
    conflict = merges.contradicted(body)
    if conflict is not None:
        raise Declined(409, conflict.reason, "these two cannot be joined")
    books = Books(connection)
    books.open(merges.keys([(entry, body)]))
    merges.apply(books, [(entry, body)])
    books.write()
    merges.write(connection)
    connection.execute(sa.delete(merge_proposals).where(m.alias == alias, m.into == proposal.into))
