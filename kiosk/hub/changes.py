"""Telling the feed of a change, in the transaction of the change itself. The number comes later (`feed`).

A number given here would be seen out of order: PostgreSQL commits transactions in another order than they
took their numbers, and a kiosk that has read 7 would never ask for a 6 that commits afterwards.
"""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from kiosk.hub.feed_tables import changes, member_stores
from kiosk.hub.tables import cards, step_counter, upsert
from kiosk.ledger import accounts as acc

CARD, MEMBER = "card", "member"
DENY_EPOCH = "deny_epoch"
_OWNED = ("member", "debt")


def touch(connection: sa.Connection, members: Iterable[str]) -> None:
    """Something that kiosks show of these members is different now, or they are gone."""
    _write(connection, MEMBER, members)


def touch_accounts(connection: sa.Connection, accounts: Iterable[str]) -> None:
    """The balances of these accounts changed: whoever they belong to has changed."""
    touch(connection, {owner for account in accounts if (owner := _owner(account))})


def deny(connection: sa.Connection, card: bytes, why: str) -> None:
    """Serve this card nowhere from now on (a state of `membership.card_states`), or again ('')."""
    # Stepped first: its row stays locked until COMMIT, so lists are as new as their numbers say.
    step_counter(connection, DENY_EPOCH)
    mine = cards.c.hash == card
    connection.execute(sa.update(cards).where(mine).values(why=why))
    _write(connection, CARD, [card.hex()])
    touch(connection, connection.scalars(sa.select(cards.c.member).where(mine)))


def retell(connection: sa.Connection, card: bytes) -> None:
    """Tell every kiosk once more what this card is: one of them believes something else."""
    step_counter(connection, DENY_EPOCH)
    _write(connection, CARD, [card.hex()])


def place(connection: sa.Connection, member: str, store: str) -> None:
    """From now on the kiosks of this store know this member without the network too."""
    insert = upsert(connection, member_stores).values(member=member, store=store)
    connection.execute(insert.on_conflict_do_nothing())
    touch(connection, [member])


def displace(connection: sa.Connection, member: str, store: str) -> None:
    """The kiosks of this store forget this member."""
    mine = (member_stores.c.member == member) & (member_stores.c.store == store)
    connection.execute(sa.delete(member_stores).where(mine))
    touch(connection, [member])


def _owner(account: str) -> str:
    """The member an account belongs to, or ''."""
    kind, _, rest = account.partition(":")
    if kind in _OWNED:
        return rest
    return rest.partition(":")[2] if account.startswith(acc.escrow("")) else ""


def _write(connection: sa.Connection, kind: str, subjects: Iterable[str]) -> None:
    names = sorted(set(subjects))
    if not names:
        return
    if connection.dialect.name == "postgresql":  # one statement of one shape, however many there are
        each = sa.func.unnest(sa.cast(names, postgresql.ARRAY(sa.Text)))
        wanted = sa.select(sa.literal(kind), each)
        connection.execute(sa.insert(changes).from_select(["kind", "subject"], wanted))
    else:
        connection.execute(sa.insert(changes), [{"kind": kind, "subject": name} for name in names])
