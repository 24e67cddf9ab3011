"""Rights on their way to a device: asked for by a visit, or placed ahead by policy."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import msgspec
import sqlalchemy as sa

from kiosk.hub.books import Books, Key
from kiosk.hub.bulk import among
from kiosk.hub.claims import Claims
from kiosk.hub.looks import Looks
from kiosk.hub.lookups import Lookups
from kiosk.hub.purses import Purses
from kiosk.hub.serials import Numbering
from kiosk.hub.settings import Grants, Phones, Pin, Risk
from kiosk.hub.shelves import Reader
from kiosk.hub.tables import grants, redemptions
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync
from kiosk.ledger.legs import transfers

WANTS_MAX = 100
_AMOUNT_MAX = 10**12
_NO_PHONES = Phones()


class Ids(Protocol):
    """Fresh names, injected."""

    def uuid7(self) -> str:
        """A UUIDv7 with full randomness."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How far ahead rights are placed."""

    grants: Grants
    pin: Pin
    risk: Risk
    zone: str
    """The shop's, as IANA calls it: benefits are given by its calendar."""
    merges: bool = False
    """Whether kiosks may join accounts."""
    phones: Phones = _NO_PHONES


@dataclass(frozen=True, slots=True)
class Downlink:
    """Where the grants of a device stand: the hub's generation, and the last `d` of it (0: none yet)."""

    device: str
    gen: int
    last_d: int


@dataclass(frozen=True, slots=True)
class Sources:
    """Where rights come from that have more to them than a balance."""

    claims: Claims
    purses: Purses
    numbering: Numbering
    looks: Looks


class Rights:
    """Makes the grants of one sync: `read`, then `keys` to open in the books, then `grant`."""

    def __init__(
        self, lookups: Lookups, sources: Sources, downlink: Downlink, policy: Policy, ids: Ids
    ) -> None:
        self._lookups = lookups
        self._claims = sources.claims
        self._purses = sources.purses
        self._numbering = sources.numbering
        self._looks = sources.looks
        self._device = downlink.device
        self._gen = downlink.gen
        self._d = downlink.last_d
        self._policy = policy
        self._ids = ids
        self.made: list[tuple[object, ...]] = []
        """Rows of `tables.grants`."""
        self.booked: list[tuple[object, ...]] = []
        """Rows of `tables.wants`."""
        self._home: tuple[str, ...] = ()
        self._low: tuple[str, ...] = ()

    def read(self, asked: Iterable[sync.Want], moved: Mapping[Key, int] | None) -> Reader:
        """Look up what is asked for, and of which gifts and home members too little lies at this device.

        `moved` is what the same upload changes; None: nothing that calls for more. Nothing but that is locked
        later: pools are everybody's.
        """
        self._asked = tuple({want.id: want for want in asked}.values())
        lookups = self._lookups
        yield lookups.wants.need((self._device, want.id) for want in self._asked if want.id.isprintable())
        yield lookups.homes.need(
            want.member for want in self._asked if want.member and want.member.isprintable()
        )
        yield lookups.shop_staff.need(
            want.member or "" for want in self._asked if want.asset == acc.TRIES and _names_staff(want.member)
        )
        yield from self._claims.read(self._asked)
        self._gifts = lookups.gifts()
        if moved is not None:
            yield from self._look_ahead(moved)
            yield from self._numbering.read(lookups.held, moved)
            yield from self._looks.read(lookups.held, moved)
        yield from self._purses.read(self._asked, self._home)
        yield lookups.people.risk_held.need([self._device] if self._policy.risk.per_device else [])

    def _look_ahead(self, moved: Mapping[Key, int]) -> Reader:
        lookups, ahead, here = self._lookups, self._policy.grants, acc.escrow(self._device)
        home = (self._device, ahead.home_points, ahead.home_tries, self._policy.pin.tries)
        yield lookups.lacking_at_home.need([home])
        yield lookups.held.need((here, acc.gift(gift)) for gift in self._gifts)
        self._home = lookups.lacking_at_home.get(home) or ()
        self._low = tuple(
            gift
            for gift in self._gifts
            if (lookups.held.get(key := (here, acc.gift(gift))) or 0) + moved.get(key, 0) <= ahead.lease_low
        )

    def keys(self) -> Iterable[Key]:
        """Every balance that these grants may touch."""
        for gift in self._low:
            yield (acc.pool(gift), acc.gift(gift))
            yield (acc.escrow(self._device), acc.gift(gift))
        for member in self._home:
            for asset in (acc.POINTS, acc.TRIES):
                yield (acc.member(member), asset)
                yield (acc.escrow(self._device, member), asset)
            yield from self._purses.debt_keys(member)
        yield from self._claims.keys()
        if self._risk_is_low():
            yield (acc.RISK, acc.RISK)
            yield (acc.escrow(self._device), acc.RISK)
        for want in self._asked:
            if not self._unfit(want) and not acc.voucher_of(want.asset):
                yield (acc.source(want.asset, want.member), want.asset)
                yield (acc.escrow(self._device, want.member), want.asset)
                if want.member:
                    yield from self._purses.keys(want)

    def grant(self, books: Books) -> tuple[sync.Refusal, ...]:
        """Grant what is asked and what policy places ahead; the refusals come back."""
        fresh = (want for want in self._asked if not self._is_booked(want))
        refused = tuple(self._answer(want, books) for want in fresh)
        for asset, redeem in tuple(self._claims.going_home(books)):
            self._hand_over(books, asset, redeem, None)
        for gift in self._low:
            self._lease(gift, books)
        for member in self._home:
            self._prefetch(member, books)
        self._lease_risk(books)
        self._lease_serials(books)
        if len(self.made) < self._policy.grants.per_sync:
            self._ahead(books, acc.LOOKS, self._looks.due(), None)
        return tuple(refusal for refusal in refused if refusal is not None)

    def _answer(self, want: sync.Want, books: Books) -> sync.Refusal | None:
        why = self._unfit(want)
        if why:
            return sync.Refusal(want=want.id, why=why)
        if acc.voucher_of(want.asset):
            return self._answer_claim(want, books)
        there = self._available(want, books)
        # Tries are no price: whoever asks for five and has three left gets three.
        amount = min(want.amount, there) if want.asset == acc.TRIES else want.amount
        if amount < 1 or amount > there:
            return sync.Refusal(want=want.id, why=_lack(want.asset))
        self._purses.bring(books, want, amount, f"{self._device}:{want.id}")
        self._book(want, self._make(books, want.asset, amount, want.member, want.id))
        return None

    def _available(self, want: sync.Want, books: Books) -> int:
        if want.member:
            return self._purses.available(books, want.member, want.asset, self._ids.uuid7())
        return books.has(acc.source(want.asset, None), want.asset)

    def _answer_claim(self, want: sync.Want, books: Books) -> sync.Refusal | None:
        """Granted if the right lies here; a want whose holder is being asked stays open."""
        answer = self._claims.answer(want, books)
        if isinstance(answer, en.Redeem):
            self._book(want, self._hand_over(books, want.asset, answer, want.id))
            return None
        return answer

    def _hand_over(self, books: Books, asset: str, redeem: en.Redeem, want: str | None) -> str:
        self._claims.granted(redeem.voucher)
        return self._make(books, asset, 1, None, want)

    def _book(self, want: sync.Want, gid: str) -> None:
        self.booked.append((want.id, self._device, gid))
        self._lookups.wants.put((self._device, want.id), value=True)

    def _is_booked(self, want: sync.Want) -> bool:
        return want.id.isprintable() and bool(self._lookups.wants.get((self._device, want.id)))

    def _is_member(self, name: str | None) -> bool:
        return bool(name and name.isprintable()) and self._lookups.homes.get(name or "") is not None

    def _unfit(self, want: sync.Want) -> str:
        """Why this want can never be granted, or ''."""
        if not 0 < want.amount <= _AMOUNT_MAX or not 0 < len(want.id) <= 64 or not want.id.isprintable():
            return "later"
        if want.asset == acc.TRIES and _names_staff(want.member):
            here = {"", self._lookups.stores.get(self._device)}
            return "" if self._lookups.shop_staff.get(want.member or "") in here else "member"
        if want.asset in {acc.POINTS, acc.CASH, acc.TRIES}:
            return "" if self._is_member(want.member) else "member"
        if acc.is_entitlement(want.asset) or acc.counted_on(want.asset):
            known = self._is_member(want.member) and (want.amount == 1 or not acc.is_entitlement(want.asset))
            given = known and self._purses.is_given(want.member or "", want.asset)
            return "" if given else "used" if known else "member"
        if acc.voucher_of(want.asset):
            return "" if not want.member and want.amount == 1 else "stock"
        known = not want.member and want.asset.removeprefix("gift:") in self._gifts
        return "" if known and want.asset.startswith("gift:") else "stock"

    def _lease(self, gift: str, books: Books) -> None:
        """Keep a few pieces of every gift at the device, so that it can serve without us."""
        asset = acc.gift(gift)
        here = books.has(acc.escrow(self._device), asset)
        if here > self._policy.grants.lease_low:
            return
        amount = min(self._policy.grants.lease_par - here, books.has(acc.pool(gift), asset))
        self._ahead(books, asset, amount, None)

    def _prefetch(self, member: str, books: Books) -> None:
        """Keep part of a home member's points and tries at their kiosk; as many tries stay here."""
        policy = self._policy
        escrow, own = acc.escrow(self._device, member), acc.member(member)
        self._purses.repay(books, member, self._ids.uuid7())
        points = min(policy.grants.home_points - books.has(escrow, acc.POINTS), books.has(own, acc.POINTS))
        self._ahead(books, acc.POINTS, points, member)
        spare = books.has(own, acc.TRIES) - policy.pin.tries
        self._ahead(
            books, acc.TRIES, min(policy.grants.home_tries - books.has(escrow, acc.TRIES), spare), member
        )

    def _risk_is_low(self) -> bool:
        per_device = self._policy.risk.per_device
        held = self._lookups.people.risk_held.get(self._device) or 0 if per_device else 0
        return held <= per_device // 2 and per_device > 0

    def _lease_risk(self, books: Books) -> None:
        """Lend the device its part of the risk budget again, out of what is left of it."""
        if self._risk_is_low():
            here = books.has(acc.escrow(self._device), acc.RISK)
            lent = min(self._policy.risk.per_device - here, books.has(acc.RISK, acc.RISK))
            self._ahead(books, acc.RISK, lent, None)

    def _lease_serials(self, books: Books) -> None:
        """Keep so many voucher numbers at the device that it can print for weeks without us."""
        room = len(self.made) < self._policy.grants.per_sync
        if room and (serials := self._numbering.due()):
            self._ahead(books, serials.asset, serials.size, None)

    def _ahead(self, books: Books, asset: str, amount: int, member: str | None) -> None:
        if amount > 0 and len(self.made) < self._policy.grants.per_sync:
            self._make(books, asset, amount, member, None)

    def _make(self, books: Books, asset: str, amount: int, member: str | None, want: str | None) -> str:
        gid = self._ids.uuid7()
        self._d += 1
        granted = en.Granted(
            gid=gid, gen=self._gen, d=self._d, asset=asset, amount=amount, member=member, want=want
        )
        for leg in transfers(self._device, _as_entry(granted), {}):
            books.move(leg)
        self.made.append((gid, self._device, self._gen, self._d, asset, amount, member, want, None))
        return gid

    @property
    def last_d(self) -> int:
        """The number of the last grant made for this device in this generation."""
        return self._d


def _as_entry(granted: en.Granted) -> en.Entry:
    """A grant as the entry that the device will journal: legs know only entries."""
    return en.Entry(n=0, id=granted.gid, kind=granted.KIND, at=0, zone="UTC", pack=0, body=en.raw(granted))


def _names_staff(name: str | None) -> bool:
    return bool(name and name.isprintable() and acc.staff_of(name))


def _lack(asset: str) -> str:
    if acc.is_entitlement(asset) or acc.counted_on(asset):
        return "used"
    return {acc.POINTS: "points", acc.CASH: "points", acc.TRIES: "tries"}.get(asset, "stock")


def unacknowledged(
    connection: sa.Connection, device: str, gen: int, after: int, most: int
) -> tuple[sync.Grant, ...]:
    """The grants that a device has not acknowledged, in order: sent again until it has."""
    g = grants.c
    asked = (
        sa.select(g.gid, g.gen, g.d, g.asset, g.amount, g.member, g.want, g.not_after)
        .where(g.device == device, g.gen == gen, g.d > after)
        .order_by(g.d)
        .limit(most)
    )
    rows = connection.execute(asked).all()
    told = _redemptions(connection, {acc.voucher_of(row.asset) for row in rows} - {""})
    return tuple(sync.Grant(**row._mapping, voucher=told.get(acc.voucher_of(row.asset))) for row in rows)


def _redemptions(connection: sa.Connection, numbers: Collection[str]) -> dict[str, en.Redeem]:
    """voucher -> what its issuer journalled."""
    if not numbers:
        return {}
    r = redemptions.c
    asked = sa.select(r.voucher, r.body).where(among(connection, r.voucher, numbers))
    return {
        number: msgspec.msgpack.decode(body, type=en.Redeem) for number, body in connection.execute(asked)
    }
