"""PC/SC: the one home of pyscard, with one context and one connection per card transaction.

Where another pcscd than the machine's is meant, PCSCLITE_CSOCK_NAME must be in the environment before the
first Service is made: libpcsclite looks once per process.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kiosk.hardware.cards.apdu import CardGarbled, CardMute, CardPulled, Channel, split
from kiosk.hardware.cards.families import read_card
from kiosk.hardware.cards.presence import PRESENT, changes
from kiosk.membership.cards import Card
from kiosk.ports import Clock

LEAVE_S = 0.7
"""How long a card that failed may take to turn out as pulled: pcscd polls every 0.4 s."""

READERS_MAX = 15
"""pcsc-lite watches 16 names at once; one of them is the plug-and-play notice."""

SHARING_TRIES = 5

_PLUGGED = "\\\\?PnP?\\Notification"
_CHANGED = 0x0002


class ServiceLost(Exception):
    """pcscd is gone, or this context of it is dead for good: make a new one."""


class Service:
    """One PC/SC context. `name`s are readers' names, states are those of `presence`."""

    def __init__(self, clock: Clock) -> None:
        # Here, not above: it loads libpcsclite, and only kiosks with readers need that.
        from smartcard import scard

        self._scard: Any = scard
        self._clock = clock
        self._plugged = 0
        self._context = self._call(scard.SCardEstablishContext, scard.SCARD_SCOPE_SYSTEM)

    def close(self) -> None:
        """Release the context; pcscd keeps no more than about 200 of them for us."""
        self._scard.SCardReleaseContext(self._context)

    def cancel(self) -> None:
        """End the wait that another thread is in."""
        self._scard.SCardCancel(self._context)

    def readers(self) -> tuple[str, ...]:
        """The readers there are now."""
        result, names = self._scard.SCardListReaders(self._context, [])
        if result == self._scard.SCARD_E_NO_READERS_AVAILABLE:
            return ()
        self._alive(result)
        return tuple(names[:READERS_MAX])

    def changed(self, seen: dict[str, int | None], wait_ms: int) -> Iterator[tuple[str, int]]:
        """Wait for a change; then the (name, state) of each reader that has one."""
        asked = [(name, state or 0) for name, state in seen.items()] + [(_PLUGGED, self._plugged)]
        result, found = self._scard.SCardGetStatusChange(self._context, wait_ms, asked)
        quiet = (self._scard.SCARD_E_TIMEOUT, self._scard.SCARD_E_CANCELLED)
        gone = (self._scard.SCARD_E_UNKNOWN_READER, self._scard.SCARD_E_READER_UNAVAILABLE)
        if result in quiet or result in gone:
            return
        self._alive(result)
        for name, state, _atr in found:
            if name == _PLUGGED:
                self._plugged = state & ~_CHANGED
            elif state & _CHANGED:
                yield name, state & ~_CHANGED

    @contextmanager
    def connected(self, name: str, pause: Callable[[float], object]) -> Iterator["CardConnection"]:
        """The one connection of a card transaction. It is left as it is: the card keeps its power."""
        handle, protocol = self._connect(name, pause)
        try:
            yield CardConnection(self, name, handle, protocol)
        finally:
            self._scard.SCardDisconnect(handle, self._scard.SCARD_LEAVE_CARD)

    def _connect(self, name: str, pause: Callable[[float], object]) -> tuple[int, int]:
        card, any_protocol = self._scard, self._scard.SCARD_PROTOCOL_T0 | self._scard.SCARD_PROTOCOL_T1
        for _ in range(SHARING_TRIES):
            result, handle, protocol = card.SCardConnect(
                self._context, name, card.SCARD_SHARE_EXCLUSIVE, any_protocol
            )
            if result != card.SCARD_E_SHARING_VIOLATION:
                break
            pause(0.1)
        if result != card.SCARD_S_SUCCESS:
            raise self._trouble(result)
        return handle, protocol

    def transmit(self, handle: int, protocol: int, command: bytes) -> bytes:
        """One APDU, whole; b'' when the reader claims success but the card said nothing."""
        t0 = protocol == self._scard.SCARD_PROTOCOL_T0
        form = self._scard.SCARD_PCI_T0 if t0 else self._scard.SCARD_PCI_T1
        result, answer = self._scard.SCardTransmit(handle, form, list(command))
        if result != self._scard.SCARD_S_SUCCESS:
            raise self._trouble(result)
        return bytes(answer)

    def atr(self, handle: int) -> bytes:
        """The card's ATR, asked afresh: fails when the card is no longer the one that was connected to."""
        result, _name, _state, _protocol, atr = self._scard.SCardStatus(handle)
        if result != self._scard.SCARD_S_SUCCESS:
            raise self._trouble(result)
        return bytes(atr)

    def state(self, name: str) -> int | None:
        """This reader's state now."""
        return next((state for found, state in self.changed({name: 0}, 0) if found == name), None)

    def leaves(self, name: str, state: int | None) -> bool:
        """Whether the card of `state` turns out to be pulled, within a moment."""
        until = self._clock.monotonic() + LEAVE_S
        while (left := until - self._clock.monotonic()) > 0:
            for _, now in self.changed({name: state}, int(left * 1000) + 1):
                if state is not None and changes(state, now):
                    return True
                state = now
        return False

    def _trouble(self, result: int) -> Exception:
        card = self._scard
        if result in (card.SCARD_W_REMOVED_CARD, card.SCARD_E_NO_SMARTCARD, card.SCARD_E_READER_UNAVAILABLE):
            return CardPulled(hex(result))
        if result in (card.SCARD_W_RESET_CARD, card.SCARD_E_INSUFFICIENT_BUFFER):
            return CardGarbled(hex(result))
        if result in self._dead():
            return ServiceLost(card.SCardGetErrorMessage(result))
        return CardMute(hex(result))

    def _dead(self) -> tuple[int, ...]:
        card = self._scard
        return (
            card.SCARD_F_COMM_ERROR,
            card.SCARD_E_NO_SERVICE,
            card.SCARD_E_SERVICE_STOPPED,
            card.SCARD_E_INVALID_HANDLE,
        )

    def _alive(self, result: int) -> None:
        if result != self._scard.SCARD_S_SUCCESS:
            raise ServiceLost(self._scard.SCardGetErrorMessage(result))

    def _call(self, function: Callable[..., tuple[int, Any]], *given: object) -> Any:
        result, answer = function(*given)
        self._alive(result)
        return answer


class CardConnection(Channel):
    """A connected card, as the families' channel."""

    def __init__(self, service: Service, name: str, handle: int, protocol: int) -> None:
        self._service, self._name = service, name
        self._handle, self._protocol = handle, protocol
        self._state = service.state(name)

    def send(self, command: bytes) -> tuple[bytes, int]:
        """One exchange. Silence is told from a pulled card by looking at the reader a moment longer."""
        try:
            answer = self._service.transmit(self._handle, self._protocol, command)
        except CardMute:
            answer = b""
        if answer:
            return split(answer)
        if self._service.leaves(self._name, self._state):
            raise CardPulled("no answer, and the card left")
        raise CardMute("no answer")

    def read(self) -> tuple[Card, int | None]:
        """The card, and a reader state that surely is of this card: it was still connected afterwards."""
        card = read_card(self, self._service.atr(self._handle))
        state = self._service.state(self._name)
        self._service.atr(self._handle)
        return card, state if state is not None and state & PRESENT else None
