"""Be the counter's device: what a kiosk is, with a web page in the place of screen, reader and printer."""

import json
import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import uvicorn

from kiosk.appliance import FROZEN, OUT_OF_SERVICE, Parts, Threads, assemble, prepare_environment, shop_of
from kiosk.clock import RealClock
from kiosk.control import NoAnswer, ask
from kiosk.counter.page import State
from kiosk.counter.serving import BACKLOG, configured
from kiosk.counter.sessions import Sessions
from kiosk.counter.site import Counter, site
from kiosk.counter.teller import CounterTeller
from kiosk.loop import Loop
from kiosk.notify import tell
from kiosk.ports import Clock, JournalFailed
from kiosk.settings import Printer, Reader, Scanner, Settings

log = logging.getLogger(__name__)

STATE_S = 1.0
"""How long the page waits for the device to say how it is."""
LOOKED_S = 0.3
"""How old what it said may be."""


def serve(settings: Settings, ready_file: Path | None = None, clock: Clock | None = None) -> int:
    """Serve the page until told to stop; the exit code. `ready_file` gets the port."""
    settings = msgspec.structs.replace(
        settings, reader=Reader(kind="disabled"), printer=Printer(kind="disabled"), scanner=Scanner()
    )
    prepare_environment(settings)
    clock = clock or RealClock()
    loop, ended, failed = Loop(clock), threading.Event(), threading.Event()
    listener = _listen(settings)
    threads = Threads(loop)

    def make() -> Parts | None:
        try:
            parts = assemble(settings, clock, loop, lambda _view: None)
        except JournalFailed as failure:
            log.critical("nothing can be kept: %s", failure)
            close(failure.code)
            return None
        sessions = Sessions(clock.monotonic, settings.counter.idle_s)
        parts.world.counter = parts.counter  # nobody asks at a screen
        parts.desk = CounterTeller(parts.world, sessions)
        server = _server(settings, _counter(settings, parts, sessions))
        parts.add(
            "page", lambda: server.run(sockets=[listener]), lambda: setattr(server, "should_exit", True)
        )
        if ready_file is not None:
            _write(ready_file, str(listener.getsockname()[1]))
        return parts

    def close(code: str) -> None:
        # A frozen device would only freeze again: its page stays, its log still goes up.
        if code != FROZEN:
            failed.set()
            ended.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    threads.start(make, close)
    ended.wait()
    tell("STOPPING=1")
    threads.stop()
    listener.close()
    return OUT_OF_SERVICE if failed.is_set() else 0


def _counter(settings: Settings, parts: Parts, sessions: Sessions) -> Counter:
    world, place, shop = parts.world, Path(settings.state.dir) / "control.sock", shop_of(settings)

    def look() -> State:
        try:
            said = ask(place, {"do": "ping"}, STATE_S)
        except NoAnswer:  # at the first moment
            said = {}
        closed = parts.desk.out_of_service
        return State(shop.name, int(shop.kiosk), world.connected, int(said.get("waiting", 0)), closed)

    state = lately(look)
    return Counter(
        world, parts.counter, sessions, parts.loop.post, state, secure=bool(settings.counter.certificate)
    )


def lately(look: Callable[[], State], now: Callable[[], float] = time.monotonic) -> Callable[[], State]:
    """The same, but asked again only after LOOKED_S: a flood of pages asks the device once."""
    lock = threading.Lock()
    found: list[tuple[float, State]] = []

    def known() -> State:
        with lock:
            if not found or now() - found[0][0] >= LOOKED_S:
                found[:] = [(now(), look())]
            return found[0][1]

    return known


def _listen(settings: Settings) -> socket.socket:
    host = settings.counter.host
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, settings.counter.port), family=family, backlog=BACKLOG)


def _server(settings: Settings, counter: Counter) -> uvicorn.Server:
    told = settings.counter
    return uvicorn.Server(configured(site(counter), told.certificate, told.key))


def _write(file: Path, text: str) -> None:
    """Whole or not at all: somebody waits for it to appear."""
    part = file.with_suffix(".part")
    part.write_text(json.dumps(int(text)))
    os.replace(part, file)
