"""Once-only benefits: one unit for each member and period, made at most once for ever."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta

from kiosk.hub.books import Books
from kiosk.hub.occasions import day_of
from kiosk.hub.people import People
from kiosk.ledger import accounts as acc
from kiosk.ledger.legs import Transfer
from kiosk.membership.benefits import Open, Person, open_on
from kiosk.membership.receipts import RIGHT

_DAY = timedelta(days=1)
_NOBODY = Person()


class Entitlements:
    """Makes the units that are asked for, as the rule pack allows. `zone` is the shop's (IANA)."""

    def __init__(self, people: People, now: Callable[[], int], zone: str) -> None:
        self._people = people
        self._now = now
        self._zone = zone

    def is_open(self, member: str, asset: str) -> bool:
        """Whether a rule gives them this benefit now: a kiosk's clock may be a day off, but not more.

        Whoever they are also known as counts, too.
        """
        name, period = acc.entitled(asset)
        if name == RIGHT:
            people = self._people
            return people.receipts.is_open(asset, people.rules(), self._now(), people.kin(member))
        rule = self._people.rules().entitlements.get(name)
        if rule is None or acc.entitlement(name, period) != asset:
            return False
        today = self._today()
        if not rule.when and period not in {rule.period_of(today + days * _DAY) for days in (-1, 0, 1)}:
            return False
        days = (-1, 0) if rule.when else (-1, 0, 1)
        return any(
            one.asset == asset for days in days for one in self._open(member, name, today + days * _DAY)
        )

    def open_today(self, member: str) -> Iterator[Open]:
        """The benefits that give a gift or points and are open for this member, given already or not."""
        rules, seen = self._people.rules(), set[str]()
        for name, rule in rules.entitlements.items():
            for one in self._open(member, name, self._today()) if rule.gift or rule.points else ():
                if one.asset not in seen:
                    seen.add(one.asset)
                    yield one

    def mint(self, books: Books, member: str, asset: str) -> None:
        """Give the member their unit, unless they, whoever else they are known as, ever had it."""
        names = [minting(one, asset) for one in self._people.kin(member)]
        if any(self._people.minted.get(name) for name in names):
            return
        name = minting(member, asset)
        books.move(Transfer(name, acc.WORLD, acc.member(member), asset, 1))
        self._people.minted.put(name, value=True)
        self._people.receipts.take(asset, self._people.survivor(member))

    def _open(self, member: str, name: str, day: date) -> Iterator[Open]:
        for one in self._people.kin(member):
            yield from open_on(self._people.rules(), name, self._people.persons.get(one) or _NOBODY, day)

    def _today(self) -> date:
        return day_of(self._now(), self._zone)


def minting(member: str, asset: str) -> str:
    """The one name under which this member's unit is made."""
    return f"entitle:{member}:{asset}"
