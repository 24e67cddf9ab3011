"""Filing a card, or what stands for one, that is a member's from now on."""

import sqlalchemy as sa

from kiosk.hub.changes import touch
from kiosk.hub.tables import aliases, cards, merged_cards

FROZEN, HELD = "frozen", "held"


def frozen_as(connection: sa.Connection, member: str) -> str:
    """How this member is frozen: `frozen` by head office, `held` by a store, or ''.

    A way around their card would make nothing of it.
    """
    frozen = sa.select(cards.c.why).where(cards.c.member == member, cards.c.why.in_((FROZEN, HELD)))
    return connection.scalar(frozen.order_by(cards.c.why).limit(1)) or ""


def is_frozen(connection: sa.Connection, member: str) -> bool:
    """Whether head office or a store froze this member."""
    return bool(frozen_as(connection, member))


def file_card(connection: sa.Connection, card: bytes, member: str, tail: str) -> None:
    """This card leads to the member, or to whoever they were merged into until the two are parted."""
    into = connection.scalar(sa.select(aliases.c.into).where(aliases.c.alias == member))
    survivor = into or member
    why = frozen_as(connection, survivor)
    connection.execute(sa.insert(cards).values(hash=card, member=survivor, tail=tail, why=why))
    if into:
        connection.execute(sa.insert(merged_cards).values(hash=card, alias=member, into=into))
    touch(connection, [survivor])
