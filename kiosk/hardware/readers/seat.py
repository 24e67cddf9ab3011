"""Between a reader's worker and the rest of the kiosk: what the one says, what the other asks."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.events import CardDone, CardRemoved, CardTapped, CardUnreadable, ReaderChanged
from kiosk.membership.cards import Card
from kiosk.ports import CardWork, Clock, Post

log = logging.getLogger(__name__)

ERRANDS_MAX = 32
"""Works that may wait at one reader; whoever asks for more hears busy."""


class Abandoned(Exception):
    """Nobody waits for this worker any more: it lets go of what it has and ends."""


@dataclass(frozen=True, slots=True)
class Errand:
    """One work that was asked for."""

    request: str
    card: Card | None
    work: CardWork


class Seat:
    """One worker's place at one reader, from its begin to its end; the next worker has another.

    The worker speaks through it, so that a worker that hung and was given up says nothing any more: all it
    told of was taken back by then, and each errand has had its one answer.
    """

    def __init__(self, reader: str, post: Post, clock: Clock) -> None:
        self.reader = reader
        self._post, self._clock = post, clock
        self._turn = threading.Condition()
        self._errands: deque[Errand] = deque()
        self._running: Errand | None = None
        self._spoken = False
        self._told_card = self._told_up = False
        self._over = self._leaving = self._served = False
        self._since, self._doing = clock.monotonic(), ""

    # --- for the worker ---------------------------------------------------------------------------

    @property
    def leaving(self) -> bool:
        """Whether the worker is asked to end."""
        return self._leaving

    def announce(self, doing: str) -> None:
        """What the worker does next; it may take for ever. Abandoned: not any more."""
        with self._turn:
            if self._over:
                raise Abandoned(self.reader)
            self._since, self._doing = self._clock.monotonic(), doing
            self._spoken = self._spoken or (self._running is not None and doing == "talk")

    def up(self) -> None:
        """The reader works."""
        with self._turn:
            if not self._over and not self._told_up:
                self._told_up = self._served = True
                self._post(ReaderChanged(self.reader, True))

    def down(self, why: str, code: str) -> None:
        """The reader is there but serves nobody just now."""
        with self._turn:
            self._down(why, code)

    def tapped(self, card: Card) -> None:
        """A card was read whole."""
        self._tell_card(CardTapped(self.reader, card))

    def unreadable(self, why: str) -> None:
        """A card was there that could not be read."""
        self._tell_card(CardUnreadable(self.reader, why))

    def _tell_card(self, event: CardTapped | CardUnreadable) -> None:
        with self._turn:
            if not self._over:
                self._told_card = True
                self._post(event)

    def removed(self) -> None:
        """The card is gone, if one was told of. Whoever wanted it hears so first."""
        with self._turn:
            self._removed()

    def next_errand(self, wait_s: float) -> Errand | None:
        """The oldest work, at most after so long; it runs from now on."""
        with self._turn:
            self._since, self._doing = self._clock.monotonic(), ""
            if not self._errands and not self._leaving:
                self._turn.wait(wait_s)
            if self._over:
                raise Abandoned(self.reader)
            self._running, self._spoken = (self._errands.popleft() if self._errands else None), False
            return self._running

    def pause(self, wait_s: float) -> None:
        """Wait so long, or until asked to leave."""
        with self._turn:
            self._since, self._doing = self._clock.monotonic(), ""
            self._turn.wait_for(lambda: self._leaving or self._over, wait_s)
            if self._over:
                raise Abandoned(self.reader)

    def done(self, answer: object = None, why: str = "") -> None:
        """The running work ended. A worker that was given up meanwhile is not heard."""
        with self._turn:
            self._finish(answer, why)

    # --- for the desk -----------------------------------------------------------------------------

    def ask(self, errand: Errand) -> bool:
        """Queue a work; False if no card is there or too many wait."""
        with self._turn:
            if self._over or not self._told_card or len(self._errands) >= ERRANDS_MAX:
                return False
            self._errands.append(errand)
            self._turn.notify()
            return True

    @property
    def served(self) -> bool:
        """Whether the reader ever worked for this worker."""
        return self._served

    # --- for the supervisor -----------------------------------------------------------------------

    def overdue(self, now: float, limit_s: float) -> str | None:
        """What the worker has been doing for too long, or None."""
        with self._turn:
            return self._doing if not self._over and now - self._since > limit_s else None

    def leave(self) -> None:
        """Ask the worker to end, soon."""
        with self._turn:
            self._leaving = True
            self._turn.notify()

    def close(self, why: str, code: str, card_why: str = "gone") -> None:
        """The worker ended, or is given up: take back what it told of, answer what was asked of it."""
        with self._turn:
            self._finish(None, card_why)
            self._removed(card_why)
            self._down(why, code)
            self._over = True
            self._turn.notify()

    # --- with the lock ----------------------------------------------------------------------------

    def _finish(self, answer: object, why: str) -> None:
        errand, self._running = self._running, None
        if errand is not None and not self._over:
            self._post(CardDone(errand.request, answer, why, begun=self._spoken))

    def _removed(self, why: str = "gone") -> None:
        if self._over:
            return
        while self._errands:
            self._post(CardDone(self._errands.popleft().request, None, why, begun=False))
        if self._told_card:
            self._told_card = False
            self._post(CardRemoved(self.reader))

    def _down(self, why: str, code: str) -> None:
        if self._told_up and not self._over:
            self._told_up = False
            log.warning("%s reader %s: %s", code, self.reader, why)
            self._post(ReaderChanged(self.reader, False, why, code))


Begin = Callable[[str, Callable[[], None]], object]
"""Begin a thread of this name with this work; whoever wires the kiosk makes it."""
