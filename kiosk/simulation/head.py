"""Head office under simulation: the real one over a database in memory, which may crash and be restored."""

import random
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from kiosk.hub.books import Books
from kiosk.hub.generation import MemoryGeneration
from kiosk.hub.money import articles
from kiosk.hub.office import Enrolment, HeadOffice
from kiosk.hub.phones import bind, name_of
from kiosk.hub.pins import verifier_maker
from kiosk.hub.risk import put_at_risk
from kiosk.hub.settings import Grants, HubSettings, Merges, Phones, Pin, Risk
from kiosk.hub.staff import Pair
from kiosk.hub.tables import cards, entries, gifts, members, open_database, packs, step_counter
from kiosk.ledger import accounts as acc
from kiosk.ledger.ids import FreshIds
from kiosk.ledger.legs import Transfer
from kiosk.membership.cards import Card, keyed_hash
from kiosk.simulation import lots
from kiosk.simulation.clocks import TrueTime

CARD_KEY = b"k" * 32
PIN = "246810"
VOUCHER_DAYS = 1
GIFTS = (("G1", 100, 14), ("G2", 250, 9), ("G3", 600, 5), ("G4", 150, 6))
"""Id, price in points, pieces in stock: little of everything, so that it runs out."""
STAMPS, STAMPS_FULL = 5, 2
"""Stamps that everybody has at the opening, and how many open a gift."""
MONEY = (("G3", 990, 0), ("G4", 0, 2000))
"""Gift -> cents due beside its points, cents that it is worth as a cash voucher."""
RULES = f"""
[tiers.member]
from = 0
name.en = "Member"

[voucher]
days = {VOUCHER_DAYS}
pickup.en = "Service counter"

[categories.things]
en = "Things"

[risk]
per_member = 200
families = ["virtual-cpu"]

[entitlements.checkin]
period = "day"
points = 7

[entitlements.treat]
period = "day"
gift = "G1"

[cards.tea]
kind = "stamps"
name.en = "Tea"
full = {STAMPS_FULL}
gift = "G2"

[entitlements.cash]
period = "day"

{lots.RULES}
[give]
amounts = [40, 90]

[entitlements.give]
period = "day"

[questions.tea]
kind = "profile"
text.en = "Tea?"
why.en = "To know."
options.yes = {{ en = "Yes" }}
options.no = {{ en = "No" }}

[questions.visit]
kind = "survey"
text.en = "How was it?"
why.en = "To know."
options.good = {{ en = "Good" }}
options.poor = {{ en = "Poor" }}
"""
AT_RISK = 500
"""Points that this shop lets kiosks stand in for, all together."""
FAMILY = "virtual-cpu"


class HubCrash(Exception):
    """Head office died during a request; whoever asked hears nothing."""


def member_id(place: int) -> str:
    """The id of a simulated member."""
    return f"member-{place:02}"


def card_of(place: int) -> Card:
    """A member's card."""
    return Card(FAMILY, f"66{place:08}".encode())


SPARE = "9999"
"""How the number of everybody's second card ends: the one that they may lose."""


def spare_of(place: int) -> Card:
    """A member's second card."""
    return Card(FAMILY, f"77{place:04}{SPARE}".encode())


def phone_of(place: int) -> str:
    """A member's phone."""
    return f"139{place:08}"


class Head:
    """The real HeadOffice, its database, its backups and its crashes."""

    keeper_kind: type[MemoryGeneration] = MemoryGeneration

    def __init__(self, seed: int, true: TrueTime, office: type[HeadOffice] = HeadOffice) -> None:
        self._true, self._kind = true, office
        self._ids = FreshIds(true.now, random.Random(f"{seed} head office"))
        self.counts: Counter[str] = Counter()
        self.settings = HubSettings(
            grants=Grants(
                lease_par=2,
                lease_low=0,
                serial_par=6,
                serial_ranges_per_day=10**6,  # a range of six numbers is used up within hours
                home_points=300,
                home_tries=3,
            ),
            risk=Risk(per_device=200),
            merges=Merges(by_kiosks=True),
            phones=Phones(looks=2, looks_per_hour=10**6),
            pin=Pin(tries=5, argon2_time=1, argon2_kib=8, argon2_lanes=1, offline_pin="software"),
        )
        self.keeper = self.keeper_kind()
        self._engine = open_database("sqlite://")
        sa.event.listen(self._engine, "commit", self._maybe_crash)
        self._crash_before_commit = False
        self.office = self._start()

    def count(self, what: str) -> None:
        """One more of these happened."""
        self.counts[what] += 1

    # --- life ------------------------------------------------------------------------------------

    def _start(self) -> HeadOffice:
        return self._kind(self._engine, self._true.now, self._ids, self.settings, self.keeper)

    def crash_before_next_commit(self) -> None:
        """The next transaction is lost, and with it the process."""
        self._crash_before_commit = True

    def stay_up(self) -> None:
        """No crash any more."""
        self._crash_before_commit = False

    def _maybe_crash(self, _connection: Any) -> None:
        if self._crash_before_commit:
            self._crash_before_commit = False
            self.count("hub-crash")
            raise HubCrash

    def restart(self) -> None:
        """A new process over the same database."""
        try:
            self.office = self._start()
        except HubCrash:
            self.office = self._start()

    def back_up(self, place: Path) -> None:
        """The database as it is now, into a file; two good ones let kiosks forget."""

        def back_up() -> None:
            place.unlink(missing_ok=True)
            self.office.back_up(place)

        self._insist(back_up)

    def _insist(self, work: Callable[[], None]) -> None:
        """People do again what head office died of."""
        try:
            work()
        except HubCrash:
            self.restart()
            work()

    def restore(self, place: Path) -> None:
        """Yesterday's database is all there is; what lies outside of it is today's."""
        with self._engine.connect() as connection, closing(sqlite3.connect(place)) as image:
            raw: Any = connection.connection.driver_connection
            image.backup(raw)
        self.restart()

    def retire(self, device: str) -> None:
        """Two people say that this kiosk will never come back."""
        pair = Pair("mei", "jun", "retire", device, self._true.now())
        self._insist(lambda: self.office.retire(device, pair))

    def mark(self, device: str) -> int:
        """How far a device's log is in."""
        asked = sa.select(sa.func.max(entries.c.n)).where(entries.c.device == device)
        with self._engine.connect() as connection:
            return int(connection.scalar(asked) or 0)

    # --- the shop --------------------------------------------------------------------------------

    def enrol(self, kiosk: Enrolment) -> None:
        """Take a kiosk in."""
        self.office.enrol(kiosk)

    def put_on_card(self, purse: bytes, points: int) -> None:
        """What the issuer put on a card's purse before the story began."""
        with self._engine.begin() as connection:
            books = Books(connection)
            account = acc.card(purse.hex())
            books.move(Transfer(f"opening:{account}", acc.WORLD, account, acc.POINTS, points))
            books.write()

    def open_shop(self, people: int, points: int, homes: dict[int, str]) -> None:
        """Members with the same points each, the shelf, the rules."""
        verifier = verifier_maker(self.settings.pin).hash(PIN)
        with self._engine.begin() as connection:
            rows = [
                {
                    "id": member_id(place), "name": f"M*{place}", "lifetime": points, "verifier": verifier,
                    "home": homes.get(place),
                }
                for place in range(people)
            ]  # fmt: skip
            connection.execute(sa.insert(members), rows)
            hashed = [
                {"hash": keyed_hash(CARD_KEY, card_of(place)), "member": member_id(place), "tail": "0000"}
                for place in range(people)
            ]
            hashed += [
                {"hash": keyed_hash(CARD_KEY, spare_of(place)), "member": member_id(place), "tail": SPARE}
                for place in range(people)
            ]
            connection.execute(sa.insert(cards), hashed)
            for place in range(people):
                bind(connection, name_of(CARD_KEY, phone_of(place)), member_id(place), phone_of(place))
            shelf = [
                {
                    "id": gift, "place": place, "name": {"en": gift}, "category": "things",
                    "points": price, "picture": "gift_01",
                }
                for place, (gift, price, _) in enumerate(GIFTS)
            ]  # fmt: skip
            connection.execute(sa.insert(gifts), shelf)
            money = [{"gift": gift, "cash": cash, "worth": worth} for gift, cash, worth in MONEY]
            connection.execute(sa.insert(articles), money)
            lots.open_lottery(connection)
            connection.execute(sa.insert(packs).values(version=1, rules=RULES))
            books = Books(connection)
            for place in range(people):
                own = acc.member(member_id(place))
                tries = self.settings.pin.tries + (self.settings.grants.home_tries if place in homes else 0)
                books.move(Transfer(f"opening:{own}:points", acc.WORLD, own, acc.POINTS, points))
                books.move(Transfer(f"opening:{own}:tries", acc.WORLD, own, acc.TRIES, tries))
                books.move(Transfer(f"opening:{own}:stamps", acc.WORLD, own, acc.stamps("tea"), STAMPS))
            for gift, _, pieces in GIFTS:
                books.move(Transfer(f"opening:{gift}", acc.WORLD, acc.pool(gift), acc.gift(gift), pieces))
            books.write()
            put_at_risk(connection, AT_RISK, "opening")
            step_counter(connection, "catalogue")
            step_counter(connection, "deny_epoch")
