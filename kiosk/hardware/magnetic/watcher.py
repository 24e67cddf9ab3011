"""The loop that listens to one swipe reader."""

import logging
from typing import Literal

from kiosk.events import CardTapped, CardUnreadable, ReaderChanged
from kiosk.hardware.cards.apdu import CardTrouble
from kiosk.hardware.magnetic.line import SwipeLine
from kiosk.hardware.magnetic.readers import Msr605, Plain, SwipeReader
from kiosk.hardware.magnetic.swipes import Swipe, card_of
from kiosk.hardware.scanners.watching import LISTEN_S, LineWatcher
from kiosk.ports import Clock, Post

Kind = Literal["msr605", "msr605-raw", "plain"]

PACE_S = 0.5
FAULT = "K-SW-01"

_log = logging.getLogger(__name__)


class SwipeWatcher(LineWatcher):
    """Each swipe gives one CardTapped or CardUnreadable, and never a CardRemoved: the card stays in the hand.

    Nothing that stood on a card is ever logged.
    """

    def __init__(self, kind: Kind, address: str, baud: int, post: Post, clock: Clock) -> None:
        super().__init__(post, clock, PACE_S)
        self._kind, self._address, self._baud = kind, address, baud

    def _attend(self) -> None:
        line = SwipeLine.open(self._address, self._baud, LISTEN_S)
        try:
            self._listen(line)
        finally:
            line.close()

    def _listen(self, line: SwipeLine) -> None:
        reader = self._reader(line)
        said = reader.begin()
        if not self._present:
            _log.info("swipe reader: %s", said)
        self._is_there()
        while not self._stopping.is_set():
            swipe = reader.next()
            if swipe is not None:
                reader.judged(self._swiped(swipe))

    def _reader(self, line: SwipeLine) -> SwipeReader:
        if self._kind == "plain":
            return Plain(line, self._clock)
        return Msr605(line, self._clock, "raw" if self._kind == "msr605-raw" else "iso")

    def _swiped(self, swipe: Swipe) -> bool:
        """Post it; whether it was a member card."""
        event, good = event_of(self._address, swipe)
        self._paced(event)
        return good

    def _tell(self, present: bool, why: str) -> None:
        if not present:
            _log.warning("%s swipe reader: %s", FAULT, why)
        self._post(ReaderChanged(self._address, present, why, "" if present else FAULT))


def event_of(reader: str, swipe: Swipe) -> tuple[CardTapped | CardUnreadable, bool]:
    """What a swipe means to the desk, and whether it was a member card."""
    try:
        return CardTapped(reader, card_of(swipe), passing=True), True
    except CardTrouble as trouble:
        _log.info("swipe reader: card %s", trouble.why)
        return CardUnreadable(reader, trouble.why, swiped=True), False
