"""What the requests of one transaction speak of, looked up for all of them at once."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kiosk.hub.bulk import among, rows_among
from kiosk.hub.console_tables import shop_staff, staff_cards
from kiosk.hub.limits import LimitShelves
from kiosk.hub.looks import LookShelf
from kiosk.hub.money import Price, told_prices
from kiosk.hub.people import People
from kiosk.hub.recovery_tables import waiting
from kiosk.hub.revoked import among_revoked
from kiosk.hub.serials import SerialShelves
from kiosk.hub.shelves import Shelf
from kiosk.hub.tables import (
    LIES_HERE,
    aliases,
    asks,
    balances,
    cards,
    devices,
    entries,
    gifts,
    grants,
    members,
    merged_cards,
    pin_checks,
    redemptions,
    wants,
)
from kiosk.hub.till_tables import sales
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en


@dataclass(frozen=True, slots=True)
class CardOwner:
    """Whose a card is: its member before any merge, and the survivor it was led to ("" if to none)."""

    first: str
    joined: str = ""


class Lookups:
    """The shelves of one transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._gifts: tuple[str, ...] | None = None
        self.people = People(connection)
        self.serials = SerialShelves(connection)
        self.revoked = Shelf(lambda numbers: among_revoked(connection, numbers))
        self.entry_ids = Shelf(self._present(entries.c.id))
        self.vouchers = Shelf(self._vouchers)
        self.lying = Shelf(self._lying)
        self.asks = Shelf(self._asks)
        self.devices = Shelf(self._present(devices.c.device))
        self.stores = Shelf(self._stores)
        self.limits = LimitShelves(connection)
        self.looks = LookShelf(connection)
        self.downlinks = Shelf(self._downlinks)
        self.given = Shelf(self._given)
        self.waiting = Shelf(self._waiting)
        self.wants = Shelf(self._wants)
        self.sold_by_hand = Shelf(self._sold_by_hand)
        self.told_prices = Shelf(self._told_prices)
        """gift -> every price it ever had, of those gifts whose price kiosks were told."""
        self.grants = Shelf(self._grants)
        self.hashes = Shelf(self._hashes)
        self.quarantined = Shelf(self._quarantined)
        self.homes = Shelf(self._homes)
        self.lacking_at_home = Shelf(self._lacking_at_home)
        self.held = Shelf(self._held)
        self.try_holders = Shelf(self._try_holders)
        self.right_tries = Shelf(self._right_tries)
        self.shop_staff = Shelf(self._shop_staff)
        self.card_owners = Shelf(self._card_owners)
        self.card_states = Shelf(self._card_states)

    def _present(self, column: sa.Column[str]) -> Callable[[list[str]], Iterable[tuple[str, bool]]]:
        def read(keys: list[str]) -> Iterable[tuple[str, bool]]:
            asked = sa.select(column).where(among(self._connection, column, keys))
            return [(key, True) for key in self._connection.scalars(asked)]

        return read

    def _stores(self, names: list[str]) -> Iterable[tuple[str, str]]:
        """device -> its store."""
        d = devices.c
        asked = sa.select(d.device, d.store).where(among(self._connection, d.device, names))
        return [(device, store) for device, store in self._connection.execute(asked)]

    def _vouchers(self, numbers: list[str]) -> Iterable[tuple[str, str]]:
        """voucher number -> its operation."""
        r = redemptions.c
        asked = sa.select(r.voucher, r.op).where(among(self._connection, r.voucher, numbers))
        return [(number, op) for number, op in self._connection.execute(asked)]

    def _lying(self, kiosks: list[str]) -> Iterable[tuple[str, tuple[tuple[str, int, str], ...]]]:
        """device -> (voucher, expires, state) of its vouchers whose right to claim lies at head office."""
        r = redemptions.c
        asked = sa.select(r.device, r.voucher, r.expires, r.state)
        rows = self._connection.execute(
            asked.where(among(self._connection, r.device, kiosks), sa.text(LIES_HERE)).order_by(r.expires)
        )
        return _gathered((device, tuple(right)) for device, *right in rows)

    def _asks(self, numbers: list[str]) -> Iterable[tuple[str, tuple[str, str, int]]]:
        """voucher -> (holder, device that asks, when it last did)."""
        a = asks.c
        asked = sa.select(a.voucher, a.holder, a.device, a.at)
        rows = self._connection.execute(asked.where(among(self._connection, a.voucher, numbers)))
        return [(voucher, (holder, device, at)) for voucher, holder, device, at in rows]

    def claimed_at(self, op: str) -> tuple[int, str]:
        """When (UTC microseconds) and where ("0001-03") a voucher was claimed; (0, '') if unknown."""
        e, d = entries.c, devices.c
        asked = sa.select(e.stored, d.store, d.kiosk).join(devices, d.device == e.device)
        claimed = asked.where(e.op == op, e.kind == en.Claim.KIND, e.verdict != "quarantined")
        found = self._connection.execute(claimed.order_by(e.verdict.desc()).limit(1)).one_or_none()
        return (en.decode(bytes(found.stored)).at, f"{found.store}-{found.kiosk}") if found else (0, "")

    def _grants(self, gids: list[str]) -> Iterable[tuple[str, tuple[object, ...]]]:
        """gid -> (device, gen, d, asset, amount, member)."""
        g = grants.c
        asked = sa.select(g.gid, g.device, g.gen, g.d, g.asset, g.amount, g.member)
        rows = self._connection.execute(asked.where(among(self._connection, g.gid, gids)))
        return [(row[0], tuple(row[1:])) for row in rows]

    def _hashes(self, places: list[tuple[str, int]]) -> Iterable[tuple[tuple[str, int], bytes]]:
        """(device, n) -> the chain hash of that entry."""
        e = entries.c
        for device, numbers in _gathered(places):
            asked = sa.select(e.n, e.hash).where(e.device == device, among(self._connection, e.n, numbers))
            for n, held in self._connection.execute(asked):
                yield (device, n), bytes(held)

    def _downlinks(self, places: list[tuple[str, int, int]]) -> Iterable[tuple[tuple[str, int, int], bool]]:
        """(device, gen, d) -> some grant has this place."""
        g = grants.c
        mine = rows_among(self._connection, (g.device, g.gen, g.d), places)
        rows = self._connection.execute(sa.select(g.device, g.gen, g.d).where(mine))
        return [((device, gen, d), True) for device, gen, d in rows]

    def _wants(self, keys: list[tuple[str, str]]) -> Iterable[tuple[tuple[str, str], bool]]:
        """(device, id of a want) -> it was booked."""
        w = wants.c
        mine = rows_among(self._connection, (w.device, w.id), keys)
        return [
            ((row.device, row.id), True) for row in self._connection.execute(sa.select(wants).where(mine))
        ]

    def _sold_by_hand(self, keys: list[tuple[str, str]]) -> Iterable[tuple[tuple[str, str], str]]:
        """(till, receipt) -> the entry that told of it."""
        s = sales.c
        mine = rows_among(self._connection, (s.till, s.receipt), keys)
        rows = self._connection.execute(sa.select(s.till, s.receipt, s.told).where(mine))
        return [((till, receipt), bytes(told).decode(errors="replace")) for till, receipt, told in rows]

    def _told_prices(self, names: list[str]) -> Iterable[tuple[str, frozenset[Price]]]:
        return told_prices(self._connection, names)

    def _given(self, keys: list[tuple[str, str]]) -> Iterable[tuple[tuple[str, str], bool]]:
        """(device, asset) -> this device was granted some of it."""
        g = grants.c
        mine = rows_among(self._connection, (g.device, g.asset), keys)
        rows = self._connection.execute(sa.select(g.device, g.asset).where(mine).distinct())
        return [((device, asset), True) for device, asset in rows]

    def _waiting(self, keys: list[tuple[str, str]]) -> Iterable[tuple[tuple[str, str], bool]]:
        """(device, voucher) -> an entry about it waits for another device's log."""
        w = waiting.c
        mine = rows_among(self._connection, (w.device, w.voucher), keys)
        rows = self._connection.execute(sa.select(w.device, w.voucher).where(mine))
        return [((device, voucher), True) for device, voucher in rows]

    def _quarantined(self, keys: list[tuple[str, str]]) -> Iterable[tuple[tuple[str, str], bool]]:
        """(device, op) -> an earlier entry of the operation was set aside in this device's log."""
        e = entries.c
        ops = among(self._connection, e.op, sorted({op for _, op in keys}))
        asked = sa.select(e.device, e.op).where(ops, e.verdict == "quarantined", e.reason != "waits")
        return [((device, op), True) for device, op in self._connection.execute(asked)]

    def _homes(self, names: list[str]) -> Iterable[tuple[str, str]]:
        """member -> their home kiosk, '' without one."""
        m = members.c
        asked = sa.select(m.id, m.home).where(among(self._connection, m.id, names))
        return [(member, home or "") for member, home in self._connection.execute(asked)]

    def gifts(self) -> tuple[str, ...]:
        """Every gift, in the order of the shelf."""
        if self._gifts is None:
            self._gifts = tuple(self._connection.scalars(sa.select(gifts.c.id).order_by(gifts.c.place)))
        return self._gifts

    def _lacking_at_home(
        self, keys: list[tuple[str, int, int, int]]
    ) -> Iterable[tuple[tuple[str, int, int, int], tuple[str, ...]]]:
        """(device, points, tries, spare) -> members at home there of whom more could be placed ahead.

        They have points and fewer than `points` lie at the device, or more than `spare` tries, and so on.
        """
        m = members.c
        ((_, points, tries, spare), *_) = keys  # one policy for all devices
        own, here = sa.literal(acc.member("")) + m.id, sa.literal(acc.escrow("")) + m.home + ":" + m.id
        (own_points, here_points), (own_tries, here_tries) = (
            (_amount(own, asset), _amount(here, asset)) for asset in (acc.POINTS, acc.TRIES)
        )
        more_points = (own_points > 0) & (here_points < points)
        more_tries = (own_tries > spare) & (here_tries < tries)
        asked = sa.select(m.home, m.id).where(more_points | more_tries).order_by(m.id)
        asked = asked.where(~sa.exists().where(aliases.c.alias == m.id))  # whose rights lie with another
        asked = asked.where(among(self._connection, m.home, [device for device, *_ in keys]))
        rows = self._connection.execute(asked)
        return [((home, points, tries, spare), found) for home, found in _gathered(rows)]

    def _held(self, keys: list[tuple[str, str]]) -> Iterable[tuple[tuple[str, str], int]]:
        """(account, asset) -> units now, not locked: for accounts that nobody else moves."""
        b = balances.c
        asked = sa.select(balances).where(rows_among(self._connection, (b.account, b.asset), keys))
        return [((account, asset), amount) for account, asset, amount in self._connection.execute(asked)]

    def _shop_staff(self, names: list[str]) -> Iterable[tuple[str, str]]:
        """name of somebody of the staff (`acc.staff`) -> their store, '' for every one."""
        s, known = shop_staff.c, {staff_id: name for name in names if (staff_id := acc.staff_of(name))}
        asked = sa.select(s.staff, s.store).where(among(self._connection, s.staff, list(known)))
        rows = self._connection.execute(asked) if known else ()
        return [(known[staff_id], store) for staff_id, store in rows]

    def _card_owners(self, names: list[str]) -> Iterable[tuple[str, CardOwner]]:
        """Card hash in hex -> whose it is; somebody of the staff is `staff:ID`."""
        wanted = [bytes.fromhex(name) for name in names]
        c, m, s = cards.c, merged_cards.c, staff_cards.c
        led = cards.outerjoin(merged_cards, (m.hash == c.hash) & c.member.in_((m.alias, m.into)))
        theirs = sa.select(c.hash, c.member, m.alias, m.into).select_from(led).where(c.hash.in_(wanted))
        for card, member, alias, into in self._connection.execute(theirs):
            yield bytes(card).hex(), CardOwner(alias or member, into or "")
        for card, staff in self._connection.execute(sa.select(s.hash, s.staff).where(s.hash.in_(wanted))):
            yield bytes(card).hex(), CardOwner(acc.staff(staff))

    def _card_states(self, names: list[str]) -> Iterable[tuple[str, str]]:
        """Card hash in hex -> its state, '' in use."""
        wanted = [bytes.fromhex(name) for name in names]
        # Locked until COMMIT: of two kiosks at once the second waits for what the first one made of it.
        asked = sa.select(cards.c.hash, cards.c.why).where(cards.c.hash.in_(wanted)).order_by(cards.c.hash)
        return [(bytes(card).hex(), why) for card, why in self._connection.execute(asked.with_for_update())]

    def _try_holders(self, names: list[str]) -> Iterable[tuple[str, tuple[str, ...]]]:
        """member -> every kiosk's account that was ever granted tries of theirs."""
        g = grants.c
        asked = sa.select(g.member, g.device).where(among(self._connection, g.member, names))
        rows = self._connection.execute(asked.where(g.asset == acc.TRIES).distinct())
        return _gathered(sorted((member, acc.escrow(device, member)) for member, device in rows))

    def _right_tries(self, keys: list[tuple[str, str]]) -> Iterable[tuple[tuple[str, str], bool]]:
        """(device, member) -> we saw a right PIN of this member from this device."""
        c = pin_checks.c
        mine = among(self._connection, c.member, sorted({member for _, member in keys}))
        asked = sa.select(c.device, c.member).where(mine, c.result == "right").distinct()
        return [((device, member), True) for device, member in self._connection.execute(asked)]


def _amount(account: sa.ColumnElement[str], asset: str) -> sa.ColumnElement[int]:
    """The units in an account, 0 without a row."""
    b = balances.alias().c
    found = sa.select(b.amount).where(b.account == account, b.asset == asset).scalar_subquery()
    return sa.func.coalesce(found, 0)


def _gathered(rows: Iterable[Any]) -> list[tuple[str, tuple[Any, ...]]]:
    """(key, value) rows as one tuple of values a key."""
    values = defaultdict(list)
    for key, value in rows:
        values[key].append(value)
    return [(key, tuple(found)) for key, found in values.items()]
