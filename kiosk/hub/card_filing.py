"""Filing a card, or what stands for one, that is a member's from now on."""

import sqlalchemy as sa

from kiosk.hub.changes import touch
from kiosk.hub.tables import aliases, cards, merged_cards

FROZEN = "frozen"


def is_frozen(connection: sa.Connection, member: str) -> bool:
    """Whether head office froze this member: a way around their card would make nothing of it."""
    frozen = sa.select(cards.c.hash).where(cards.c.member == member, cards.c.why == FROZEN)
    return connection.scalar(frozen.limit(1)) is not None


def file_card(connection: sa.Connection, card: bytes, member: str, tail: str) -> None:
    """This card leads to the member, or to whoever they were merged into until the two are parted."""
    into = connection.scalar(sa.select(aliases.c.into).where(aliases.c.alias == member))
    survivor = into or member
    why = FROZEN if is_frozen(connection, survivor) else ""
    connection.execute(sa.insert(cards).values(hash=card, member=survivor, tail=tail, why=why))
    if into:
        connection.execute(sa.insert(merged_cards).values(hash=card, alias=member, into=into))
    touch(connection, [survivor])
