"""Members as kiosks may see them: names masked, figures for one device. Many at once cost a few queries."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import sqlalchemy as sa

from kiosk.hub.handed import handed
from kiosk.hub.handed import line as handed_line
from kiosk.hub.settings import HubSettings
from kiosk.hub.tables import aliases, balances, gifts, history, members, packs, redemptions
from kiosk.hub.till_tables import BOUGHT, sales
from kiosk.hub.voucher_tables import PAID, refunds
from kiosk.ledger import accounts as acc
from kiosk.ledger.feed import MemberFacts
from kiosk.ledger.sync import HistoryLine
from kiosk.membership.rules import Rules, read_rules
from kiosk.membership.tiers import standing

Units = dict[tuple[str, str], int]
Lines = dict[str, list[HistoryLine]]


@dataclass(frozen=True, slots=True)
class Portrait:
    """One member, and whether the device that asks is their home."""

    facts: MemberFacts
    home: bool


def newest_pack(connection: sa.Connection) -> tuple[int, str]:
    """Version and text of the rule pack that counts; (0, '') before there is one."""
    asked = sa.select(packs.c.version, packs.c.rules).order_by(packs.c.version.desc()).limit(1)
    found = connection.execute(asked).one_or_none()
    return (found.version, found.rules) if found else (0, "")


_VERSION_MAX = 2**31 - 1


def pack_of(connection: sa.Connection, version: int) -> tuple[int, str]:
    """The same of this version; of the newest one if there is none of that number."""
    asked = sa.select(packs.c.version, packs.c.rules).where(packs.c.version == version)
    found = connection.execute(asked).one_or_none() if 0 < version <= _VERSION_MAX else None
    return (found.version, found.rules) if found else newest_pack(connection)


class Portraits:
    """Draws members for one device, within one transaction."""

    def __init__(self, connection: sa.Connection, device: str, settings: HubSettings) -> None:
        self._connection = connection
        self._device = device
        self._settings = settings

    def of(self, names: Sequence[str], lines: int) -> dict[str, Portrait]:
        """The members of these ids that exist, with at most so many lines of history each."""
        text = newest_pack(self._connection)[1]
        rules = read_rules(text) if text else None
        people = self._connection.execute(sa.select(members).where(members.c.id.in_(names))).all()
        units, told = self._units(names), self._histories(names, lines)
        return {one.id: self._drawn(one, rules, units, told.get(one.id, [])) for one in people}

    def _drawn(
        self, person: sa.Row[Any], rules: Rules | None, units: Units, told: list[HistoryLine]
    ) -> Portrait:
        own, here = acc.member(person.id), acc.escrow(self._device, person.id)
        home = person.home == self._device
        software = home and self._settings.pin.offline_pin == "software"
        facts = MemberFacts(
            name=person.name,
            tier=standing(rules, person.lifetime).tier if rules else "",
            lifetime=person.lifetime,
            expiring=person.expiring,
            expiring_on=person.expiring_on,
            points=units.get((own, acc.POINTS), 0),
            cash=units.get((own, acc.CASH), 0),
            escrow=units.get((here, acc.POINTS), 0),
            tries=units.get((own, acc.TRIES), 0) + units.get((here, acc.TRIES), 0),
            debt=sum(units.get((acc.debt(person.id), asset), 0) for asset in (acc.RISK, acc.TAKEN_BACK)),
            verifier=person.verifier if software else "",
            history=tuple(told),
        )
        return Portrait(facts, home)

    def _units(self, names: Iterable[str]) -> Units:
        accounts = [
            account
            for name in names
            for account in (acc.member(name), acc.escrow(self._device, name), acc.debt(name))
        ]
        asked = sa.select(balances).where(balances.c.account.in_(accounts))
        return {(row.account, row.asset): row.amount for row in self._connection.execute(asked)}

    def _histories(self, names: Sequence[str], lines: int) -> Lines:
        """Newest first, of each member the newest so many."""
        if not lines:
            return {}
        told: Lines = defaultdict(list)
        owners = self._owners(names)
        everybody = tuple(owners)
        every = (self._told, self._redeemed, self._refunded, self._scanned, self._handed)
        for member, line in chain.from_iterable(one(everybody, lines) for one in every):
            told[owners[member]].append(line)
        for one in told.values():
            one.sort(key=lambda line: line.at, reverse=True)
            del one[lines:]
        return told

    def _owners(self, names: Sequence[str]) -> dict[str, str]:
        """Whose history a member's lines belong to: an alias's are those of the one it was merged into."""
        merged = sa.select(aliases.c.alias, aliases.c.into).where(aliases.c.into.in_(names))
        owners = {name: name for name in names}
        owners.update((alias, into) for alias, into in self._connection.execute(merged))
        return owners

    def _told(self, names: Sequence[str], lines: int) -> Iterable[tuple[str, HistoryLine]]:
        h = history.c
        asked = sa.select(h.member, h.at, h.what, h.points, h.place).where(h.member.in_(names))
        for member, at, what, points, place in self._connection.execute(
            _newest(asked, h.member, h.at, lines)
        ):
            yield member, HistoryLine(at=at, what=what, points=points, where=place)

    def _redeemed(self, names: Sequence[str], lines: int) -> Iterable[tuple[str, HistoryLine]]:
        r, shop = redemptions.c, self._settings.shop
        asked = (
            sa.select(r.member, r.at, r.points, gifts.c.name)
            .join(gifts, gifts.c.id == r.gift)
            .where(r.member.in_(names), (r.state != "voided") | _given_back())
        )
        for member, at, points, name in self._connection.execute(_newest(asked, r.member, r.at, lines)):
            line = HistoryLine(at=at, what=name.get(shop.language, ""), points=-points, where=shop.name)
            yield member, line

    def _refunded(self, names: Sequence[str], lines: int) -> Iterable[tuple[str, HistoryLine]]:
        """Points of vouchers that head office gave back: a line of their own, beside the redemption's."""
        f, r, shop = refunds.c, redemptions.c, self._settings.shop
        asked = sa.select(f.member, f.ended_at, f.points, gifts.c.name).join(redemptions, r.op == f.op)
        asked = asked.join(gifts, gifts.c.id == r.gift).where(f.member.in_(names), f.ended == PAID)
        for member, at, points, name in self._connection.execute(_newest(asked, f.member, f.ended_at, lines)):
            line = HistoryLine(at=at, what=name.get(shop.language, ""), points=points, where=shop.name)
            yield member, line

    def _scanned(self, names: Sequence[str], lines: int) -> Iterable[tuple[str, HistoryLine]]:
        """Receipts that were scanned at a kiosk, whatever came back of them since."""
        s, shop = sales.c, self._settings.shop
        asked = sa.select(s.member, s.sold_at, s.points).where(s.member.in_(names), s.scanned)
        for member, at, points in self._connection.execute(_newest(asked, s.member, s.sold_at, lines)):
            what = BOUGHT.get(shop.language, BOUGHT["en"])
            yield member, HistoryLine(at=at, what=what, points=points, where=shop.name)

    def _handed(self, names: Sequence[str], lines: int) -> Iterable[tuple[str, HistoryLine]]:
        """What staff gave by hand."""
        c, shop = handed.c, self._settings.shop
        asked = sa.select(c.member, c.at, c.name, c.asset, c.units).where(c.member.in_(names))
        for member, at, name, asset, units in self._connection.execute(_newest(asked, c.member, c.at, lines)):
            what = handed_line(name, asset, units, shop.language)
            points = units if asset == acc.POINTS else 0
            yield member, HistoryLine(at=at, what=what, points=points, where=shop.name)


def _given_back() -> sa.ColumnElement[bool]:
    f = refunds.c
    return sa.exists().where(f.op == redemptions.c.op, f.ended == PAID)


def _newest(
    asked: sa.Select[Any], whose: sa.ColumnElement[str], at: sa.ColumnElement[int], most: int
) -> sa.Select[Any]:
    """The newest rows of each member."""
    rank = sa.func.row_number().over(partition_by=whose, order_by=at.desc())
    ranked = asked.add_columns(rank.label("rank")).subquery()
    columns = [column for column in ranked.c if column.name != "rank"]
    return sa.select(*columns).where(ranked.c.rank <= most)
