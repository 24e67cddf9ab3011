"""The loop that listens to one bar code scanner."""

import logging

from kiosk.events import ScannerChanged
from kiosk.hardware.magnetic.typed import event_of_text
from kiosk.hardware.scanners.frames import Frames
from kiosk.hardware.scanners.line import ScannerLine
from kiosk.hardware.scanners.watching import LISTEN_S, LineWatcher
from kiosk.ports import Clock, Post

PACE_S = 0.1

_log = logging.getLogger(__name__)


class ScannerWatcher(LineWatcher):
    """Each code gives one CodeScanned, or CardUnreadable where it is what a bank's card says.

    The scanner's coming and going gives one ScannerChanged each.
    """

    def __init__(self, address: str, baud: int, post: Post, clock: Clock) -> None:
        super().__init__(post, clock, PACE_S)
        self._address, self._baud = address, baud

    def _attend(self) -> None:
        line = ScannerLine.open(self._address, self._baud, LISTEN_S)
        try:
            self._listen(line)
        finally:
            line.close()

    def _listen(self, line: ScannerLine) -> None:
        self._is_there()
        frames, dropped = Frames(), 0
        while not self._stopping.is_set():
            for code in frames.feed(line.read(), self._clock.monotonic()):
                self._paced(event_of_text("codes", self._address, code))
            if frames.dropped != dropped:
                dropped = frames.dropped
                _log.info("scanner: what came was no code (%d so far)", dropped)

    def _tell(self, present: bool, why: str) -> None:
        if not present:
            _log.warning("K-SC-01 scanner: %s", why)
        self._post(ScannerChanged(self._address, present, why))
