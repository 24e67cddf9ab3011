"""What head office tells a kiosk about members, gifts and rules. Names leave here masked only."""

import sqlalchemy as sa

from kiosk.hub import draws, told
from kiosk.hub.held_vouchers import held_elsewhere
from kiosk.hub.money import articles
from kiosk.hub.open_benefits import benefits_of
from kiosk.hub.people import People
from kiosk.hub.phone_signing import believed
from kiosk.hub.portraits import Portraits, newest_pack
from kiosk.hub.revoked import listed
from kiosk.hub.settings import HubSettings
from kiosk.hub.shop_staff import colleagues
from kiosk.hub.tables import balances, cards, counter, devices, entries, gifts, members
from kiosk.hub.voucher_tables import revoked_keys
from kiosk.ledger import accounts as acc
from kiosk.ledger import feed, sync
from kiosk.membership.rules import BadRules, read_rules

__all__ = ["Directory", "mark_of", "newest_pack"]


def mark_of(connection: sa.Connection, device: str) -> sync.Mark:
    """The highest entry held of a device."""
    e = entries.c
    asked = sa.select(e.n, e.hash).where(e.device == device).order_by(e.n.desc()).limit(1)
    found = connection.execute(asked).one_or_none()
    return sync.Mark(n=found.n, hash=found.hash) if found else sync.Mark(n=0, hash=bytes(32))


class Directory:
    """Answers about members and the shop, within one transaction and for one device."""

    def __init__(
        self, connection: sa.Connection, device: str, settings: HubSettings, now: int, generation: int
    ) -> None:
        self._connection = connection
        self._device = device
        self._settings = settings
        self._now = now
        self._generation = generation

    def account(self, card: bytes) -> sync.AccountAnswer:
        """Whose card this is."""
        found = self._connection.execute(sa.select(cards).where(cards.c.hash == card)).one_or_none()
        if found is None:
            return sync.AccountAnswer(standing="unknown")
        if found.why:
            return sync.AccountAnswer(standing="denied", why=found.why)
        return self.member(found.member, card, found.tail)

    def member(self, name: str, card: bytes, tail: str) -> sync.AccountAnswer:
        """A member's account, as whoever came by this card or phone may see it."""
        lines = self._settings.shop.history_lines
        drawn = Portraits(self._connection, self._device, self._settings).of([name], lines)
        if name not in drawn:
            return sync.AccountAnswer(standing="unknown")  # the member was deleted, the card was left
        portrait = drawn[name]
        account = feed.account_of(
            portrait.facts,
            member=name,
            card=card,
            tail=tail,
            home=portrait.home,
            gen=self._generation,
            mark_n=mark_of(self._connection, self._device).n,
            as_of=self._now,
        )
        vouchers = held_elsewhere(self._connection, name, self._device, self._now)
        asked = sa.select(members.c.verifier).where(members.c.id == name)
        no_pin = not self._connection.scalar(asked)
        return sync.AccountAnswer(
            standing="known",
            account=account,
            vouchers=vouchers,
            no_pin=no_pin,
            told=told.answered(self._connection, name),
            benefits=self._benefits(name),
            lottery=self._lottery(name),
        )

    def _benefits(self, member: str) -> sync.Benefits:
        return benefits_of(self._connection, member, self._device, self._now, self._settings.shop.zone)

    def _lottery(self, member: str) -> sync.Lottery | None:
        people = People(self._connection)
        return draws.standing(self._connection, people.kin(member), people.rules().lottery)

    def shop(self) -> feed.Shop:
        """What is the same for every member."""
        version, text = newest_pack(self._connection)
        return feed.Shop(
            catalogue=counter(self._connection, "catalogue"),
            gifts=self._gifts(),
            pack=version,
            rules=text,
            claim_keys=self._claim_keys(text),
            revoked=dict(listed(self._connection, self._honoured(text), self._now)),
            phone_keys=believed(self._connection),
            staff=colleagues(self._connection, self._store(), self._settings.pin),
        )

    def _store(self) -> str:
        asked = sa.select(devices.c.store).where(devices.c.device == self._device)
        return str(self._connection.scalar(asked))

    def _gifts(self) -> tuple[sync.Gift, ...]:
        c = self._connection
        stocks = self._stocks()
        money = articles.c
        shelved = sa.select(gifts, money.cash, money.worth, money.special)
        shelved = shelved.outerjoin_from(gifts, articles, money.gift == gifts.c.id).order_by(gifts.c.place)
        return tuple(
            sync.Gift(
                id=row.id,
                name=row.name,
                category=row.category,
                points=row.points,
                picture=row.picture,
                stock=stocks.get(acc.gift(row.id), 0),
                cash=row.cash or 0,
                worth=row.worth or 0,
                special=bool(row.special),
            )
            for row in c.execute(shelved)
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

    def _honoured(self, rules: str) -> str:
        """How the numbers of the vouchers begin that this kiosk's counter takes."""
        try:
            stores = read_rules(rules).voucher.stores
        except BadRules:
            stores = "own"  # a kiosk that cannot read it either goes on as before
        return "" if stores == "all" else self._store()

    def _claim_keys(self, rules: str) -> dict[int, feed.ClaimKey]:
        d = devices.c
        asked = sa.select(
            d.voucher_key_id, d.voucher_public, d.store, d.kiosk, revoked_keys.c.device.is_not(None)
        ).outerjoin(revoked_keys, revoked_keys.c.device == d.device)
        asked = asked.where(d.store.startswith(self._honoured(rules), autoescape=True)).order_by(d.device)
        return {
            key_id: feed.ClaimKey(public=bytes(public), store=store, kiosk=kiosk, revoked=is_revoked)
            for key_id, public, store, kiosk, is_revoked in self._connection.execute(asked)
        }
