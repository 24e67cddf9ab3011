"""One inbox, one thread, one desk."""

import contextlib
import queue
from collections.abc import Callable
from typing import Protocol

from kiosk.events import Event, Ticked
from kiosk.ports import Clock

INBOX_MAX = 1000
TICK_S = 0.25


class InboxFull(Exception):
    """Devices post faster than the desk works: something is broken, and the process must end."""


class Teller(Protocol):
    """Whoever takes events: the desk."""

    out_of_service: str

    def start(self) -> None:
        """Show the first page."""

    def handle(self, event: Event) -> None:
        """Take one event."""


class Loop:
    """Takes events in order and gives the desk its ticks; runs until stopped or out of service."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._inbox: queue.Queue[Event | None] = queue.Queue(INBOX_MAX)

    def post(self, event: Event) -> None:
        """Put an event into the inbox, from any thread."""
        try:
            self._inbox.put_nowait(event)
        except queue.Full as full:
            raise InboxFull(type(event).__name__) from full

    def stop(self) -> None:
        """Let `run` return once everything before has been handled; never blocks.

        If the inbox is full, its oldest events give way: the kiosk ends, nobody waits for them.
        """
        for _ in range(INBOX_MAX):
            try:
                self._inbox.put_nowait(None)
                return
            except queue.Full:
                with contextlib.suppress(queue.Empty):
                    self._inbox.get_nowait()

    def run(self, desk: Teller, on_closed: Callable[[], None]) -> None:
        """Serve until stopped; `on_closed` is called once when the desk can serve nobody any more."""
        next_tick = self._clock.monotonic()
        while not desk.out_of_service:
            now = self._clock.monotonic()
            if now >= next_tick:
                desk.handle(Ticked(now))
                next_tick = now + TICK_S
            try:
                event = self._inbox.get(timeout=max(0.0, next_tick - self._clock.monotonic()))
            except queue.Empty:
                continue
            if event is None:
                return
            desk.handle(event)
        on_closed()
        self._discard()

    def _discard(self) -> None:
        """Until stopped: devices go on posting while the resting page stays."""
        while self._inbox.get() is not None:
            pass
