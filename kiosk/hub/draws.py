"""The lottery at head office: seeds it committed to, what became of each draw, and what members were told.

A seed is made before its commitment is published, and told when the lottery is over. The row of a lottery is
locked while draws come in, so that the pieces left are counted one draw after the other.
"""

import secrets
from collections import Counter
from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from kiosk.hub.benefit_tables import offers
from kiosk.hub.bulk import among
from kiosk.hub.declined import Declined
from kiosk.hub.people import People
from kiosk.hub.tables import metadata, upsert
from kiosk.ledger import entries as en
from kiosk.ledger.sync import DrawResult, Lottery
from kiosk.membership.lottery import commitment, results
from kiosk.membership.rules import LotteryRule

TOLD_MOST = 50
"""Results that one answer brings to a device."""

lotteries = sa.Table(
    "lotteries",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("seed", sa.LargeBinary, nullable=False),
    sa.Column("told_at", sa.BigInteger, nullable=False, default=0),
)
"""Secret seeds (32 bytes); `told_at` says when it was told to the public (UTC microseconds), 0 before."""
draws = sa.Table(
    "draws",
    metadata,
    sa.Column("entry", sa.Text, primary_key=True),
    sa.Column("lottery", sa.Text, nullable=False),
    sa.Column("place", sa.BigInteger, nullable=False),
    sa.Column("member", sa.Text, nullable=False, index=True),
    sa.Column("device", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("meant", sa.Text, nullable=False),
    sa.Column("prize", sa.Text, nullable=False),
    sa.Column("told", sa.Boolean, nullable=False, default=False),
    sa.UniqueConstraint("lottery", "place"),
)
"""Every draw in the order that head office heard of them (`place`, from 1), and what became of it."""
_UNTOLD = "NOT told"
sa.Index("untold", draws.c.device, sqlite_where=sa.text(_UNTOLD), postgresql_where=sa.text(_UNTOLD))


def make(connection: sa.Connection, lottery: str) -> str:
    """Make the secret seed of a lottery; its commitment, for the rule pack. Declined if there is one."""
    if connection.scalar(sa.select(lotteries.c.id).where(lotteries.c.id == lottery)) is not None:
        raise Declined(409, "lottery", f"lottery {lottery} has its seed already")
    seed = secrets.token_bytes(32)
    connection.execute(sa.insert(lotteries).values(id=lottery, seed=seed, told_at=0))
    return commitment(seed)


def keep(
    connection: sa.Connection, device: str, posted: Iterable[tuple[en.Entry, en.Body]], people: People
) -> None:
    """Decide what these entries drew, put prizes aside for the winners, and note who was told."""
    for entry, body in posted:
        if isinstance(body, en.Drew):
            rule = _rule_of(people, entry, body)
            if rule is not None:
                _draw(connection, device, entry, rule)
        elif isinstance(body, en.Drawn):
            connection.execute(sa.update(draws).where(draws.c.entry == body.draw).values(told=True))


def left(connection: sa.Connection, rule: LotteryRule) -> dict[str, int]:
    """Prize -> pieces that nobody has won yet, in the rule's order."""
    d = draws.c
    asked = sa.select(d.prize, sa.func.count()).where(d.lottery == rule.id).group_by(d.prize)
    won = Counter({prize: int(count) for prize, count in connection.execute(asked)})
    return {prize: max(0, pieces - won[prize]) for prize, pieces in rule.pieces.items()}


def standing(connection: sa.Connection, members: Collection[str], rule: LotteryRule | None) -> Lottery | None:
    """What a kiosk is told at a visit of this person; None where there is no lottery nor was one."""
    results = untold(connection, among(connection, draws.c.member, members))
    if rule is None:
        return Lottery(id="", results=results) if results else None
    return Lottery(id=rule.id, left=left(connection, rule), results=results)


def untold(connection: sa.Connection, whose: sa.ColumnElement[bool]) -> tuple[DrawResult, ...]:
    """Results that nobody has read yet, the oldest first."""
    d = draws.c
    asked = sa.select(d.entry, d.member, d.prize).where(whose, sa.text(_UNTOLD))
    rows = connection.execute(asked.order_by(d.lottery, d.place).limit(TOLD_MOST))
    return tuple(DrawResult(draw=entry, member=member, prize=prize) for entry, member, prize in rows)


def untold_at(connection: sa.Connection, devices: Collection[str]) -> dict[str, tuple[DrawResult, ...]]:
    """device -> results of draws made there that nobody has read yet."""
    d = draws.c
    mine = among(connection, d.device, devices)
    asked = sa.select(d.device).where(mine, sa.text(_UNTOLD)).distinct()
    return {one: untold(connection, d.device == one) for one in connection.scalars(asked).all()}


def _rule_of(people: People, entry: en.Entry, drew: en.Drew) -> LotteryRule | None:
    """The lottery as the kiosk knew it, else as it is now."""
    for version in (entry.pack, 0):
        rule = people.rules(version).lottery
        if rule is not None and rule.id == drew.lottery:
            return rule
    return None


def _draw(connection: sa.Connection, device: str, entry: en.Entry, rule: LotteryRule) -> None:
    asked = sa.select(lotteries.c.seed, lotteries.c.told_at).where(lotteries.c.id == rule.id)
    kept = connection.execute(asked.with_for_update()).one_or_none()
    if kept is None or kept.told_at or commitment(bytes(kept.seed)) != rule.commit:
        return  # nobody could prove such a draw, or everybody could have chosen it: `draws check` names it
    seed = bytes(kept.seed)
    if connection.scalar(sa.select(draws.c.place).where(draws.c.entry == entry.id)) is not None:
        return
    last = sa.select(sa.func.max(draws.c.place)).where(draws.c.lottery == rule.id)
    (result,) = results(seed, rule.chances, left(connection, rule), [entry.id])
    member = entry.member or ""
    connection.execute(
        sa.insert(draws).values(
            entry=entry.id, lottery=rule.id, place=(connection.scalar(last) or 0) + 1, member=member,
            device=device, number=result.number, meant=result.meant, prize=result.prize, told=False,
        )
    )  # fmt: skip
    if result.prize:
        until = datetime.fromtimestamp(entry.at / 1_000_000, UTC).date() + timedelta(rule.days)
        row = {"member": member, "rule": result.prize, "period": entry.id, "until": until.isoformat()}
        connection.execute(upsert(connection, offers).values(**row).on_conflict_do_nothing())
