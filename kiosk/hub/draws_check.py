"""Every draw of a lottery computed again, from the stored logs, the seed and the rule pack."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.hub.draws import draws, lotteries
from kiosk.hub.people import People
from kiosk.hub.tables import entries
from kiosk.ledger import entries as en
from kiosk.membership.lottery import commitment, given, meant, number_of
from kiosk.membership.rules import LotteryRule


@dataclass(frozen=True, slots=True)
class Checked:
    """One draw: its place, entry and number, what was given, and what is wrong with it ('' for nothing)."""

    place: int
    draw: str
    number: int
    prize: str
    wrong: str = ""


def check(connection: sa.Connection, lottery: str) -> Iterator[Checked]:
    """Each draw in its order; then those that were paid for and never decided."""
    seed = connection.scalar(sa.select(lotteries.c.seed).where(lotteries.c.id == lottery))
    logs = _drawn_in_logs(connection, lottery)
    people, left = People(connection), dict[str, int]()
    d = draws.c
    for row in connection.execute(sa.select(draws).where(d.lottery == lottery).order_by(d.place)):
        entry = logs.pop(row.entry, None)
        rule = _rule(people, entry, lottery)
        if entry is None or rule is None or seed is None:
            yield Checked(row.place, row.entry, row.number, row.prize, "no log has it, or no rule pack")
            continue
        for prize, pieces in rule.pieces.items():
            left.setdefault(prize, pieces)
        number = number_of(bytes(seed), row.entry)
        prize = meant(rule.chances, number)
        won = given(prize, {name: left[name] for name in rule.prizes})
        if won:
            left[won] -= 1
        facts = {
            "commitment": (rule.commit, commitment(bytes(seed))),
            "number": (row.number, number),
            "prize meant": (row.meant, prize),
            "prize given": (row.prize, won),
            "member": (row.member, entry.member or ""),
        }
        wrong = [f"{name} is {kept!r}, not {due!r}" for name, (kept, due) in facts.items() if kept != due]
        yield Checked(row.place, row.entry, number, row.prize, "; ".join(wrong))
    for name in sorted(logs):
        yield Checked(0, name, -1, "", "was paid for and never decided")


def _drawn_in_logs(connection: sa.Connection, lottery: str) -> dict[str, en.Entry]:
    """Entry id -> entry of every draw of this lottery that was posted."""
    e = entries.c
    asked = sa.select(e.stored).where(e.kind == en.Drew.KIND, e.verdict == "posted")
    found = (en.decode(bytes(stored)) for stored in connection.scalars(asked.order_by(e.device, e.n)))
    told = ((entry, en.body_of(entry)) for entry in found)
    return {entry.id: entry for entry, body in told if isinstance(body, en.Drew) and body.lottery == lottery}


def _rule(people: People, entry: en.Entry | None, lottery: str) -> LotteryRule | None:
    for version in (entry.pack, 0) if entry else ():
        rule = people.rules(version).lottery
        if rule is not None and rule.id == lottery:
            return rule
    return None
