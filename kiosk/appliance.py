"""The wiring: the one module that knows every part, and the one that makes threads."""

import logging
import math
import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from kiosk.clock import RealClock
from kiosk.control import ControlSocket, CounterDesk
from kiosk.desk.attract import invitation
from kiosk.desk.world import Front, Shop, World
from kiosk.ledger.ids import FreshIds
from kiosk.loop import Loop, Teller
from kiosk.notify import tell, watchdog_interval
from kiosk.ports import CardKey, Clock, JournalFailed
from kiosk.settings import BadSettings, Screen, Settings, load
from kiosk.views import View
from kiosk.words import DEFAULT, Words

log = logging.getLogger(__name__)

LOG_FORMAT = "%(asctime)s %(name)s %(levelname)s %(message)s"

OUT_OF_SERVICE = 75
"""Exit code of a kiosk that could not keep its records (EX_TEMPFAIL): systemd starts it again."""
OUT_OF_SERVICE_S = 10.0
"""How long the resting page stays readable before the process ends and is started again."""
STOP_S = 3.0
MM_PER_INCH = 25.4
FROZEN = "K-SY-01"
CRASHED = 70
"""Exit code after a thread's crash (EX_SOFTWARE)."""


@dataclass
class Parts:
    """What `assemble` made, for those who start and stop it."""

    loop: Loop
    desk: Teller
    world: World
    counter: CounterDesk
    runs: dict[str, Callable[[], None]] = field(default_factory=dict)
    """Thread name -> its endless work, in the order it is begun."""
    stops: list[Callable[[], None]] = field(default_factory=list)
    """What ends that work; called last first, so that the journal outlives whoever needs it."""

    def add(self, name: str, work: Callable[[], None], stop: Callable[[], None]) -> None:
        """One part with a thread of its own."""
        self.runs[name] = work
        self.stops.append(stop)


def prepare_environment(settings: Settings) -> None:
    """What libraries read from the environment when they are imported; before any of them is."""
    state = Path(settings.state.dir)
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    folders = {"KIVY_HOME": state / "kivy", "ESCPOS_CAPABILITIES_PICKLE_DIR": state / "escpos"}
    for name, folder in folders.items():
        folder.mkdir(exist_ok=True, mode=0o700)
        os.environ[name] = str(folder)
    os.environ |= {"KIVY_NO_ARGS": "1", "KIVY_NO_FILELOG": "1", "KIVY_LOG_MODE": "PYTHON"}
    if settings.screen.offscreen:
        os.environ["SDL_VIDEODRIVER"] = "offscreen"
    if settings.reader.socket:
        os.environ["PCSCLITE_CSOCK_NAME"] = settings.reader.socket


def assemble(settings: Settings, clock: Clock, loop: Loop, show: Callable[[View], None]) -> Parts:
    """Make every part and join them; nothing runs yet. Imports what the first page does not need."""
    from kiosk.desk.desk import Desk
    from kiosk.hardware.printers.proof import stationery_of
    from kiosk.hardware.printers.service import open_printer
    from kiosk.offline.carrying import Carrier
    from kiosk.offline.enrolment import pinned_authority
    from kiosk.offline.escrow import start_up
    from kiosk.offline.identity import load_or_create
    from kiosk.offline.journal import DurableJournal
    from kiosk.offline.pin import NoPin, SoftwarePin
    from kiosk.offline.questions import HubDesk
    from kiosk.offline.replica import StoredReplica
    from kiosk.offline.second_copy import second_copy
    from kiosk.offline.service import JournalService
    from kiosk.offline.spent_codes import StoredSpentCodes
    from kiosk.offline.storage_key import storage_key
    from kiosk.offline.transport import HttpHub
    from kiosk.offline.uploader import Uploader
    from kiosk.offline.wants import Wants

    state = Path(settings.state.dir)
    ids = FreshIds(clock.now)
    storage = storage_key(state, settings.state.key_file, os.environ)
    identity = load_or_create(state / "identity", storage_key=storage.key if storage.apart else None)
    replica = StoredReplica(
        state / "replica.db", storage.key, deny_max_age_s=settings.deny.max_age_hours * 3600.0
    )

    def open_journal() -> DurableJournal:
        return DurableJournal(
            state / "journal.db",
            device=settings.device.id,
            zone=settings.device.zone,
            clock=clock,
            ids=ids,
            pack=replica.pack,
            key=storage.key,
            second=second_copy(settings.state.second_copy, storage.key),
        )

    journal = JournalService(open_journal, loop.post, lambda opened: start_up(opened, replica.is_home))
    port = journal.port()
    # One connection a thread: a sync that takes long must not hold up a visitor's question.
    uplink, asked = (
        HttpHub(
            settings.hub.url,
            settings.device.id,
            identity.device_key,
            settings.hub.timeout_s,
            settings.hub.ca or pinned_authority(state),
        )
        for _ in range(2)
    )
    wants = Wants()
    uploader = Uploader(
        journal=port,
        hub=uplink,
        replica=replica,
        wants=wants,
        device=settings.device.id,
        sign=identity.sign,
        post=loop.post,
        clock=clock,
        chance=random.SystemRandom(),
    )
    questions = HubDesk(asked, replica, wants, loop.post, clock)
    printer = open_printer(settings.printer, loop.post, clock)
    counter = CounterDesk(loop.post, ids)
    carrier = Carrier(port, settings.device.id, identity.sign)
    verbs = counter.verbs() | {"ping": uploader.backlog.ping, "export": carrier.export}
    control = ControlSocket(state / "control.sock", verbs)
    world = World(
        shop=shop_of(settings),
        journal=port,
        replica=replica,
        hub=questions,
        printer=printer,
        clock=clock,
        ids=ids,
        voucher_key=identity.voucher,
        card_key=identity.cards,
        pin_checker=SoftwarePin() if settings.pin.offline == "software" else NoPin(),
        counter=counter,
        stationery=stationery_of(settings.printer.papers, settings.printer.width),
        say=Words(DEFAULT, ZoneInfo(settings.device.zone)),
    )
    if settings.pin.phone:
        world.spent_codes = StoredSpentCodes(state / "spent-codes.db", storage.key)
    parts = Parts(loop, Desk(world, show), world, counter)
    parts.add("journal", journal.run, journal.stop)
    parts.add("printer", printer.run, printer.stop)
    if settings.reader.kind == "pcsc":
        _add_readers(parts, settings, clock, identity.cards)
    _add_listeners(parts, settings, clock)
    _add_typing(parts, state)
    parts.add("uploader", uploader.run, uploader.stop)
    parts.add("questions", questions.run, questions.stop)
    parts.add("control", control.run, control.close)
    return parts


def _add_typing(parts: Parts, state: Path) -> None:
    """Chinese from keys, where it is installed. What it builds it builds on a thread of its own library."""
    from kiosk.screens.faces import FontsMissing, drawable
    from kiosk.typing.rime import Rime
    from kiosk.typing.rime_api import NoRime

    try:
        engine = Rime(state / "typing", drawable=drawable(state / "faces"))
    except (NoRime, FontsMissing) as missing:
        log.warning("no Chinese can be typed: %s", missing)
        return
    parts.world.typing = engine
    parts.stops.append(engine.close)


def _add_readers(parts: Parts, settings: Settings, clock: Clock, key: CardKey) -> None:
    """Card readers, and the purses of the cards that lie on them."""
    from kiosk.hardware.cards.purse_desk import PurseDesk
    from kiosk.hardware.cards.purse_opening import purse_opener, terminal_of
    from kiosk.hardware.cards.record_opening import record_check
    from kiosk.hardware.readers.service import ReaderService

    check, shared = record_check(settings.records), settings.reader.shared
    readers = ReaderService(parts.loop.post, clock, begin_thread, shared=shared, check=check)
    parts.add("readers", readers.run, readers.stop)
    opener = purse_opener(settings.purse, terminal_of(settings.device.store, settings.device.kiosk))
    if opener is not None:
        parts.world.purses = PurseDesk(readers, opener, key, clock, parts.world.shop.zone)


def _add_listeners(parts: Parts, settings: Settings, clock: Clock) -> None:
    """What only ever tells: bar code scanner, swipe reader, keyboard wedge."""
    from kiosk.hardware.magnetic.watcher import SwipeWatcher
    from kiosk.hardware.scanners.watcher import ScannerWatcher
    from kiosk.hardware.wedge.watcher import WedgeWatcher

    post, scans, swipes, typed = parts.loop.post, settings.scanner, settings.swipe, settings.wedge
    if scans.kind == "serial":
        scanner = ScannerWatcher(scans.address, scans.baud, post, clock)
        parts.add("scanner", scanner.run, scanner.stop)
    if swipes.kind != "disabled":
        swipe = SwipeWatcher(swipes.kind, swipes.address, swipes.baud, post, clock)
        parts.add("swipe reader", swipe.run, swipe.stop)
    if typed.kind != "disabled":
        wedge = WedgeWatcher(typed.kind, typed.device, post, clock)
        parts.add("wedge", wedge.run, wedge.stop)


class Threads:
    """Runs every part on a thread of its own; the first one to crash ends the process."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._parts: Parts | None = None
        self._threads: list[threading.Thread] = []

    def start(self, make: Callable[[], Parts | None], on_closed: Callable[[str], None]) -> None:
        """On the desk's own thread: make the parts, start theirs, serve. Nothing runs if `make` makes none.

        `on_closed` hears the fault code when the desk can serve nobody any more.
        """

        def serve() -> None:
            parts = self._parts = make()
            if parts is None:
                return
            for name, work in parts.runs.items():
                self._begin(name, work)
            parts.desk.start()
            tell("READY=1")
            self._loop.run(parts.desk, lambda: on_closed(parts.desk.out_of_service))

        self._begin("desk", serve)

    def stop(self) -> None:
        """End the desk, then every part in the order it asks for, the journal last."""
        self._loop.stop()
        for thread in self._threads[:1]:
            thread.join(timeout=STOP_S)  # the desk first: nothing it began is left half done
        for stop in reversed(self._parts.stops if self._parts else []):
            stop()
        for thread in self._threads[1:]:
            thread.join(timeout=STOP_S)

    def _begin(self, name: str, work: Callable[[], None]) -> None:
        self._threads.append(begin_thread(name, work))


def begin_thread(name: str, work: Callable[[], None]) -> threading.Thread:
    """One thread, now. For a part that learns only later how many it needs; its own `run` ends after them."""
    thread = threading.Thread(target=_ends_everything(name, work), name=name, daemon=True)
    thread.start()
    return thread


def _ends_everything(name: str, work: Callable[[], None]) -> Callable[[], None]:
    def guarded() -> None:
        try:
            work()
        except BaseException:
            # A thread that dies quietly is worse than a crash: systemd restarts, start-up recovers.
            log.critical("thread %s crashed", name, exc_info=True)
            logging.shutdown()
            os._exit(CRASHED)

    return guarded


def run(
    settings: Settings,
    clock: Clock | None = None,
    more: Callable[[Any, Parts], None] = lambda _app, _parts: None,
) -> int:
    """Be a kiosk until told to stop; the exit code. `more` may add parts once the window is made."""
    prepare_environment(settings)
    from kiosk.screens.prepare import prepare

    state, screen = Path(settings.state.dir), settings.screen
    prepare(state / "kivy", (screen.width, screen.height), full_screen=screen.fullscreen)
    from kiosk.screens.app import KioskApp
    from kiosk.screens.brand import chosen
    from kiosk.screens.faces import ensure_faces
    from kiosk.screens.tokens import Modes

    clock = clock or RealClock()
    loop = Loop(clock)
    threads = Threads(loop)
    closed = threading.Event()
    words = Words(DEFAULT, ZoneInfo(settings.device.zone))

    def make() -> Parts | None:
        try:
            parts = assemble(settings, clock, loop, app.show)
        except JournalFailed as failure:
            from kiosk.desk.notices import resting

            log.critical("nothing can be kept: %s", failure)
            app.show(resting(Front(shop=shop_of(settings)), words, failure.code, clock.now()))
            close(failure.code)
            return None
        parts.world.pictures_fault = play_pictures(screen, app.play)
        more(app, parts)
        return parts

    def close(code: str) -> None:
        # A frozen device would only freeze again: its page stays, its log still goes up.
        if code != FROZEN:
            closed.set()
            app.stop_soon(OUT_OF_SERVICE_S)

    def first_frame() -> None:
        tell("STATUS=the invitation is on the glass")
        threads.start(make, close)

    size = (screen.width, screen.height)
    brand, refused = chosen(screen.brand, screen.ground)
    for problem in refused:
        log.error("the brand is not worn: %s", problem)
    app = KioskApp(
        loop.post,
        size,
        ensure_faces(state / "faces"),
        brand,
        on_first_frame=first_frame,
        modes=Modes(screen.large_text, screen.low_reach, screen.high_contrast, screen.less_motion),
        inches=screen.inches,
    )
    app.show(invitation(Front(shop=shop_of(settings)), words))
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: app.stop_soon(0))
    app.keep_alive(watchdog_interval(), lambda: tell("WATCHDOG=1"))
    app.run()
    tell("STOPPING=1")
    threads.stop()
    return OUT_OF_SERVICE if closed.is_set() else 0


def play_pictures(screen: Screen, play: Callable[[Sequence[tuple[bytes, bytes]], float], None]) -> str:
    """Show the signed pack of the settings, if there is one; the fault code if it is refused, else ''."""
    if not screen.pictures:
        return ""
    from kiosk.offline.pictures import CODE, BadPictures, read_pictures

    try:
        pack = read_pictures(Path(screen.pictures), bytes.fromhex(screen.pictures_key))
    except BadPictures as bad:
        log.error("%s: the pictures are not shown: %s", CODE, bad)
        return CODE
    play([(still.upright, still.tall) for still in pack.stills], pack.seconds)
    return ""


def shop_of(settings: Settings) -> Shop:
    """What the desk must know of the settings."""
    return Shop(
        name={"zh_CN": settings.shop.zh_CN, "zh_TW": settings.shop.zh_TW, "en": settings.shop.en},
        store=settings.device.store,
        kiosk=settings.device.kiosk,
        zone=ZoneInfo(settings.device.zone),
        idle_s=settings.screen.idle_s,
        countdown_s=settings.screen.countdown_s,
        offline_pin=settings.pin.offline == "software",
        phones=settings.pin.phone,
        inserted_readers=frozenset(settings.reader.inserted),
        panel_mm=panel_mm(settings.screen),
    )


def panel_mm(screen: Screen) -> int:
    """How wide the panel is; 0 where its settings do not tell."""
    return round(screen.inches * MM_PER_INCH * screen.width / math.hypot(screen.width, screen.height))


def main() -> int:
    """`python -m kiosk.appliance CONFIG`: a kiosk without the command line, which costs start-up."""
    try:
        settings = load(Path(sys.argv[1]))
    except BadSettings as bad:
        sys.stderr.write(f"{bad}\n")
        return 2
    from kiosk.commands.enrolled import gap

    if missing := gap(settings):
        sys.stderr.write(f"{missing}\n")
        return 2
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    return run(settings)


if __name__ == "__main__":
    sys.exit(main())
