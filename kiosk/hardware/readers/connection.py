"""One connected card: the families' channel, and the reading of whose card it is."""

from collections.abc import Iterator
from contextlib import contextmanager

from kiosk.hardware.cards.apdu import CardMute, CardPulled, Channel, split
from kiosk.hardware.cards.families import Check, read_card
from kiosk.hardware.cards.presence import PRESENT, changes
from kiosk.hardware.pcsc import ReaderGone, Service, ServiceLost
from kiosk.hardware.readers.traffic import note
from kiosk.membership.cards import Card
from kiosk.ports import Clock

LEAVE_S = 0.7
"""How long a card that failed may take to turn out as pulled: pcscd polls every 0.4 s."""


class CardConnection(Channel):
    """A connected card. CardBusy, CardTrouble, ReaderGone, ServiceLost.

    `lost` keeps why there is no reader or service any more: whoever works with the card hears CardPulled.
    """

    def __init__(self, service: Service, name: str, clock: Clock, *, shared: bool) -> None:
        self._service, self._name, self._clock, self._shared = service, name, clock, shared
        self._handle, self._protocol = service.connect(name, shared=shared)
        self.lost: ServiceLost | ReaderGone | None = None
        try:
            self._state = service.state(name)
        except BaseException:
            self.close(reset=False)
            raise

    def close(self, *, reset: bool) -> None:
        """Let the card go: as it is, so that it keeps its power a moment, or reset after a failure."""
        self._service.disconnect(self._handle, reset=reset)

    @contextmanager
    def alone(self) -> Iterator["CardConnection"]:
        """Nobody else's commands in between, also where the card is shared."""
        if self._shared:
            self._service.begin(self._handle)
        try:
            yield self
        finally:
            if self._shared:
                self._service.end(self._handle)

    def send(self, command: bytes) -> tuple[bytes, int]:
        """One exchange. Silence is told from a pulled card by looking at the reader a moment longer."""
        try:
            answer = self._exchange(command)
        except (ServiceLost, ReaderGone) as lost:
            self.lost = lost
            raise CardPulled(str(lost)) from lost
        note(self._name, command, answer)
        return split(answer)

    def _exchange(self, command: bytes) -> bytes:
        try:
            answer = self._service.transmit(self._handle, self._protocol, command)
        except CardMute:
            answer = b""
        if answer:
            return answer
        if self._leaves():
            raise CardPulled("no answer, and the card left")
        raise CardMute("no answer")

    def _leaves(self) -> bool:
        """Whether the card turns out to be pulled, within a moment."""
        state, until = self._state, self._clock.monotonic() + LEAVE_S
        while (left := until - self._clock.monotonic()) > 0:
            now = self._service.await_change(self._name, state, int(left * 1000) + 1)
            if now is None:
                continue
            if state is not None and changes(state, now):
                return True
            state = now
        return False

    def atr(self) -> bytes:
        """The answer to reset."""
        return self._service.atr(self._handle)

    def read(self, check: Check | None = None) -> tuple[Card, int | None]:
        """The card, and a reader state that surely is of this card: it was still connected afterwards.

        `check` looks at the record of a card that may have one.
        """
        card = read_card(self, self.atr(), check)
        state = self._service.state(self._name)
        self.atr()
        return card, state if state is not None and state & PRESENT else None
