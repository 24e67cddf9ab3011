"""Thousands of cards, put down and taken away at virtual readers: nothing lost, nothing left behind."""

import os
import queue
import tempfile
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.appliance import begin_thread
from kiosk.clock import RealClock
from kiosk.events import CardRemoved, CardTapped, Event, ReaderChanged
from kiosk.hardware.readers.service import ReaderService
from kiosk.hardware.simulated.keeper import SLOTS_EACH, SLOTS_MAX
from kiosk.hardware.simulated.pcscd import VirtualReader

PATIENCE_S = 20.0
RESTART_EVERY = 8
"""Rounds after which pcscd is restarted. A multiple of four: then no card lies anywhere."""


class SoakFailed(Exception):
    """An event was lost, doubled or out of order, or something was left behind."""


@dataclass
class Soak:
    """One run: `cycles` insertions in all, over `slots` slots at once."""

    cycles: int
    slots: int = SLOTS_MAX
    restarts: int = 0
    done: int = 0
    _heard: "queue.SimpleQueue[Event]" = field(default_factory=queue.SimpleQueue)
    _early: dict[str, deque[Event]] = field(default_factory=dict)

    def run(self) -> dict[str, int | float]:
        """Run it whole; its counts. SoakFailed."""
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder, VirtualReader(Path(folder), self.slots) as virtual:
            os.environ["PCSCLITE_CSOCK_NAME"] = virtual.socket
            service = ReaderService(self._heard.put, RealClock(), begin_thread)
            supervisor = begin_thread("readers", service.run)
            try:
                left = self._rounds(virtual)
            finally:
                service.stop()
                supervisor.join(PATIENCE_S)
        if supervisor.is_alive():
            raise SoakFailed("the reader service did not end")
        seconds = round(time.monotonic() - began, 1)
        return {"cycles": self.done, "restarts": self.restarts, "seconds": seconds, **left}

    def _rounds(self, virtual: VirtualReader) -> dict[str, int]:
        readers = [_name(slot) for slot in range(self.slots)]
        self._until_listed(-(-self.slots // SLOTS_EACH) * SLOTS_EACH)
        before: dict[str, int] = {}
        turn = 0
        while self.done < self.cycles:
            self._tap_all(virtual, readers, turn, swapped=turn % 4 in (1, 2))
            if turn % 4 in (2, 3):
                self._pull_all(virtual, readers)
            turn += 1
            if turn % RESTART_EVERY == 0:
                self._restart(virtual)
            before = before or _possessions()
        self._quiet()
        if (now := _possessions()) != before:
            raise SoakFailed(f"left behind: {before} became {now}")
        return now

    def _tap_all(self, virtual: VirtualReader, readers: list[str], turn: int, *, swapped: bool) -> None:
        """A card of the same kind everywhere, in the place of another where one lies."""
        number = f"66{turn:08}"
        for slot in range(self.slots):
            virtual.tap(number, slot=slot)
        for reader in readers:
            if swapped:
                self._expect(CardRemoved, reader)
            event = self._expect(CardTapped, reader)
            if not isinstance(event, CardTapped) or event.card.number != number.encode():
                raise SoakFailed(f"{reader}: another card than the one that was put down")
            self.done += 1

    def _pull_all(self, virtual: VirtualReader, readers: list[str]) -> None:
        for slot in range(self.slots):
            virtual.pull(slot)
        for reader in readers:
            self._expect(CardRemoved, reader)

    def _restart(self, virtual: VirtualReader) -> None:
        """While no card lies anywhere; each reader goes once and comes back once."""
        virtual.restart_pcscd()
        self.restarts += 1
        for present in (False, True):
            for slot in range(-(-self.slots // SLOTS_EACH) * SLOTS_EACH):
                event = self._expect(ReaderChanged, _name(slot))
                if not isinstance(event, ReaderChanged) or event.present is not present:
                    raise SoakFailed(f"{_name(slot)}: {event} after a restart")

    def _until_listed(self, count: int) -> None:
        for slot in range(count):
            self._expect(ReaderChanged, _name(slot))

    def _expect(self, kind: type[Event], reader: str) -> Event:
        """This reader's next event, which must be of this kind."""
        waiting = self._early.setdefault(reader, deque())
        until = time.monotonic() + PATIENCE_S
        while not waiting:
            try:
                event = self._heard.get(timeout=max(0.0, until - time.monotonic()))
            except queue.Empty:
                raise SoakFailed(f"{reader}: no {kind.__name__} after {self.done} cycles") from None
            self._early.setdefault(str(getattr(event, "reader", "")), deque()).append(event)
        event = waiting.popleft()
        if not isinstance(event, kind):
            raise SoakFailed(f"{reader}: {event} instead of {kind.__name__} after {self.done} cycles")
        return event

    def _quiet(self) -> None:
        if not self._heard.empty() or any(self._early.values()):
            raise SoakFailed("more was told than happened")


def _name(slot: int) -> str:
    """How pcscd calls the reader of a slot."""
    reader, place = divmod(slot, SLOTS_EACH)
    return f"Virtual card reader{f' {reader + 1}' if reader else ''} {0:02} {place:02}"


def _possessions() -> dict[str, int]:
    """What a leak would add to: each PC/SC context is an open socket, each worker a thread."""
    return {"files": len(os.listdir("/proc/self/fd")), "threads": threading.active_count()}
