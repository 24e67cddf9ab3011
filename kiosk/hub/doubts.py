"""What members said was not them: for people to look into."""

from typing import Any

import sqlalchemy as sa

from kiosk.hub.declined import Declined
from kiosk.hub.member_tables import doubts

_MOST = 200


def open_doubts(engine: sa.Engine) -> list[dict[str, Any]]:
    """Those that nobody looked into, oldest first."""
    asked = sa.select(doubts).where(doubts.c.seen_by == "").order_by(doubts.c.told_at, doubts.c.entry)
    with engine.begin() as connection:
        return [dict(row) for row in connection.execute(asked.limit(_MOST)).mappings()]


def see(engine: sa.Engine, entry: str, who: str) -> None:
    """Somebody looked into it. Declined (404): there is none, or somebody has already."""
    mine = (doubts.c.entry == entry) & (doubts.c.seen_by == "")
    with engine.begin() as connection:
        if not connection.execute(sa.update(doubts).where(mine).values(seen_by=who)).rowcount:
            raise Declined(404, "doubt-unknown", "nothing is open under this name")
