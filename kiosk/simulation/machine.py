"""One simulated kiosk: the real desk, journal, uploader and replica, and a power switch."""

import contextlib
import hashlib
import logging
import random
import shutil
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from kiosk import events as ev
from kiosk import views
from kiosk.desk.desk import Desk
from kiosk.desk.world import Shop, World
from kiosk.hardware.cards.pboc_purse import PbocPurse
from kiosk.hub.office import Enrolment
from kiosk.ledger.ids import FreshIds
from kiosk.offline.escrow import start_up
from kiosk.offline.identity import CardHasher, Identity, VoucherSigner
from kiosk.offline.pin import SoftwarePin
from kiosk.offline.questions import HubDesk
from kiosk.offline.replica import StoredReplica
from kiosk.offline.uploader import Uploader
from kiosk.offline.wants import Wants
from kiosk.ports import CounterAnswer, Draft, JournalFailed
from kiosk.simulation.cable import Cable
from kiosk.simulation.clocks import KioskClock, TrueTime
from kiosk.simulation.head import CARD_KEY, Head
from kiosk.simulation.power import Fuse, PowerCut
from kiosk.simulation.printer import Fate, SimPrinter, Slip
from kiosk.simulation.purses import SimReader, Wallets, purse_desk
from kiosk.simulation.witness import Witness, WitnessedJournal
from kiosk.words import DEFAULT, Words

ZONE = ZoneInfo("Asia/Shanghai")
STORE = "0001"
EVERY_S = 3600.0
"""A simulated uploader's turn: rarer than a real one's, because days pass here."""
log = logging.getLogger(__name__)


@dataclass
class Surroundings:
    """What a kiosk stands in: time, head office, and who sees what comes out of it."""

    true: TrueTime
    head: Head
    chance: random.Random
    tell: Callable[[str, str], None]
    fate: Callable[["Machine"], Fate]
    printed: Callable[["Machine", Slip, int], None]
    later: Callable[[float, Callable[[], None]], None]
    journal: type[WitnessedJournal] = WitnessedJournal
    uploader: type[Uploader] = Uploader
    cable: type[Cable] = Cable
    printer: type[SimPrinter] = SimPrinter
    clock: type[KioskClock] = KioskClock
    ids: Callable[[Callable[[], int], random.Random], FreshIds] = FreshIds
    wallets: Wallets | None = None
    purse: type[PbocPurse] = PbocPurse


class Ear:
    """Implements ports.Counter: staff who wait a while."""

    def __init__(self) -> None:
        self.heard: dict[str, CounterAnswer] = {}
        self.gone: set[str] = set()

    def expects(self, request: str) -> bool:
        """Whether they still stand there."""
        return request not in self.gone

    def answer(self, request: str, said: CounterAnswer) -> None:
        """They hear it."""
        self.heard[request] = said


@dataclass
class Running:
    """What exists only while the power is on."""

    journal: WitnessedJournal
    replica: StoredReplica
    wants: Wants
    uploader: Uploader
    questions: HubDesk
    desk: Desk
    printer: SimPrinter
    view: views.View
    inbox: deque[ev.Event] = field(default_factory=deque)
    reader: SimReader | None = None


class Machine:
    """A kiosk in the shop. Everything it is asked to do may end in the dark."""

    def __init__(self, around: Surroundings, place: int, folder: Path, device: str = "") -> None:
        self.around, self.place, self.folder = around, place, folder
        self.device = device or f"kiosk-{place:02}"
        self.name = self.device
        folder.mkdir(parents=True, exist_ok=True)
        self.identity = identity_of(self.device, place)
        self.clock = around.clock(around.true)
        self.fuse = Fuse()
        self.witness = Witness(tell=self.tell)
        self.cable = around.cable(self.device, around.head, self.fuse, around.chance)
        self.counter = Ear()
        self.on: Running | None = None
        self.boots = 0
        self.busy = False
        self.gone = False
        self.tray: list[Slip] = []

    def tell(self, line: str) -> None:
        """A line of the trace."""
        self.around.tell(self.name, line)

    def enrolment(self) -> Enrolment:
        """How head office takes it in."""
        key = self.identity.voucher
        return Enrolment(
            self.device, self.identity.device_public, STORE, f"{self.place:02}", key.key_id, key.public()
        )

    def copy(self, folder: Path, name: str) -> "Machine":
        """The same device a second time: its disk was copied while the power was off."""
        shutil.copytree(self.folder, folder)
        twin = Machine(self.around, self.place, folder, self.device)
        twin.name, twin.boots = name, self.boots + 1000
        return twin

    def forget_beyond(self, n: int) -> None:
        """The disk went back: what head office never got is gone from the world."""
        for place in [place for place in self.witness.acknowledged if place > n]:
            del self.witness.acknowledged[place]

    # --- power -----------------------------------------------------------------------------------

    def power_on(self) -> bool:
        """Start; False if it went dark again or its disk cannot be used."""
        self.boots += 1
        chance = random.Random(f"{self.around.chance.random()} {self.name} {self.boots}")
        inbox: deque[ev.Event] = deque()
        with contextlib.ExitStack() as opened:
            try:
                replica = StoredReplica(self.folder / "replica.db")
                opened.callback(replica.close)
                ids = self.around.ids(self.clock.now, chance)
                journal = self._open_journal(ids, replica)
                opened.callback(journal.close)
                start_up(journal, replica.is_home)
            except (PowerCut, JournalFailed) as dark:
                self.fuse.left = None
                self.tell(f"dark during start: {type(dark).__name__}")
                return False
            opened.pop_all()
        wants = Wants()
        uploader = self.around.uploader(
            journal=journal, hub=self.cable, replica=replica, wants=wants, device=self.device,
            sign=self.identity.sign, post=inbox.append, clock=self.clock, chance=chance, every_s=EVERY_S,
        )  # fmt: skip
        questions = HubDesk(self.cable, replica, wants, inbox.append, self.clock)
        printer = self.around.printer(
            name=self.name, fuse=self.fuse, post=inbox.append, fate=lambda: self.around.fate(self),
            printed=lambda slip, attempt: self.around.printed(self, slip, attempt), later=self.around.later,
            key=self.identity.voucher,
        )  # fmt: skip
        shop = Shop({"en": "Shop"}, STORE, f"{self.place:02}", ZONE, offline_pin=True, phones=True)
        world = World(
            shop=shop, journal=journal, replica=replica, hub=questions, printer=printer, clock=self.clock,
            ids=ids, voucher_key=self.identity.voucher, card_key=self.identity.cards,
            pin_checker=SoftwarePin(), counter=self.counter, say=words(),
        )  # fmt: skip
        reader = self._reader(world, inbox.append)
        desk = Desk(world, self._see)
        self.on = Running(
            journal, replica, wants, uploader, questions, desk, printer, views.View(), inbox, reader
        )
        desk.start()
        self.tell("power on")
        return True

    def _reader(self, world: World, post: Callable[[ev.Event], None]) -> SimReader | None:
        """The reader for purses, where cards have them."""
        around = self.around
        if around.wallets is None:
            return None
        reader = SimReader(around.wallets, self.device, post)
        keys = self.identity.cards
        world.purses = purse_desk(reader, around.purse, keys, self.place, self.clock)
        return reader

    def _open_journal(self, ids: FreshIds, replica: StoredReplica) -> WitnessedJournal:
        return self.around.journal(
            self.folder / "journal.db",
            device=self.device,
            zone=str(ZONE),
            clock=self.clock,
            ids=ids,
            pack=replica.pack,
            witness=self.witness,
            fuse=self.fuse,
            true_time=self.around.true.now,
        )

    def go_dark(self, why: str) -> None:
        """The plug is out: only what was durable stays."""
        on, self.on = self.on, None
        self.fuse.left = None
        if on is not None:
            on.journal.close()
            on.replica.close()
            self.tell(f"dark: {why}")

    def _see(self, view: views.View) -> None:
        if self.on is not None:
            self.on.view = view
            self.tell(f"shows {type(view).__name__}")

    # --- what happens to it ----------------------------------------------------------------------

    @property
    def view(self) -> views.View | None:
        """What stands on the screen, None in the dark."""
        return self.on.view if self.on else None

    @property
    def resting(self) -> bool:
        """Whether it serves nobody any more: its log was contradicted."""
        return self.on is not None and self.on.desk.out_of_service == "K-SY-01"

    def do(self, *events: ev.Event) -> None:
        """Tell the desk, and let everything follow that follows at once."""
        self._powered(lambda on: self._tell_desk(on, events))

    def tick(self) -> None:
        """A heartbeat."""
        self.do(ev.Ticked(self.clock.monotonic()))

    def write(self, *drafts: Draft) -> None:
        """Journal something that no page leads to."""
        self._powered(lambda on: on.journal.append(*drafts))

    def sync(self) -> None:
        """One turn of the uploader."""

        def turn(on: Running) -> None:
            on.uploader.step(self.clock.monotonic())
            self._pump(on)

        self._powered(turn)

    def _powered(self, work: Callable[[Running], object]) -> None:
        if self.on is None:
            return
        try:
            work(self.on)
        except PowerCut:
            self.go_dark("power cut")
        except JournalFailed as failure:
            self.go_dark(failure.code)
        else:
            if self.on is not None and self.on.desk.out_of_service not in {"", "K-SY-01"}:
                self.go_dark(self.on.desk.out_of_service)

    def _tell_desk(self, on: Running, events: tuple[ev.Event, ...]) -> None:
        for event in events:
            if on.reader is not None and isinstance(event, ev.CardTapped):
                on.reader.tapped(event.card)
            on.inbox.append(event)
            self._pump(on)

    def _pump(self, on: Running) -> None:
        for _ in range(300):
            while on.inbox:
                on.desk.handle(on.inbox.popleft())
            if not on.questions.answer_one() and not self._sync_if_rung(on) and not on.inbox:
                return
        raise AssertionError(f"{self.name} does not come to rest")

    def _sync_if_rung(self, on: Running) -> bool:
        if not on.wants.bell.is_set():
            return False
        on.wants.bell.clear()
        on.uploader.step(self.clock.monotonic())
        return True


@cache
def words() -> Words:
    """The words every simulated kiosk starts with."""
    return Words(DEFAULT, ZONE)


@cache
def identity_of(device: str, place: int) -> Identity:
    """Keys that are the same in every run."""

    def key(purpose: str) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f"{device} {purpose}".encode()).digest())

    return Identity(key("device"), VoucherSigner(place + 1, key("voucher")), CardHasher(CARD_KEY))
