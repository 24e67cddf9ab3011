"""What head office tells a kiosk about members, gifts and rules. Names leave here masked only."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from kiosk.hub.settings import HubSettings
from kiosk.hub.tables import (
    balances,
    cards,
    counter,
    devices,
    entries,
    gifts,
    history,
    members,
    packs,
    redemptions,
)
from kiosk.ledger import accounts as acc
from kiosk.ledger import sync
from kiosk.membership.rules import Rules, read_rules
from kiosk.membership.tiers import standing

_HOME_HISTORY = 10
Row = sa.Row[Any]


def mark_of(connection: sa.Connection, device: str) -> sync.Mark:
    """The highest entry held of a device."""
    e = entries.c
    asked = sa.select(e.n, e.hash).where(e.device == device).order_by(e.n.desc()).limit(1)
    found = connection.execute(asked).one_or_none()
    return sync.Mark(n=found.n, hash=found.hash) if found else sync.Mark(n=0, hash=bytes(32))


def newest_pack(connection: sa.Connection) -> tuple[int, str]:
    """Version and text of the rule pack that counts; (0, '') before there is one."""
    asked = sa.select(packs.c.version, packs.c.rules).order_by(packs.c.version.desc()).limit(1)
    found = connection.execute(asked).one_or_none()
    return (found.version, found.rules) if found else (0, "")


class Directory:
    """Answers about members and the shop, within one transaction and for one device."""

    def __init__(self, connection: sa.Connection, device: str, settings: HubSettings, now: int) -> None:
        self._connection = connection
        self._device = device
        self._settings = settings
        self._now = now

    def account(self, card: bytes) -> sync.AccountAnswer:
        """Whose card this is."""
        found = self._connection.execute(sa.select(cards).where(cards.c.hash == card)).one_or_none()
        if found is None:
            return sync.AccountAnswer(standing="unknown")
        if found.why:
            return sync.AccountAnswer(standing="denied", why=found.why)
        lines = self._settings.shop.history_lines
        return sync.AccountAnswer(standing="known", account=self._accounts([found], lines)[0])

    def replica(self) -> sync.Replica:
        """Everything this kiosk keeps to work without us."""
        c = self._connection
        version, text = newest_pack(c)
        order = cards.c.member, cards.c.hash
        homes = sa.select(cards).join(members, members.c.id == cards.c.member)
        homes = homes.where(members.c.home == self._device, cards.c.why == "").order_by(*order)
        denied = sa.select(cards.c.hash, cards.c.why).where(cards.c.why != "").order_by(cards.c.hash)
        return sync.Replica(
            catalogue=counter(c, "catalogue"),
            gifts=self._gifts(),
            pack=version,
            rules=text,
            deny_epoch=counter(c, "deny_epoch"),
            denied=tuple(sync.Denied(card=card, why=why) for card, why in c.execute(denied)),
            home=self._accounts(c.execute(homes).all(), _HOME_HISTORY),
            claim_keys=self._claim_keys(),
            as_of=self._now,
        )

    def _accounts(self, found: Sequence[Row], lines: int) -> tuple[sync.Account, ...]:
        mark = mark_of(self._connection, self._device).n
        text = newest_pack(self._connection)[1]
        rules = read_rules(text) if text else None
        return tuple(self._account(row, mark, rules, lines) for row in found)

    def _account(self, card: Row, mark: int, rules: Rules | None, lines: int) -> sync.Account:
        c = self._connection
        person = c.execute(sa.select(members).where(members.c.id == card.member)).one()
        own, here = acc.member(person.id), acc.escrow(self._device, person.id)
        asked = sa.select(balances).where(balances.c.account.in_([own, here]))
        units = {(row.account, row.asset): row.amount for row in c.execute(asked)}
        home = person.home == self._device
        software = home and self._settings.pin.offline_pin == "software"
        return sync.Account(
            member=person.id,
            card=card.hash,
            name=person.name,
            card_tail=card.tail,
            tier=standing(rules, person.lifetime).tier if rules else "",
            points=units.get((own, acc.POINTS), 0),
            cash=units.get((own, acc.CASH), 0),
            escrow=units.get((here, acc.POINTS), 0),
            mark_n=mark,
            as_of=self._now,
            lifetime=person.lifetime,
            expiring=person.expiring,
            expiring_on=person.expiring_on,
            history=self._history(person.id, lines),
            home=home,
            verifier=person.verifier if software else "",
            tries=units.get((own, acc.TRIES), 0) + units.get((here, acc.TRIES), 0),
        )

    def _history(self, member: str, most: int) -> tuple[sync.HistoryLine, ...]:
        h = history.c
        asked = sa.select(h.at, h.what, h.points, h.place).where(h.member == member)
        told = [
            sync.HistoryLine(at=at, what=what, points=points, where=place)
            for at, what, points, place in self._connection.execute(asked.order_by(h.at.desc()).limit(most))
        ]
        told += self._redeemed(member, most)
        return tuple(sorted(told, key=lambda line: line.at, reverse=True)[:most])

    def _redeemed(self, member: str, most: int) -> list[sync.HistoryLine]:
        r = redemptions.c
        asked = (
            sa.select(r.at, r.points, gifts.c.name)
            .join(gifts, gifts.c.id == r.gift)
            .where(r.member == member, r.state != "voided")
            .order_by(r.at.desc())
            .limit(most)
        )
        shop = self._settings.shop
        return [
            sync.HistoryLine(at=at, what=name.get(shop.language, ""), points=-points, where=shop.name)
            for at, points, name in self._connection.execute(asked)
        ]

    def _gifts(self) -> tuple[sync.Gift, ...]:
        c = self._connection
        stocks = self._stocks()
        return tuple(
            sync.Gift(
                id=row.id,
                name=row.name,
                category=row.category,
                points=row.points,
                picture=row.picture,
                stock=stocks.get(acc.gift(row.id), 0),
            )
            for row in c.execute(sa.select(gifts).order_by(gifts.c.place))
        )

    def _stocks(self) -> dict[str, int]:
        """Pieces in the pool and at every kiosk: what the store could still give."""
        b = balances.c
        kiosks = map(acc.escrow, self._connection.scalars(sa.select(devices.c.device)))
        pools = map(acc.pool, self._connection.scalars(sa.select(gifts.c.id)))
        asked = sa.select(b.asset, sa.func.sum(b.amount)).where(
            b.account.in_([*kiosks, *pools]), b.asset.like("gift:%")
        )
        return {asset: int(pieces) for asset, pieces in self._connection.execute(asked.group_by(b.asset))}

    def _claim_keys(self) -> dict[int, bytes]:
        d = devices.c
        store = sa.select(d.store).where(d.device == self._device).scalar_subquery()
        asked = sa.select(d.voucher_key_id, d.voucher_public).where(d.store == store)
        return {key_id: bytes(key) for key_id, key in self._connection.execute(asked)}
