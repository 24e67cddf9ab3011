"""The reader service: it begins a worker for each reader, watches over them, and takes the desk's errands.

Its own thread never calls the card service, so that nothing there can stop it from noticing who hangs.
"""

import logging
import queue
from dataclasses import dataclass

from kiosk.events import CardDone, ReaderChanged
from kiosk.hardware.cards.families import Check
from kiosk.hardware.pcsc import CONNECT, ServiceLost
from kiosk.hardware.readers.lister import ReaderList
from kiosk.hardware.readers.seat import Begin, Errand, Seat
from kiosk.hardware.readers.worker import Ending, ReaderWorker
from kiosk.membership.cards import Card
from kiosk.ports import CardWork, Clock, Post

HANG_S = 5.0
"""A call to the card service that takes longer hangs: cards ask for more time in steps far shorter."""

AGAIN_S = 0.5
"""Between tries at a reader that is listed but cannot be reached, such as one whose cable is out."""

WATCH_S = 0.25
ASLEEP_S = 1.0
"""Who watches looks every WATCH_S; after a gap like this, everybody has their whole time again."""
STOP_S = 2.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Ended:
    seat: Seat
    ending: Ending


_Tiding = tuple[str, ...] | ServiceLost | _Ended


@dataclass(slots=True)
class _Place:
    """A reader by its name: who sits there, and from when on the next one may."""

    seat: Seat | None = None
    given_up: bool = False
    again_at: float = 0.0


class ReaderService:
    """All readers of this machine. `begin` makes threads; `hang_s` is how long a call may take.

    `check` looks at the record of each card that may have one, before it is told whose card it is.
    """

    def __init__(
        self,
        post: Post,
        clock: Clock,
        begin: Begin,
        *,
        shared: bool = False,
        hang_s: float = HANG_S,
        check: Check | None = None,
    ) -> None:
        self._post, self._clock, self._begin, self._check = post, clock, begin, check
        self._shared, self._hang_s = shared, hang_s
        self._tidings: queue.SimpleQueue[_Tiding | None] = queue.SimpleQueue()
        self._list = ReaderList(self._tidings.put, self._tidings.put, clock)
        self._names: tuple[str, ...] = ()
        self._places: dict[str, _Place] = {}
        self._looked = self._awake = clock.monotonic()
        self._silent = self._heard = False
        self._stopping = False

    # --- the desk's port --------------------------------------------------------------------------

    def ask(self, request: str, reader: str, card: Card | None, work: CardWork) -> None:
        """Do this with the card that lies on the reader; CardDone follows (see the port `CardDesk`)."""
        place = self._places.get(reader)
        seat = place.seat if place is not None else None
        if seat is None or not seat.ask(Errand(request, card, work)):
            why = "hangs" if place is not None and place.given_up else "gone"
            self._post(CardDone(request, None, why, begun=False))

    # --- its own thread ---------------------------------------------------------------------------

    def run(self) -> None:
        """Serve until `stop`, then wait a moment for the workers."""
        self._begin("readers: list", self._list.run)
        while not self._stopping:
            self._turn(WATCH_S)
        self._names = ()
        for place in self._places.values():
            if place.seat is not None:
                place.seat.leave()
        until = self._clock.monotonic() + STOP_S
        while self._busy() and self._clock.monotonic() < until:
            self._turn(WATCH_S)

    def stop(self) -> None:
        """End `run` soon, from any thread."""
        self._stopping = True
        self._list.stop()
        self._tidings.put(None)

    def _busy(self) -> bool:
        return any(place.seat is not None and not place.given_up for place in self._places.values())

    def _turn(self, wait_s: float) -> None:
        try:
            tiding = self._tidings.get(timeout=wait_s)
        except queue.Empty:
            tiding = None
        self.step(self._clock.monotonic(), tiding)

    def step(self, now: float, tiding: _Tiding | None = None) -> None:
        """Take one tiding in, then look after everybody; `now` is monotonic seconds."""
        match tiding:
            case tuple():
                self._found(tiding)
            case ServiceLost():
                self._lost(str(tiding), tiding.code)
            case _Ended():
                self._ended(tiding.seat, tiding.ending, now)
        self._watch(now)
        for name in self._names:
            place = self._places.setdefault(name, _Place())
            if place.seat is None and now >= place.again_at and not self._stopping:
                self._sit(name, place)

    def _found(self, names: tuple[str, ...]) -> None:
        self._silent = False
        self._names = names
        for name, place in self._places.items():
            if name not in names and place.seat is not None:
                place.seat.leave()

    def _lost(self, why: str, code: str) -> None:
        """Workers find out for themselves; where there are none, it is told here, once."""
        self._names = ()
        if self._silent:
            return
        self._silent = True
        log.warning("%s card service: %s", code, why)
        if not self._known():
            self._post(ReaderChanged("", False, why, code))

    def _known(self) -> bool:
        """Whether the desk has ever heard of a reader: then it hears of the trouble by that reader's name."""
        self._heard = self._heard or any(place.seat and place.seat.served for place in self._places.values())
        return self._heard

    def _sit(self, name: str, place: _Place) -> None:
        place.seat, place.given_up = Seat(name, self._post, self._clock), False
        worker = ReaderWorker(place.seat, self._clock, shared=self._shared, check=self._check)
        seat = place.seat
        self._begin(f"reader: {name}", lambda: self._tidings.put(_Ended(seat, worker.run())))

    def _ended(self, seat: Seat, ending: Ending, now: float) -> None:
        """Begin anew at once where somebody had served; pause where nobody could, or the reader is gone."""
        if self._stopping:
            self._places[seat.reader].seat = None
            return
        seat.close(ending.why, ending.code)
        self._heard = self._heard or seat.served
        if seat.reader not in self._names:
            del self._places[seat.reader]
            return
        place = self._places[seat.reader]
        place.seat, place.given_up = None, False
        unplugged = ending.code == "K-RD-05"  # the card service may list it for a moment longer
        place.again_at = now if seat.served and not unplugged else now + AGAIN_S

    def _watch(self, now: float) -> None:
        """Give up whoever hangs. Their threads cannot be ended; they end when their call returns.

        Until then nobody else is sent to that reader: the card service would let them hang likewise.
        """
        if now - self._looked > ASLEEP_S:
            self._awake = now  # this process got no time itself: its workers had none either
        self._looked = now
        if now - self._awake <= self._hang_s:
            return
        for place in self._places.values():
            if place.seat is None or place.given_up:
                continue
            doing = place.seat.overdue(now, self._hang_s)
            if doing is not None:
                place.given_up = True
                busy = doing == CONNECT and not self._list.overdue(now, self._hang_s - WATCH_S)
                place.seat.close(
                    "another program has the card" if busy else "hangs",
                    "K-RD-03" if busy else "K-RD-02",
                    "hangs",
                )
        if self._list.overdue(now, self._hang_s):
            self._lost("hangs", "K-RD-02")
