"""The loop that watches every card reader of the machine, for one thread of its own."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kiosk.events import CardRemoved, CardTapped, CardUnreadable, ReaderChanged
from kiosk.hardware.cards.apdu import CardPulled, CardTrouble
from kiosk.hardware.cards.presence import Change, changes
from kiosk.hardware.pcsc import Service, ServiceLost
from kiosk.ports import Clock, Post

LOOK_MS = 1000
"""The longest wait for a change; then the list of readers is looked at again."""

PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Between tries to reach the card service; the last one is repeated."""

_log = logging.getLogger(__name__)


class ReaderWatcher:
    """Watches all readers. Each card gives one CardTapped or CardUnreadable, then one CardRemoved."""

    def __init__(self, post: Post, clock: Clock) -> None:
        self._post, self._clock = post, clock
        self._stopping = threading.Event()
        self._guard = threading.Lock()
        self._service: Service | None = None
        self._seen: dict[str, int | None] = {}
        self._cards: set[str] = set()
        self._told = ""
        self.beat = clock.monotonic()
        """Monotonic seconds of the last turn: more than a few seconds ago means a card or pcscd hangs."""

    def run(self) -> None:
        """Watch until `stop`. For one thread of its own; outlives every restart of pcscd."""
        tries = 0
        while not self._stopping.is_set():
            try:
                with self._serving() as service:
                    tries = 0
                    self._watch(service)
            except ServiceLost as trouble:
                self._lost(str(trouble))
                self.beat = self._clock.monotonic()
                self._stopping.wait(PAUSES_S[min(tries, len(PAUSES_S) - 1)])
                tries += 1

    def stop(self) -> None:
        """End `run` soon, from any thread."""
        self._stopping.set()
        with self._guard:
            if self._service is not None:
                self._service.cancel()

    @contextmanager
    def _serving(self) -> Iterator[Service]:
        service = Service(self._clock)
        with self._guard:
            self._service = service
        try:
            yield service
        finally:
            with self._guard:
                self._service = None
                service.close()

    def _watch(self, service: Service) -> None:
        while not self._stopping.is_set():
            self.beat = self._clock.monotonic()
            self._meet(service.readers())
            for name, state in service.changed(self._seen, LOOK_MS):
                if name in self._seen:
                    self._seen[name] = self._happened(service, name, state)

    def _meet(self, names: tuple[str, ...]) -> None:
        for name in [known for known in self._seen if known not in names]:
            self._part(name, "unplugged")
        for name in names:
            if name not in self._seen:
                self._seen[name] = None
                self._post(ReaderChanged(name, True))
        self._told = ""

    def _part(self, name: str, why: str) -> None:
        self._removed(name)
        del self._seen[name]
        self._post(ReaderChanged(name, False, why))

    def _lost(self, why: str) -> None:
        if not self._told:
            self._told = why
            _log.warning("card service: %s", why)
            if not self._seen:
                self._post(ReaderChanged("", False, why))
        for name in list(self._seen):
            self._part(name, why)

    def _happened(self, service: Service, name: str, state: int) -> int:
        for change in changes(self._seen[name], state):
            if change is Change.REMOVED:
                self._removed(name)
            elif change is Change.MISSED:
                self._unreadable(name, CardPulled("too quick"))
                self._removed(name)
            else:
                state = self._arrived(service, name, state)
        return state

    def _arrived(self, service: Service, name: str, state: int) -> int:
        try:
            with service.connected(name, self._stopping.wait) as connection:
                card, later = connection.read()
        except CardTrouble as trouble:
            self._unreadable(name, trouble)
            return state
        self._cards.add(name)
        self._post(CardTapped(name, card))
        return state if later is None else later

    def _unreadable(self, name: str, trouble: CardTrouble) -> None:
        _log.info("reader %s: card %s (%s)", name, trouble.why, trouble)
        self._cards.add(name)
        self._post(CardUnreadable(name, trouble.why))

    def _removed(self, name: str) -> None:
        if name in self._cards:
            self._cards.discard(name)
            self._post(CardRemoved(name))
