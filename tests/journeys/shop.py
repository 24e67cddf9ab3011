"""A whole shop without a window: real desk, journal, uploader and head office; simulated paper and time."""

import random
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from kiosk import events as ev
from kiosk import views
from kiosk.desk.desk import Desk
from kiosk.desk.world import Shop, World
from kiosk.hardware.printers.raster import Raster
from kiosk.hub import demo_shop
from kiosk.hub.office import Enrolment, HeadOffice
from kiosk.hub.settings import HubSettings, Phones, Pin
from kiosk.ledger import entries as en
from kiosk.ledger import sync as wire
from kiosk.ledger.feed import ReplicaAnswer, ReplicaRequest
from kiosk.ledger.ids import FreshIds
from kiosk.membership.cards import Card
from kiosk.membership.paper import QR, Paper, Row
from kiosk.offline.escrow import start_up
from kiosk.offline.identity import load_or_create
from kiosk.offline.journal import DurableJournal
from kiosk.offline.pin import SoftwarePin
from kiosk.offline.questions import HubDesk
from kiosk.offline.replica import StoredReplica
from kiosk.offline.spent_codes import StoredSpentCodes
from kiosk.offline.transport import HubUnreachable
from kiosk.offline.uploader import Uploader
from kiosk.offline.wants import Wants
from kiosk.ports import CounterAnswer, Newcomer, PinChange
from kiosk.words import DEFAULT, Words
from tests import databases

V = TypeVar("V", bound=views.View)

PIN = "246810"
SETTINGS = HubSettings(
    demo=True,
    pin=Pin(argon2_time=1, argon2_kib=8, argon2_lanes=1, offline_pin="software"),
    phones=Phones(looks=10),
)
NOON = 1_780_286_400_000_000  # 2026-06-01 12:00 in Shanghai
RULES = (Path(__file__).parents[2] / "config/rules/demo.toml").read_text()


class TestClock:
    """Stands still until somebody moves it."""

    def __init__(self) -> None:
        self.at = NOON
        self.seconds = 1000.0
        self.good = True

    def now(self) -> int:
        return self.at

    def trusted(self) -> bool:
        return self.good

    def monotonic(self) -> float:
        return self.seconds

    def pass_by(self, seconds: float) -> None:
        self.at += int(seconds * 1_000_000)
        self.seconds += seconds


class Wire:
    """Head office as a kiosk reaches it; the wire can be cut."""

    def __init__(self, office: HeadOffice, device: str) -> None:
        self.office = office
        self.device = device
        self.cut = False

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        return self._carried(lambda: self.office.sync(request))

    def replica(self, request: ReplicaRequest) -> ReplicaAnswer:
        return self._carried(lambda: self.office.replica(request))

    def account(self, card: bytes) -> wire.AccountAnswer:
        return self._carried(lambda: self.office.account(wire.AccountRequest(device=self.device, card=card)))

    def pin(self, member: str, route: str, entry: str, pin: str) -> wire.PinAnswer:
        asked = wire.PinRequest(device=self.device, member=member, route=route, entry=entry, pin=pin)
        return self._carried(lambda: self.office.pin(asked))

    def phone(self, phone: str, entry: str, pin: str) -> wire.PhoneAnswer:
        asked = wire.PhoneRequest(device=self.device, phone=phone, entry=entry, pin=pin)
        return self._carried(lambda: self.office.phone(asked))

    def code(self, name: str, entry: str) -> wire.CodeAnswer:
        asked = wire.CodeRequest(device=self.device, name=name, entry=entry)
        return self._carried(lambda: self.office.send_code(asked))

    def new_pin(self, change: PinChange) -> wire.NewPinAnswer:
        asked = wire.NewPinRequest(
            device=self.device, name=change.name, entry=change.entry, proof=change.proof, pin=change.pin
        )
        return self._carried(lambda: self.office.set_pin(asked))

    def join_code(self, number: str, entry: str) -> wire.CodeAnswer:
        asked = wire.JoinCodeRequest(device=self.device, number=number, entry=entry)
        return self._carried(lambda: self.office.send_join_code(asked))

    def join(self, newcomer: Newcomer) -> wire.JoinAnswer:
        asked = wire.JoinRequest(
            device=self.device, member=newcomer.member, key=newcomer.key, pin=newcomer.pin
        )
        return self._carried(lambda: self.office.take_key(asked))

    def _carried(self, ask: Callable[[], V]) -> V:  # type: ignore[type-var]
        if self.cut:
            raise HubUnreachable("the wire is cut")
        return ask()


class Tray:
    """A printer that behaves: it has paper or not, and may fall silent after the job went out."""

    def __init__(self, post: Callable[[ev.Event], None]) -> None:
        self._post = post
        self.papers: list[Paper] = []
        self.looked_at: list[Paper] = []
        self.raster: Raster | None = None
        self.trouble = ""
        self.ends = ev.Outcome.CONFIRMED
        self.silent = False

    def preview(self, paper: Paper) -> bytes:
        self.looked_at.append(paper)
        return self.raster.preview(paper) if self.raster else b""

    def ready(self) -> str:
        return self.trouble

    def longest_s(self) -> float:
        return 60.0

    def print(self, op: str, attempt: int, paper: Paper) -> None:
        if self.ends is not ev.Outcome.NOT_PRINTED:
            self.papers.append(paper)
        if not self.silent:
            why = "" if self.ends is ev.Outcome.CONFIRMED else "K-PR-05"
            self._post(ev.Printed(op, attempt, self.ends, why))


class CounterEar:
    """Hears what the desk answers at the counter."""

    def __init__(self) -> None:
        self.heard: dict[str, CounterAnswer] = {}
        self.patient = True

    def expects(self, request: str) -> bool:
        return self.patient

    def answer(self, request: str, said: CounterAnswer) -> None:
        self.heard[request] = said


class ShopFloor:
    """One kiosk in the demo shop. `do` tells events and lets everything that follows from them happen."""

    def __init__(
        self,
        folder: Path,
        first: "ShopFloor | None" = None,
        *,
        cut: bool = False,
        kiosk: str = "03",
        store: str = "0001",
        rules: str = RULES,
        settings: HubSettings = SETTINGS,
    ) -> None:
        """`first`: the floor with whose head office and clock this one lives; its `kiosk` number differs."""
        self.folder = folder
        folder.mkdir(exist_ok=True)
        self.store, self.kiosk, self.device = store, kiosk, f"kiosk-{store}-{kiosk}"
        self.clock = first.clock if first else TestClock()
        self.chance = random.Random(int(kiosk) + 4)
        self.ids = FreshIds(self.clock.now, self.chance)
        self.identity = load_or_create(folder / "identity", b"k" * 32, int(store + kiosk))
        self.office = first.office if first else self._head_office(settings, rules)
        self._enrol()
        self.wire = Wire(self.office, self.device)
        self.wire.cut = cut
        self.seen: list[views.View] = []
        self.open()
        self.sync()
        self.sync()

    def _head_office(self, settings: HubSettings, rules: str) -> HeadOffice:
        now = self.clock.now

        def over(engine: sa.Engine) -> HeadOffice:
            return HeadOffice(engine, now, FreshIds(now), settings, shop_key=lambda: b"k" * 32)

        def fill(engine: sa.Engine) -> None:
            demo_shop.seed(over(engine), b"k" * 32, rules, self.device)

        return over(databases.filled((settings, rules, self.device, now()), fill))

    def _enrol(self) -> None:
        device, voucher = self.identity.device_public, self.identity.voucher_public
        key_id = self.identity.voucher.key_id
        self.office.enrol(Enrolment(self.device, device, self.store, self.kiosk, key_id, voucher))

    def open(self) -> None:
        """Start the kiosk; after `crash`, start it again on what the disk holds."""
        self.inbox: deque[ev.Event] = deque()
        post = self.inbox.append
        self.replica = StoredReplica(self.folder / "replica.db")
        self.journal = DurableJournal(
            self.folder / "journal.db",
            device=self.device,
            zone="Asia/Shanghai",
            clock=self.clock,
            ids=self.ids,
            pack=self.replica.pack,
        )
        start_up(self.journal, self.replica.is_home)
        self.wants = Wants()
        self.uploader = Uploader(
            journal=self.journal, hub=self.wire, replica=self.replica, wants=self.wants, device=self.device,
            sign=self.identity.sign, post=post, clock=self.clock, chance=self.chance,
        )  # fmt: skip
        self.questions = HubDesk(self.wire, self.replica, self.wants, post, self.clock)
        self.tray = Tray(post)
        self.counter = CounterEar()
        shop = Shop(
            {"zh_CN": "示例生活馆"},
            self.store,
            self.kiosk,
            ZoneInfo("Asia/Shanghai"),
            offline_pin=True,
            phones=True,
        )
        self.world = World(
            shop=shop, journal=self.journal, replica=self.replica, hub=self.questions, printer=self.tray,
            clock=self.clock, ids=self.ids, voucher_key=self.identity.voucher,
            card_key=self.identity.cards, pin_checker=SoftwarePin(), counter=self.counter,
            say=Words(DEFAULT, shop.zone),
        )  # fmt: skip
        self.world.spent_codes = self.spent_codes = StoredSpentCodes(self.folder / "spent.db")
        self.desk = Desk(self.world, self.seen.append)
        self.desk.start()

    def crash(self) -> None:
        """The plug is pulled: nothing is finished, the disk keeps what was durable."""
        self.journal.close()
        self.replica.close()
        self.spent_codes.close()

    # --- what happens ----------------------------------------------------------------------------

    def sync(self) -> None:
        """One turn of the uploader, and what it brings."""
        self.due = self.uploader.step(self.clock.monotonic())
        self.settle()

    def do(self, *events: ev.Event) -> views.View:
        """Tell the desk, answer its questions, sync when it rings; the view that stands afterwards."""
        for event in events:
            self.inbox.append(event)
            self.settle()
        return self.now

    def settle(self) -> None:
        for _ in range(200):
            while self.inbox:
                self.desk.handle(self.inbox.popleft())
            if not self.questions.answer_one() and not self._sync_if_rung() and not self.inbox:
                return
        raise AssertionError("the shop does not come to rest")

    def _sync_if_rung(self) -> bool:
        if not self.wants.bell.is_set():
            return False
        self.wants.bell.clear()
        self.due = self.uploader.step(self.clock.monotonic())
        return True

    def wait(self, seconds: float) -> views.View:
        """Time passes, a second at a time; nobody touches anything."""
        for _ in range(int(seconds)):
            self.clock.pass_by(1)
            self.do(ev.Ticked(self.clock.monotonic()))
        return self.now

    def tap(self, number: str) -> views.View:
        return self.do(ev.CardTapped("reader", Card("virtual-cpu", number.encode())))

    def choose(self, gift: str) -> views.Confirm:
        view = self.do(ev.ShelfOpened(), ev.GiftChosen(gift))
        assert isinstance(view, views.Confirm), view
        return view

    def confirm(self, pin: str = PIN) -> views.View:
        page = self.now
        assert isinstance(page, views.Confirm), page
        return self.do(ev.Confirmed(page.ticket, pin))

    def cut(self) -> None:
        self.wire.cut = True
        self.sync()

    def heal(self) -> None:
        self.wire.cut = False
        self.sync()

    def claim(self, number: str, check: str) -> CounterAnswer:
        """Present a voucher that this kiosk can settle at once."""
        return self.counter.heard[self.present(number, check)]

    def present(self, number: str, check: str) -> str:
        """Present a voucher; the answer will be heard under the request's name."""
        request = self.ids.uuid7()
        self.do(ev.ClaimAsked(request, number, check, "staff-1"))
        return request

    def void(self, number: str) -> CounterAnswer:
        self.do(ev.VoidAsked(f"v{len(self.counter.heard)}", number, "staff-1"))
        return list(self.counter.heard.values())[-1]

    # --- what stands -----------------------------------------------------------------------------

    @property
    def now(self) -> views.View:
        return self.seen[-1]

    def kinds(self) -> list[str]:
        """What the journal holds, without grants and starts."""
        rows = self.journal._database.execute("SELECT kind FROM entries ORDER BY n")
        return [kind for (kind,) in rows if kind not in {"boot", "grant", "gen"}]

    def entries(self, kind: type[en.Body]) -> list[en.Body]:
        rows = self.journal._database.execute("SELECT stored FROM entries WHERE kind = ?", (kind.KIND,))
        return [body for (stored,) in rows if (body := en.body_of(en.decode(stored))) is not None]


def together(seconds: int, *floors: ShopFloor) -> None:
    """Time passes for several kiosks; each asks head office when it is due."""
    for _ in range(seconds):
        floors[0].clock.pass_by(1)
        for floor in floors:
            floor.do(ev.Ticked(floor.clock.monotonic()))
            if floor.clock.monotonic() >= floor.due:
                floor.sync()


def written(paper: Paper) -> dict[str, str]:
    """The rows of a voucher, and its QR under 'QR'."""
    rows = {part.label: part.value for part in paper.parts if isinstance(part, Row)}
    codes = [part.text for part in paper.parts if isinstance(part, QR)]
    return rows | {"QR": "".join(codes)}
