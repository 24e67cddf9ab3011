"""PC/SC: the one home of pyscard. Every call may block for ever, so each is announced before it is made.

Where another pcscd than the machine's is meant, PCSCLITE_CSOCK_NAME must be in the environment before the
first Service is made: libpcsclite looks once per process.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Any

from kiosk.hardware.cards.apdu import CardGarbled, CardMute, CardPulled

READERS_MAX = 15
"""pcsc-lite watches 16 names at once; one of them is the plug-and-play notice."""

WAIT, CONNECT, TALK, CLOSE = "wait", "connect", "talk", "close"
"""What a call is for, as it is announced."""

Announce = Callable[[str], None]

_PLUGGED = "\\\\?PnP?\\Notification"
_CHANGED = 0x0002
_NO_SUCH = 0x0004 | 0x0008
"""SCARD_STATE_UNKNOWN and SCARD_STATE_UNAVAILABLE."""


class ServiceLost(Exception):
    """pcscd is gone, or this context of it is dead for good: make a new one. `code` is K-RD-01 or K-RD-04."""

    def __init__(self, why: str, code: str = "K-RD-01") -> None:
        super().__init__(why)
        self.code = code


class ReaderGone(Exception):
    """The service is there, this reader is not."""


class CardBusy(Exception):
    """Another program has the card."""


def _nothing(_doing: str) -> None:
    """Nobody watches."""


class Service:
    """One PC/SC context, for one thread. `name`s are readers' names, states are those of `presence`.

    `announce` hears what is to be done before each call that may block.
    """

    def __init__(self, announce: Announce = _nothing) -> None:
        # Here, not above: it loads libpcsclite, and only kiosks with readers need that.
        from smartcard import scard

        self._scard: Any = scard
        self._announce = announce
        self._plugged = 0
        self._announce(CONNECT)
        result, self._context = scard.SCardEstablishContext(scard.SCARD_SCOPE_SYSTEM)
        if result == scard.SCARD_W_SECURITY_VIOLATION:
            # Also what pcscd says to whoever holds too many contexts (about 200).
            raise ServiceLost("the card service refuses this user, or has no context left", "K-RD-04")
        self._alive(result)

    def __enter__(self) -> "Service":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Release the context; pcscd keeps no more than about 200 of them for us."""
        self._scard.SCardReleaseContext(self._context)

    def readers(self) -> tuple[str, ...]:
        """The readers there are now, at most READERS_MAX."""
        self._announce(WAIT)
        result, names = self._scard.SCardListReaders(self._context, [])
        if result == self._scard.SCARD_E_NO_READERS_AVAILABLE:
            return ()
        self._alive(result)
        return tuple(names[:READERS_MAX])

    def await_plug(self, wait_ms: int) -> None:
        """Wait until a reader is plugged or unplugged, at most so long."""
        for _, state in self._changed(_PLUGGED, self._plugged, wait_ms):
            self._plugged = state & ~_CHANGED

    def await_change(self, name: str, seen: int | None, wait_ms: int) -> int | None:
        """The reader's state once it differs from `seen` (None: tell it now); None when it does not in time.

        ReaderGone, ServiceLost.
        """
        for _, state in self._changed(name, seen or 0, wait_ms):
            if state & _NO_SUCH:
                raise ReaderGone(hex(state))
            if state & _CHANGED:
                return state & ~_CHANGED
        return None

    def _changed(self, name: str, seen: int, wait_ms: int) -> tuple[tuple[str, int], ...]:
        self._announce(WAIT)
        card = self._scard
        result, found = card.SCardGetStatusChange(self._context, wait_ms, [(name, seen)])
        if result in (card.SCARD_E_TIMEOUT, card.SCARD_E_CANCELLED):
            return ()
        if result in (card.SCARD_E_UNKNOWN_READER, card.SCARD_E_READER_UNAVAILABLE):
            raise ReaderGone(hex(result & 0xFFFFFFFF))
        self._alive(result)
        return tuple((told, state) for told, state, _atr in found)

    def state(self, name: str) -> int | None:
        """This reader's state now."""
        return self.await_change(name, None, 0)

    def connect(self, name: str, *, shared: bool) -> tuple[int, int]:
        """(handle, protocol) of the card. CardBusy, CardTrouble, ReaderGone, ServiceLost."""
        self._announce(CONNECT)
        card, protocols = self._scard, self._scard.SCARD_PROTOCOL_T0 | self._scard.SCARD_PROTOCOL_T1
        mode = card.SCARD_SHARE_SHARED if shared else card.SCARD_SHARE_EXCLUSIVE
        result, handle, protocol = card.SCardConnect(self._context, name, mode, protocols)
        self._good(result)
        return handle, protocol

    def disconnect(self, handle: int, *, reset: bool) -> None:
        """Leave the card as it is, or reset it; a handle that died already is let go all the same."""
        self._announce(CLOSE)
        card = self._scard
        card.SCardDisconnect(handle, card.SCARD_RESET_CARD if reset else card.SCARD_LEAVE_CARD)

    def begin(self, handle: int) -> None:
        """Keep other programs off a card that is shared; waits for the one that keeps us off."""
        self._announce(CONNECT)
        self._good(self._scard.SCardBeginTransaction(handle))

    def end(self, handle: int) -> None:
        """Let other programs have their turn."""
        self._announce(CLOSE)
        self._scard.SCardEndTransaction(handle, self._scard.SCARD_LEAVE_CARD)

    def transmit(self, handle: int, protocol: int, command: bytes) -> bytes:
        """One APDU, whole; b'' when the reader claims success but the card said nothing."""
        self._announce(TALK)
        t0 = protocol == self._scard.SCARD_PROTOCOL_T0
        form = self._scard.SCARD_PCI_T0 if t0 else self._scard.SCARD_PCI_T1
        result, answer = self._scard.SCardTransmit(handle, form, list(command))
        self._good(result)
        return bytes(answer)

    def atr(self, handle: int) -> bytes:
        """The card's ATR, asked afresh: fails when the card is no longer the one that was connected to."""
        self._announce(TALK)
        result, _name, _state, _protocol, atr = self._scard.SCardStatus(handle)
        self._good(result)
        return bytes(atr)

    def _good(self, result: int) -> None:
        card = self._scard
        if result == card.SCARD_S_SUCCESS:
            return
        if result == card.SCARD_E_SHARING_VIOLATION:
            raise CardBusy(hex(result & 0xFFFFFFFF))
        if result in (card.SCARD_E_READER_UNAVAILABLE, card.SCARD_E_UNKNOWN_READER):
            raise ReaderGone(hex(result & 0xFFFFFFFF))
        if result in (card.SCARD_W_REMOVED_CARD, card.SCARD_E_NO_SMARTCARD):
            raise CardPulled(hex(result & 0xFFFFFFFF))
        if result in (card.SCARD_W_RESET_CARD, card.SCARD_E_INSUFFICIENT_BUFFER):
            raise CardGarbled(hex(result & 0xFFFFFFFF))
        if result in self._dead():
            raise ServiceLost(card.SCardGetErrorMessage(result))
        raise CardMute(hex(result & 0xFFFFFFFF))

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
