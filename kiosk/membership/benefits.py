"""Which gifts by right are open for a member on a day. Pure: head office knows the facts, this decides."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from kiosk.ledger import accounts
from kiosk.membership.rules import OnceRule, Rules


@dataclass(frozen=True, slots=True)
class PutAside:
    """Head office put a benefit aside for a member by name: its rule, its period, its last day."""

    rule: str
    period: str
    until: date


@dataclass(frozen=True, slots=True)
class Person:
    """What decides for whom a benefit is open. `born` is month and day ("06-01"), '' where nobody told."""

    born: str = ""
    joined: date | None = None
    lifetime: int = 0
    put_aside: tuple[PutAside, ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """A benefit that is open: its asset, and its last day if it has one."""

    asset: str
    until: date | None


def open_on(rules: Rules, name: str, person: Person, day: date) -> Iterator[Open]:
    """Under which assets the benefit of this name is open for a person on a day of the shop's calendar."""
    rule = rules.entitlements.get(name)
    if rule is None or not _reaches(rules, rule.tier, person.lifetime):
        return
    for period, until in _windows(rule, name, person, day):
        ends = [one for one in (until, rule.until) if one is not None]
        if all(day <= one for one in ends):
            yield Open(accounts.entitlement(name, period), min(ends, default=None))


def _reaches(rules: Rules, tier: str, lifetime: int) -> bool:
    """Whether so many lifetime points have reached a tier ('' is everybody's; an unknown one nobody's)."""
    rung = rules.tiers.get(tier)
    return not tier or (rung is not None and rung.begins <= lifetime)


def _windows(rule: OnceRule, name: str, person: Person, day: date) -> Iterator[tuple[str, date | None]]:
    """(period, last day) of each time that it is open for this person, as far as that has begun."""
    match rule.when:
        case "":
            yield rule.period_of(day), None
        case "birthday":
            for birthday in _birthdays(person.born, day.year):
                if birthday - timedelta(rule.days_before) <= day:
                    yield rule.period_of(birthday), birthday + timedelta(rule.days_after)
        case "welcome":
            if person.joined is not None and person.joined <= day:
                yield rule.period_of(person.joined), person.joined + timedelta(rule.days)
        case "waiting":
            yield from ((one.period, one.until) for one in person.put_aside if one.rule == name)


def _birthdays(born: str, year: int) -> Iterator[date]:
    """Those around this year, for a window may reach over New Year. Leap days are kept on the 28th."""
    for one in (year - 1, year, year + 1):
        try:
            yield date.fromisoformat(f"{one:04}-{born}")
        except ValueError:
            if born == "02-29":
                yield date(one, 2, 28)
