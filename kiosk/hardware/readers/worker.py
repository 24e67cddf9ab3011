"""The worker of one reader: it watches for cards, says whose they are, and does what is asked with them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from kiosk.hardware.cards.apdu import CardPulled, CardTrouble, CardUnknown
from kiosk.hardware.cards.families import Check
from kiosk.hardware.cards.presence import PRESENT, Change, changes
from kiosk.hardware.pcsc import CardBusy, ReaderGone, Service, ServiceLost
from kiosk.hardware.readers.connection import CardConnection
from kiosk.hardware.readers.seat import Abandoned, Errand, Seat
from kiosk.membership.cards import Card
from kiosk.ports import Clock

LOOK_MS = 500
"""The longest wait for a change of an empty reader. Nothing cuts it short: SCardCancel may itself block."""

LIES_S = 0.1
"""How often a reader is looked at while a card lies there and nothing is asked of it."""

HOLD_S = 60.0
"""A card that nobody asks anything of for so long loses its power; the next work gives it back."""

POWER_S = 0.05
"""What a card that failed is given to come back from its reset."""

SHARING_TRIES = 5
SHARING_PAUSE_S = 0.1

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ending:
    """Why a worker ended: `why` for staff, its fault code."""

    why: str
    code: str


class ReaderWorker:
    """One reader, one context, one connection while a card lies there. `run` is for one thread of its own."""

    def __init__(self, seat: Seat, clock: Clock, *, shared: bool, check: Check | None = None) -> None:
        self._seat, self._clock, self._shared, self._check = seat, clock, shared, check
        self._state: int | None = None
        self._card: Card | None = None
        self._held: CardConnection | None = None
        self._used = 0.0
        self._insertion = 0
        """Tells a card from the next one, also where they look the same."""
        self._waiting = False
        """A card lies there that another program has."""

    def run(self) -> Ending:
        """Watch until the seat is left, the reader or the service is gone, or nobody waits any more."""
        try:
            with Service(self._seat.announce) as service:
                self._watch(service)
        except ReaderGone:
            return Ending("unplugged", "K-RD-05")
        except ServiceLost as lost:
            return Ending(str(lost), lost.code)
        except Abandoned:
            log.warning("reader %s answers again", self._seat.reader)
        return Ending("unplugged", "K-RD-05")

    def _watch(self, service: Service) -> None:
        while not self._seat.leaving:
            if self._state is None or not self._state & PRESENT:
                self._look(service, LOOK_MS)
            elif self._waiting:
                self._seat.pause(SHARING_PAUSE_S)
                self._look(service, 0)
                if self._waiting:
                    self._arrived(service)
            else:
                errand, insertion = self._seat.next_errand(LIES_S), self._insertion
                self._look(service, 0)
                if errand is not None and insertion == self._insertion:
                    self._do(service, errand)
                elif errand is not None:
                    self._seat.done(why="gone")
                self._rest()
        self._drop(reset=False)

    # --- cards come and go --------------------------------------------------------------------------

    def _look(self, service: Service, wait_ms: int) -> None:
        state = service.await_change(self._seat.reader, self._state, wait_ms)
        if not self._waiting:
            self._seat.up()
        if state is None:
            return
        happened, self._state = changes(self._state, state), state
        for change in happened:
            if change is Change.ARRIVED:
                self._arrived(service)
            else:
                if change is Change.MISSED:
                    self._unreadable(CardPulled("too quick"))
                self._left()

    def _arrived(self, service: Service) -> None:
        try:
            card, later = self._identify(service)
        except CardBusy:
            self._waiting = True
            self._seat.down("another program has the card", "K-RD-03")
            return
        except CardTrouble as trouble:
            self._back()
            self._unreadable(trouble)
            return
        self._back()
        self._card = card
        self._state = self._state if later is None else later
        self._seat.tapped(card)

    def _identify(self, service: Service) -> tuple[Card, int | None]:
        """Whose card it is. One that fails is reset and asked once more: pcscd may power it just then.

        A connected card without an answer to reset was seen about once in a thousand on a busy machine.
        """
        try:
            with self._holding(service) as connection:
                return connection.read(self._check)
        except (CardPulled, CardUnknown):
            raise
        except CardTrouble as trouble:
            log.info("reader %s: once more after %s (%s)", self._seat.reader, trouble.why, trouble)
            self._seat.pause(POWER_S)
        with self._holding(service) as connection:
            return connection.read(self._check)

    def _back(self) -> None:
        self._waiting = False
        self._seat.up()

    def _unreadable(self, trouble: CardTrouble) -> None:
        log.info("reader %s: card %s (%s)", self._seat.reader, trouble.why, trouble)
        self._seat.unreadable(trouble.why)

    def _left(self) -> None:
        self._insertion += 1
        self._drop(reset=False)
        self._card = None
        if self._waiting:
            self._back()
        self._seat.removed()

    # --- what is asked ------------------------------------------------------------------------------

    def _do(self, service: Service, errand: Errand) -> None:
        """One work with the card it was meant for; its one answer."""
        meant = errand.card is None or errand.card == self._card
        if not meant or (self._held is None and not self._same(service)):
            self._seat.done(why="gone")
            return
        try:
            with self._holding(service) as connection:
                self._seat.done(errand.work(connection))
        except CardBusy:
            self._seat.done(why="busy")
        except CardTrouble as trouble:
            self._seat.done(why=trouble.why)
            self._same(service)

    def _same(self, service: Service) -> bool:
        """Whether the card that was told of still lies there; asked afresh, and told if it is another.

        A swap between two looks of the card service's own leaves no trace but a failed exchange.
        """
        if self._card is None:
            return True
        try:
            card, later = self._identify(service)
        except (CardBusy, CardTrouble):
            return False
        if card == self._card:
            return True
        self._left()
        self._card = card
        self._state = self._state if later is None else later
        self._seat.tapped(card)
        return False

    @contextmanager
    def _holding(self, service: Service) -> Iterator[CardConnection]:
        """The one connection to this card, made if there is none. After a failure the card is reset."""
        connection = self._held = self._held or self._connect(service)
        good = False
        try:
            with connection.alone():
                yield connection
            good = True
        finally:
            self._used = self._clock.monotonic()
            if connection.lost is not None:
                self._held = None
                raise connection.lost
            if not good:
                self._drop(reset=True)

    def _connect(self, service: Service) -> CardConnection:
        for _ in range(SHARING_TRIES - 1):
            try:
                return CardConnection(service, self._seat.reader, self._clock, shared=self._shared)
            except CardBusy:
                self._seat.pause(SHARING_PAUSE_S)
        return CardConnection(service, self._seat.reader, self._clock, shared=self._shared)

    def _rest(self) -> None:
        if self._held is not None and self._clock.monotonic() - self._used > HOLD_S:
            self._drop(reset=False)

    def _drop(self, *, reset: bool) -> None:
        held, self._held = self._held, None
        if held is not None:
            held.close(reset=reset)
