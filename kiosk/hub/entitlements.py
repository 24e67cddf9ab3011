"""Once-only benefits: one unit for each member and period, made at most once for ever."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from kiosk.hub.books import Books
from kiosk.hub.people import People
from kiosk.ledger import accounts as acc
from kiosk.ledger.legs import Transfer

_DAY = timedelta(days=1)


class Entitlements:
    """Makes the units that are asked for, as the rule pack allows. `zone` is the shop's (IANA)."""

    def __init__(self, people: People, now: Callable[[], int], zone: str) -> None:
        self._people = people
        self._now = now
        self._zone = zone

    def is_named(self, asset: str) -> bool:
        """Whether a rule gives this benefit now: a kiosk's clock may be a day off, but not more."""
        rule_name, _, period = asset.removeprefix("entitlement:").partition(":")
        rule = self._people.rules().entitlements.get(rule_name)
        if rule is None:
            return False
        today = datetime.fromtimestamp(self._now() / 1_000_000, UTC).astimezone(ZoneInfo(self._zone)).date()
        return period in {rule.period_of(today + days * _DAY) for days in (-1, 0, 1)}

    def mint(self, books: Books, member: str, asset: str) -> None:
        """Give the member their unit, unless they, whoever else they are known as, ever had it."""
        names = [minting(one, asset) for one in self._people.kin(member)]
        if any(self._people.minted.get(name) for name in names):
            return
        name = minting(member, asset)
        books.move(Transfer(name, acc.WORLD, acc.member(member), asset, 1))
        self._people.minted.put(name, value=True)


def minting(member: str, asset: str) -> str:
    """The one name under which this member's unit is made."""
    return f"entitle:{member}:{asset}"
