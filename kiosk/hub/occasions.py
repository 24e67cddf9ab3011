"""For whom benefits are open: birthdays, days of joining, and what was put aside for somebody by name."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kiosk.hub.benefit_tables import occasions, offers
from kiosk.hub.bulk import among
from kiosk.hub.declined import Declined
from kiosk.hub.portraits import newest_pack
from kiosk.hub.tables import members, upsert
from kiosk.membership.benefits import Person, PutAside
from kiosk.membership.rules import read_rules


def day_of(at: int, zone: str) -> date:
    """The day of the shop's calendar (`zone` as IANA calls it) at a moment (UTC microseconds)."""
    return datetime.fromtimestamp(at / 1_000_000, UTC).astimezone(ZoneInfo(zone)).date()


def persons(connection: sa.Connection, names: Iterable[str]) -> dict[str, Person]:
    """What decides about each of these members; nobody who does not exist."""
    names = list(names)
    aside: dict[str, list[PutAside]] = {}
    o, m, k = offers.c, members.c, occasions.c
    for row in connection.execute(
        sa.select(offers).where(among(connection, o.member, names)).order_by(o.rule, o.period)
    ):
        put = PutAside(row.rule, row.period, date.fromisoformat(row.until))
        aside.setdefault(row.member, []).append(put)
    asked = (
        sa.select(m.id, m.lifetime, k.born, k.joined)
        .select_from(members)
        .outerjoin(occasions, k.member == m.id)
    )
    return {
        member: Person(
            born=born or "",
            joined=date.fromisoformat(joined) if joined else None,
            lifetime=lifetime,
            put_aside=tuple(aside.get(member, ())),
        )
        for member, lifetime, born, joined in connection.execute(asked.where(among(connection, m.id, names)))
    }


def note_occasions(
    connection: sa.Connection, member: str, *, born: date | None = None, joined: date | None = None
) -> None:
    """Remember a birthday (month and day alone) or the day of joining; None leaves what is there."""
    told = {"born": f"{born:%m-%d}" if born else None, "joined": joined.isoformat() if joined else None}
    news = {name: text for name, text in told.items() if text is not None}
    if news:
        insert = upsert(connection, occasions).values(**{"born": "", "joined": ""} | news, member=member)
        connection.execute(insert.on_conflict_do_update(index_elements=["member"], set_=news))


def put_aside(connection: sa.Connection, member: str, rule: str, until: date, today: date) -> str:
    """Put a benefit aside for one member until its last day; the period it counts in.

    Declined: no such member, a rule that is not for members by name, or a day that is over.
    """
    text = newest_pack(connection)[1]
    found = read_rules(text).entitlements.get(rule) if text else None
    if found is None or found.when != "waiting":
        raise Declined(409, "rule", f'the rule pack has no [entitlements.{rule}] with when = "waiting"')
    if connection.scalar(sa.select(members.c.id).where(members.c.id == member)) is None:
        raise Declined(404, "member-unknown", f"{member} is no member")
    if until < today:
        raise Declined(409, "day", f"{until} is over")
    period = found.period_of(today)
    row = {"member": member, "rule": rule, "period": period, "until": until.isoformat()}
    insert = upsert(connection, offers).values(**row)
    names, news = ["member", "rule", "period"], {"until": insert.excluded.until}
    connection.execute(insert.on_conflict_do_update(index_elements=names, set_=news))
    return period
