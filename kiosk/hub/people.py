"""Who is who, and what members owe: looked up for all requests of one transaction at once."""

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.hub.bulk import among
from kiosk.hub.occasions import persons
from kiosk.hub.portraits import pack_of
from kiosk.hub.recovery import era_of
from kiosk.hub.scanned_receipts import ScannedReceipts
from kiosk.hub.shelves import Shelf
from kiosk.hub.tables import aliases, balances, members, merge_moves, transfers
from kiosk.ledger import accounts as acc
from kiosk.membership.benefits import Person
from kiosk.membership.rules import FIRST, BadRules, Rules, read_rules


class People:
    """The shelves of one transaction that are about members. Only `locked` locks."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._rules: dict[int, Rules] = {}
        self._recovering: bool | None = None
        self.survivors = Shelf(self._survivors)
        self.joined: set[tuple[str, str]] = set()
        """(alias, survivor) joined in this transaction, parted again or not."""
        self.families = Shelf(self._families)
        self.locked = Shelf(self._locked)
        self.debts = Shelf(self._debts)
        self.risk_held = Shelf(self._risk_held)
        self.assets = Shelf(self._assets)
        self.merged = Shelf(self._merged)
        self.minted = Shelf(self._minted)
        self.persons = Shelf(self._persons)
        self.receipts = ScannedReceipts(connection)

    def survivor(self, member: str) -> str:
        """Whose account stands for this member: their own, or the one that theirs was merged into."""
        return self.survivors.get(member) or member

    def kin(self, member: str) -> tuple[str, ...]:
        """Everybody who is the same person, the survivor first."""
        survivor = self.survivor(member)
        return (survivor, *(self.families.get(survivor) or ()))

    def rules(self, version: int = 0) -> Rules:
        """The rule pack in force, or of a version that is known; one that cannot be read names nothing."""
        if version not in self._rules:
            try:
                self._rules[version] = read_rules(pack_of(self._connection, version)[1])
            except BadRules:
                self._rules[version] = FIRST
        return self._rules[version]

    def recovering(self) -> bool:
        """Whether what members have is known only once every log is in again."""
        if self._recovering is None:
            era = era_of(self._connection)
            self._recovering = era is not None and era.recovering
        return self._recovering

    def _survivors(self, names: list[str]) -> Iterable[tuple[str, str]]:
        """alias -> the member that it was merged into."""
        a = aliases.c
        asked = sa.select(a.alias, a.into).where(among(self._connection, a.alias, names))
        return [(alias, into) for alias, into in self._connection.execute(asked)]

    def _families(self, names: list[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
        """member -> those that were merged into them."""
        a = aliases.c
        asked = sa.select(a.into, a.alias).where(among(self._connection, a.into, names)).order_by(a.alias)
        found: dict[str, tuple[str, ...]] = {}
        for into, alias in self._connection.execute(asked):
            found[into] = (*found.get(into, ()), alias)
        return list(found.items())

    def _locked(self, names: list[str]) -> Iterable[tuple[str, bool]]:
        """member -> they exist, and nobody else merges them or gives them a benefit meanwhile."""
        m = members.c
        asked = sa.select(m.id).where(among(self._connection, m.id, names)).order_by(m.id)
        return [(member, True) for member in self._connection.scalars(asked.with_for_update())]

    def _debts(self, names: list[str]) -> Iterable[tuple[str, int]]:
        """member -> points that they owe. Only a hint: the books say it under their lock."""
        owed = {acc.debt(name): name for name in names}
        found = dict(self._units(owed, acc.RISK))
        for name, taken in self._units(owed, acc.TAKEN_BACK):
            found[name] = found.get(name, 0) + taken
        return found.items()

    def _risk_held(self, kiosks: list[str]) -> Iterable[tuple[str, int]]:
        """device -> what it holds of the risk budget. Only a hint, like `debts`."""
        return self._units({acc.escrow(kiosk): kiosk for kiosk in kiosks}, acc.RISK)

    def _units(self, accounts: dict[str, str], asset: str) -> Iterable[tuple[str, int]]:
        b = balances.c
        asked = sa.select(b.account, b.amount).where(
            among(self._connection, b.account, list(accounts)), b.asset == asset, b.amount != 0
        )
        return [(accounts[account], amount) for account, amount in self._connection.execute(asked)]

    def _assets(self, accounts: list[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
        """account -> the assets that it has units of."""
        b = balances.c
        asked = sa.select(b.account, b.asset).where(among(self._connection, b.account, accounts))
        found: dict[str, tuple[str, ...]] = {}
        for account, asset in self._connection.execute(asked.where(b.amount != 0).order_by(b.asset)):
            found[account] = (*found.get(account, ()), asset)
        return list(found.items())

    def _merged(self, names: list[str]) -> Iterable[tuple[str, tuple[tuple[str, int], ...]]]:
        """alias -> (asset, units) that went from it to its survivor, less what went back."""
        m = merge_moves.c
        asked = sa.select(m.alias, m.asset, m.amount).where(among(self._connection, m.alias, names))
        found: dict[str, tuple[tuple[str, int], ...]] = {}
        for alias, asset, amount in self._connection.execute(asked.order_by(m.alias, m.asset)):
            found[alias] = (*found.get(alias, ()), (asset, amount))
        return list(found.items())

    def _minted(self, names: list[str]) -> Iterable[tuple[str, bool]]:
        """transfer id -> it was made."""
        asked = sa.select(transfers.c.id).where(among(self._connection, transfers.c.id, names))
        return [(name, True) for name in self._connection.scalars(asked)]

    def _persons(self, names: list[str]) -> Iterable[tuple[str, Person]]:
        """member -> what decides which benefits are open for them."""
        return persons(self._connection, names).items()
