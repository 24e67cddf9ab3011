"""A real head office in this process, a network that loses things, and a kiosk's uploader between them."""

import random
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk.events import Event
from kiosk.hub.books import Books
from kiosk.hub.declined import Declined
from kiosk.hub.generation import MemoryGeneration
from kiosk.hub.office import Enrolment, HeadOffice
from kiosk.hub.pins import verifier_maker
from kiosk.hub.settings import Grants, HubSettings, Pin
from kiosk.hub.tables import balances, cards, entries, gifts, members
from kiosk.ledger import accounts as acc
from kiosk.ledger import sync as wire
from kiosk.ledger.feed import ReplicaAnswer, ReplicaRequest
from kiosk.ledger.ids import FreshIds
from kiosk.ledger.legs import Transfer
from kiosk.offline.journal import DurableJournal
from kiosk.offline.replica import StoredReplica
from kiosk.offline.transport import HubRefused, HubUnreachable
from kiosk.offline.uploader import Uploader
from kiosk.offline.wants import Wants
from kiosk.ports import Newcomer
from tests import databases
from tests.offline.bench import DEVICE, HandClock

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
MEMBERS = ("m1", "m2", "home")
STOCK = 500
CHEAP = Pin(argon2_time=1, argon2_kib=8, argon2_lanes=1, offline_pin="software")
PIN = "246810"
CARD_KEY = b"k" * 32


def card_of(member: str) -> bytes:
    return member.encode().ljust(32, b".")


def open_office(seed: int = 1, generation: int = 1, tea: int = STOCK) -> HeadOffice:
    """Members with 1000 points each; `home` is at home here; `tea` pieces of tea."""
    clock = HandClock()
    settings = HubSettings(grants=Grants(lease_par=5, lease_low=2, home_points=300), pin=CHEAP, demo=True)
    ids = FreshIds(clock.now, random.Random(seed))
    office = HeadOffice(
        databases.empty(),
        clock.now,
        ids,
        settings,
        MemoryGeneration(generation),
        shop_key=lambda: CARD_KEY,
    )
    with office.engine.begin() as connection:
        connection.execute(
            sa.insert(gifts).values(
                id="tea", place=0, name={"zh_CN": "茶"}, category="living", points=100, picture="gift_01"
            )
        )
        books = Books(connection)
        books.move(Transfer("o:tea", acc.WORLD, acc.pool("tea"), acc.gift("tea"), tea))
        for member in MEMBERS:
            _add(connection, books, member)
        books.write()
    public = KEY.public_key().public_bytes_raw()
    office.enrol(Enrolment(DEVICE, public, "0001", "03", 7, public))
    return office


def _add(connection: sa.Connection, books: Books, member: str) -> None:
    row = {"id": member, "name": "张*伟", "lifetime": 0, "home": DEVICE if member == "home" else None}
    connection.execute(sa.insert(members).values(**row, verifier=verifier_maker(CHEAP).hash(PIN)))
    connection.execute(sa.insert(cards).values(hash=card_of(member), member=member, tail="0001", why=""))
    for asset, amount in ((acc.POINTS, 1000), (acc.TRIES, 10)):
        books.move(Transfer(f"o:{member}:{asset}", acc.WORLD, acc.member(member), asset, amount))


def balance(office: HeadOffice, account: str, asset: str) -> int:
    with office.engine.begin() as connection:
        wanted = (balances.c.account == account) & (balances.c.asset == asset)
        return connection.scalar(sa.select(balances.c.amount).where(wanted)) or 0


def verdicts(office: HeadOffice) -> dict[int, str]:
    with office.engine.begin() as connection:
        return {row.n: row.verdict for row in connection.execute(sa.select(entries.c.n, entries.c.verdict))}


class Line:
    """The way to head office without sockets. `weather` decides what happens to each request."""

    def __init__(self, office: HeadOffice, weather: Callable[[], str] = lambda: "fine") -> None:
        self.office = office
        self.weather = weather

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        return self._carry(lambda: self.office.sync(wire.unpack(wire.SyncRequest, wire.pack(request))))

    def replica(self, request: ReplicaRequest) -> ReplicaAnswer:
        return self._carry(lambda: self.office.replica(request))

    def account(self, card: bytes) -> wire.AccountAnswer:
        return self._carry(lambda: self.office.account(wire.AccountRequest(device=DEVICE, card=card)))

    def pin(self, member: str, route: str, entry: str, pin: str) -> wire.PinAnswer:
        asked = wire.PinRequest(device=DEVICE, member=member, route=route, entry=entry, pin=pin)
        return self._carry(lambda: self.office.pin(asked))

    def join(self, newcomer: Newcomer) -> wire.JoinAnswer:
        asked = wire.JoinRequest(device=DEVICE, member=newcomer.member, key=newcomer.key, pin=newcomer.pin)
        return self._carry(lambda: self.office.take_key(asked))

    def _carry(self, ask: Callable[[], wire.M]) -> wire.M:
        now = self.weather()
        if now == "cut":
            raise HubUnreachable("cut")
        try:
            answer = ask()
            if now == "twice":
                later = ask()
                return answer if later is None else later
        except Declined as declined:
            raise HubRefused(declined.status, declined.code, declined.detail) from declined
        if now == "lost":
            raise HubUnreachable("the answer was lost")
        return answer


class Kiosk:
    """Journal, replica and uploader around one head office; time is moved by hand."""

    def __init__(self, folder: Path, line: Line, open_journal: Callable[[Path], DurableJournal]) -> None:
        self.clock = HandClock()
        self.line = line
        self.posted: list[Event] = []
        self.wants = Wants()
        self.path = folder / "journal.db"
        self.open = open_journal
        self.replica = StoredReplica(folder / "replica.db")
        self.start()

    def start(self) -> None:
        self.journal = self.open(self.path)
        self.uploader = Uploader(
            journal=self.journal,
            hub=self.line,
            replica=self.replica,
            wants=self.wants,
            device=DEVICE,
            sign=KEY.sign,
            post=self.posted.append,
            clock=self.clock,
            chance=random.Random(1),
        )

    def restart(self) -> None:
        self.journal.close()
        self.start()
        self.journal.recover()
        self.journal.tidy(self.replica.is_home)

    def step(self) -> float:
        return self.uploader.step(self.clock.seconds)

    def drain(self, most: int = 200) -> None:
        for _ in range(most):
            if self.step() > self.clock.seconds:
                return
        raise AssertionError("it never came to rest")

    def close(self) -> None:
        self.journal.close()
        self.replica.close()
