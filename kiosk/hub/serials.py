"""Voucher serials: each kiosk numbers its vouchers out of ranges that were leased to it, and to nobody else.

A range is never taken back nor lent again, not even what a retired kiosk left of it: there are ten million
numbers at each place, and a paper may turn up years later.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from kiosk.hub.books import Key
from kiosk.hub.bulk import among, insert_all
from kiosk.hub.limits import DAY_US, SERIALS, LimitShelves, tell_console
from kiosk.hub.recovery_tables import standings
from kiosk.hub.shelves import Reader, Shelf
from kiosk.hub.tables import devices, redemptions, upsert
from kiosk.hub.voucher_tables import lent_ranges, serial_ranges
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.serials import SERIAL_MAX, Range
from kiosk.ledger.sync import ENTRIES_MAX
from kiosk.membership.vouchers import is_valid_number, place_of, serial_of

log = logging.getLogger(__name__)

FIRST_GEN = 1
LOST_PARS = 10
"""Ranges skipped, in pars, for each generation in which a kiosk may have been lost with all we knew of it."""
LOST_GENERATIONS = 20
"""Generations that are made up for at once: a device may claim to be hundreds ahead."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A range, whose it is, and in which generation it was granted."""

    range: Range
    device: str
    gen: int


@dataclass(frozen=True, slots=True)
class Past:
    """What happened at a place so far.

    `numbered`: the highest serial of any voucher (0: none); `ready`: each kiosk that was there, and the last
    generation for which its whole log was in.
    """

    numbered: int = 0
    ready: Mapping[str, int] = field(default_factory=dict)


class SerialShelves:
    """What one transaction knows of serials."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.leases = Shelf(self._leases)
        self.pasts = Shelf(self._pasts)

    def of(self, place: str) -> tuple[Lease, ...]:
        """Every lease at a place, the oldest first."""
        return self.leases.get(place) or ()

    def note(self, lease: Lease) -> None:
        """A lease was made, or is booked again."""
        known = self.of(lease.range.place)
        if lease.range not in {one.range for one in known}:
            merged = sorted((*known, lease), key=lambda one: one.range)
            self.leases.put(lease.range.place, tuple(merged))

    def fits(self, device: str, body: en.Redeem) -> bool:
        """Whether this device may use this number. Without a lease: only below all that was ever leased."""
        number = body.voucher
        if not is_valid_number(number):
            return not body.lease
        place, serial = place_of(number), serial_of(number)
        leases = self.of(place)
        mine = [one.range for one in leases if one.device == device and one.range.has(place, serial)]
        if body.lease:
            return any(one.asset == body.lease for one in mine)
        return bool(mine) or not leases or serial < leases[0].range.first

    def _leases(self, places: list[str]) -> Iterable[tuple[str, tuple[Lease, ...]]]:
        s = serial_ranges.c
        found: dict[str, list[Lease]] = {}
        asked = sa.select(serial_ranges).where(among(self._connection, s.place, places))
        for row in self._connection.execute(asked.order_by(s.place, s.first)):
            told = Lease(Range(row.place, row.first, row.last), row.device, row.gen)
            found.setdefault(row.place, []).append(told)
        return [(place, tuple(leases)) for place, leases in found.items()]

    def _pasts(self, places: list[str]) -> Iterable[tuple[str, Past]]:
        return [(place, Past(self._numbered(place), self._ready(place))) for place in places]

    def _numbered(self, place: str) -> int:
        r = redemptions.c
        between = r.voucher.between(f"{place}{0:08d}", f"{place}{99_999_999}")
        falling = sa.select(r.voucher).where(between, sa.func.length(r.voucher) == 14)
        found = self._connection.scalars(falling.order_by(r.voucher.desc()))
        # Whatever looks like a number and is none says nothing of those below it.
        return next((serial_of(number) for number in found if is_valid_number(number)), 0)

    def _ready(self, place: str) -> dict[str, int]:
        d, s = devices.c, standings.c
        asked = sa.select(d.device, s.ready_gen).outerjoin(standings, s.device == d.device)
        here = (d.store == place[:4]) & (d.kiosk == place[4:])
        return {device: gen or 0 for device, gen in self._connection.execute(asked.where(here))}


@dataclass(frozen=True, slots=True)
class Where:
    """A kiosk and its place (store and kiosk number); `is_whole`: all that it has journalled is in."""

    device: str
    place: str
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Lending:
    """How many numbers lie ahead at a kiosk, and how many ranges it is lent within 24 hours at most.

    `now` is UTC microseconds.
    """

    par: int
    per_day: int
    now: int


class Numbering:
    """The leases of one kiosk in one sync: `read`, then `due`, then `write`."""

    def __init__(
        self, shelves: SerialShelves, limits: LimitShelves, where: Where, lending: Lending, gen: int
    ) -> None:
        self._shelves = shelves
        self._limits = limits
        self._device = where.device
        self._place = where.place
        self._whole = where.is_whole
        self._par = lending.par if len(where.place) == 6 and where.place.isdecimal() else 0
        self._lending = lending
        self._gen = gen
        self._left = self._par + 1
        self._lent: Range | None = None
        self._refused = False

    def read(self, held: Shelf[Key, int], moved: Mapping[Key, int]) -> Reader:
        """Find out how many numbers are left at the kiosk. `held` are balances, `moved` what changes now."""
        if not self._par:
            return
        self._left = 0
        yield self._shelves.leases.need([self._place])
        here = acc.escrow(self._device)
        mine = [
            (here, one.range.asset) for one in self._shelves.of(self._place) if one.device == self._device
        ]
        yield held.need(mine)
        self._left = sum((held.get(key) or 0) + moved.get(key, 0) for key in mine)
        if self._is_low():
            yield self._shelves.pasts.need([self._place])
            yield self._limits.lent_since.need([self._day])

    @property
    def _day(self) -> tuple[str, int]:
        return self._device, self._lending.now - DAY_US

    def _is_low(self) -> bool:
        return self._left <= self._par // 2

    def due(self) -> Range | None:
        """The range to lease now, if the kiosk has half a par of numbers or less; it counts as leased."""
        if not self._is_low() or not (self._whole or self._shelves.of(self._place)):
            return None
        if (self._limits.lent_since.get(self._day) or 0) >= self._lending.per_day:
            log.warning("%s: was lent %d ranges of serials in a day", self._device, self._lending.per_day)
            self._refused = True
            return None
        first = self._first()
        last = min(SERIAL_MAX, first + self._par - self._left - 1)
        if first > last:
            log.error("%s: no voucher serials are left at %s", self._device, self._place)
            return None
        made = Range(self._place, first, last)
        self._left += made.size
        self._shelves.note(Lease(made, self._device, self._gen))
        self._lent = made
        return made

    def write(self, connection: sa.Connection) -> None:
        """Keep when the range was lent; tell the console of a kiosk that is lent no more today."""
        if self._lent is not None:
            row = (self._place, self._lent.first, self._device, self._lending.now)
            insert_all(connection, lent_ranges, [row])
        if self._refused:
            tell_console(connection, self._device, SERIALS, self._lending.now, DAY_US)

    def _first(self) -> int:
        """The number after all that are leased, well clear of those that may be in use unheard of."""
        leases = self._shelves.of(self._place)
        past = self._shelves.pasts.get(self._place) or Past()
        if leases:
            first, newest = leases[-1].range.last + 1, max(one.gen for one in leases)
        else:  # a kiosk of before there were leases; what this very upload tells is not counted yet
            first, newest = (
                past.numbered + 1 + (max(self._par, ENTRIES_MAX) if past.numbered else 0),
                FIRST_GEN,
            )
        others = [ready for device, ready in past.ready.items() if device != self._device]
        # A restored database may have forgotten whoever was here, with all that was lent to it.
        lost = not leases or any(ready < self._gen for ready in others)
        missed = min(self._gen - newest, LOST_GENERATIONS) if lost else 0
        return first + LOST_PARS * self._par * missed


def keep_leases(connection: sa.Connection, grants: Iterable[tuple[object, ...]]) -> None:
    """Store the ranges among rows of `tables.grants`. One that a lost kiosk tells of late may be there."""
    rows = [
        {"place": found.place, "first": found.first, "last": found.last, "device": device, "gen": gen}
        for _gid, device, gen, _d, asset, *_ in grants
        if (found := Range.of(str(asset)))
    ]
    if rows:
        connection.execute(upsert(connection, serial_ranges).on_conflict_do_nothing(), rows)
