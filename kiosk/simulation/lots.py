"""The lottery under simulation: its rule, its seed, and what must hold of every draw in the end."""

from collections import Counter
from collections.abc import Iterator

import sqlalchemy as sa

from kiosk.hub.draws import draws, lotteries
from kiosk.hub.draws_check import check
from kiosk.hub.tables import entries
from kiosk.ledger import entries as en
from kiosk.membership.lottery import commitment

LOTTERY, DRAW_POINTS = "moon", 30
SEED = bytes(range(32))
RULES = f"""
[entitlements.draw]
period = "day"

[entitlements.prize]
when = "waiting"
gift = "G1"

[lottery]
id = "{LOTTERY}"
name.en = "Draw"
points = {DRAW_POINTS}
until = 2099-12-31
commit = "{commitment(SEED)}"
prizes.prize = {{ chance = 4000, pieces = 1000 }}
"""
"""More pieces than stories have draws: in whatever order logs come back, every result is the same."""


def open_lottery(connection: sa.Connection) -> None:
    """Head office has its seed."""
    connection.execute(sa.insert(lotteries).values(id=LOTTERY, seed=SEED, told_at=0))


def drawn_by(connection: sa.Connection) -> Counter[str]:
    """How often each member drew, by the logs."""
    return Counter(entry.member or "" for entry, _ in _posted(connection, en.Drew))


def right_to_draw(connection: sa.Connection) -> set[str]:
    """The rights that draws used up."""
    return {body.asset for _, body in _posted(connection, en.Drew) if isinstance(body, en.Drew)}


def every_draw_is_what_it_had_to_be(connection: sa.Connection) -> Iterator[str]:
    """Computed again, and the same as what members were told."""
    yield from (f"draw {one.draw} {one.wrong}" for one in check(connection, LOTTERY) if one.wrong)
    kept = {row.entry: row for row in connection.execute(sa.select(draws))}
    for _, body in _posted(connection, en.Drawn):
        assert isinstance(body, en.Drawn)
        row = kept.get(body.draw)
        if row is None or row.prize != body.prize:
            yield f"draw {body.draw} was told as {body.prize or 'nothing'}"
        elif not row.told:
            yield f"draw {body.draw} was told, and waits to be told"


def _posted(connection: sa.Connection, kind: type[en.Body]) -> list[tuple[en.Entry, en.Body]]:
    asked = sa.select(entries.c.stored).where(entries.c.kind == kind.KIND, entries.c.verdict == "posted")
    found = (en.decode(bytes(stored)) for stored in connection.scalars(asked))
    return [(entry, body) for entry in found if (body := en.body_of(entry)) is not None]
