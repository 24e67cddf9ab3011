"""A store in real processes: head office, network, counter. Only the kiosk's threads are in this one."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from shop import PIN, RULES, Tray, written

from kiosk import appliance, views
from kiosk import events as ev
from kiosk.clock import RealClock
from kiosk.control import ask
from kiosk.hub import demo_shop
from kiosk.hub.office import Enrolment
from kiosk.hub.opening import open_office
from kiosk.hub.settings import read_settings
from kiosk.loop import Loop
from kiosk.membership.cards import Card
from kiosk.offline.identity import load_or_create
from kiosk.settings import parse

HOME = b"6600000001"
PATIENCE_S = 60.0
KEY = b"k" * 32
KIOSK, COUNTER = "kiosk-0001-03", "kiosk-0001-09"

_HUB = """\
[database]
url = "sqlite:///{folder}/hub.db"
generation_file = "{folder}/generation"
[enrolment]
card_key_file = "{folder}/card.key"
[phones]
code_key_file = "{folder}/phone-codes.key"
[pin]
offline_pin = "software"
argon2_time = 1
argon2_kib = 1024
[listen]
port = 0
"""
_DEVICE = """\
[device]
id = "{device}"
store = "0001"
kiosk = "{number}"
[hub]
url = "http://127.0.0.1:{port}"
timeout_s = 2
[reader]
kind = "disabled"
[printer]
kind = "disabled"
[state]
dir = "{folder}/{device}"
[pin]
offline = "software"
[counter]
port = 0
"""

T = TypeVar("T")
V = TypeVar("V", bound=views.View)


def until(look: Callable[[], T | None], what: str, patience_s: float = PATIENCE_S) -> T:
    """What `look` finds, once it finds something."""
    deadline = time.monotonic() + patience_s
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"in vain: {what}")
        time.sleep(0.02)


@dataclass
class Kiosk:
    """A kiosk as it is wired, without window: its threads run here, its paper falls into a tray."""

    settings: Path
    seen: list[views.View] = field(default_factory=list)

    def start(self) -> None:
        settings = parse(self.settings.read_text())
        appliance.prepare_environment(settings)
        clock = RealClock()
        self.loop = Loop(clock)
        self.tray = Tray(self.loop.post)

        def make() -> appliance.Parts:
            self.parts = appliance.assemble(settings, clock, self.loop, self.seen.append)
            self.parts.world.printer = self.tray
            return self.parts

        self.threads = appliance.Threads(self.loop)
        self.threads.start(make, lambda code: None)
        until(lambda: self.seen and self.parts.world.connected, "a kiosk that reaches head office")

    def stop(self) -> None:
        self.threads.stop()

    def page(self, kind: type[V]) -> V:
        """The page of this kind, once it stands."""
        return until(lambda: self.seen[-1] if isinstance(self.seen[-1], kind) else None, kind.__name__)

    def voucher(self) -> Mapping[str, str]:
        """A member takes a gift: what stands on the paper."""
        post, papers = self.loop.post, len(self.tray.papers)
        post(ev.CardTapped("reader", Card("virtual-cpu", HOME)))
        self.page(views.Home)
        post(ev.ShelfOpened())
        self.page(views.Shelf)
        post(ev.GiftChosen("G02"))
        post(ev.Confirmed(self.page(views.Confirm).ticket, PIN))
        self.page(views.TakeVoucher)
        post(ev.Left())
        self.page(views.Attract)
        assert len(self.tray.papers) == papers + 1
        return written(self.tray.papers[-1])


class Stage:
    """The store. Every process that it starts, it ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.hub_settings = self._written("hub", _HUB.format(folder=folder))
        self._furnish()
        hub = int(self._start("hub", "-m", "kiosk.hub", "--config", str(self.hub_settings)))
        network = int(
            self._start(
                "network", "-m", "kiosk.demo.relay", "--target", f"127.0.0.1:{hub}",
                "--control", str(folder / "network.sock"),
            )
        )  # fmt: skip
        told = {"folder": folder, "port": network}
        self.kiosk = Kiosk(self._written("kiosk", _DEVICE.format(device=KIOSK, number="03", **told)))
        self.counter_settings = self._written("counter", _DEVICE.format(device=COUNTER, number="09", **told))
        self.kiosk.start()

    def start_counter(self) -> str:
        """Start the counter's device, the first time or after it ended; the address of its page."""
        port = self._start("counter", "-m", "kiosk", "counter", str(self.counter_settings))
        self.address = f"http://127.0.0.1:{port}/"
        return self.address

    def counter(self) -> str:
        """The address of the counter's page; the device is started unless it runs."""
        if "counter" not in self._running:
            self.address = self.start_counter()
        return self.address

    def kill_counter(self) -> None:
        """kill -9, without a word."""
        self._end("counter", signal.SIGKILL)

    def network(self, what: str) -> None:
        """cut | heal."""
        ask(self.folder / "network.sock", {"do": what})

    def end(self) -> None:
        self.kiosk.stop()
        for who in reversed(tuple(self._running)):
            self._end(who, signal.SIGTERM)

    def _furnish(self) -> None:
        settings = read_settings(self.hub_settings)
        office = open_office(settings, lambda: time.time_ns() // 1000)
        for device, number in ((KIOSK, "03"), (COUNTER, "09")):
            home = self.folder / device
            home.mkdir(mode=0o700)
            keys = load_or_create(home / "identity", KEY, int(number))
            public, voucher = keys.device_public, keys.voucher_public
            office.enrol(Enrolment(device, public, "0001", number, keys.voucher.key_id, voucher))
        demo_shop.seed(office, KEY, RULES, KIOSK)
        office.engine.dispose()

    def _written(self, name: str, text: str) -> Path:
        file = self.folder / f"{name}.toml"
        file.write_text(text)
        return file

    def _start(self, who: str, *words: str) -> str:
        """Start a part; the port in its ready file."""
        ready, log = self.folder / f"{who}.ready", self.folder / f"{who}.log"
        ready.unlink(missing_ok=True)
        with log.open("ab") as out:
            part = subprocess.Popen(
                [sys.executable, *words, "--ready-file", str(ready)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                process_group=0,
                env={**os.environ, "PYTHONUNBUFFERED": "1"},
            )
        self._running[who] = part

        def told() -> str | None:
            assert part.poll() is None, log.read_text()[-2000:]
            return ready.read_text() if ready.exists() else None

        found = json.loads(until(told, f"{who} is ready"))
        return str(found["port"] if isinstance(found, dict) else found)

    def _end(self, who: str, number: signal.Signals) -> None:
        part = self._running.pop(who)
        part.send_signal(number)
        try:
            part.wait(10)
        except subprocess.TimeoutExpired:
            part.kill()
            part.wait()
            raise AssertionError(f"{who} did not end") from None
