"""The loop that listens to one bar code scanner, for one thread of its own."""

import logging
import threading

from kiosk.events import CodeScanned, ScannerChanged
from kiosk.hardware.scanners.frames import Frames
from kiosk.hardware.scanners.line import LineLost, ScannerLine
from kiosk.ports import Clock, Post

LISTEN_S = 0.2
"""The longest wait for a byte; then it is looked whether to stop."""
PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Between tries to open the line; the last one is repeated."""
PACE_S = 0.1
"""No hand scans faster. What comes sooner is dropped, so that a mad scanner cannot flood the kiosk."""

_log = logging.getLogger(__name__)


class ScannerWatcher:
    """Each code gives one CodeScanned; the scanner's coming and going one ScannerChanged each."""

    def __init__(self, address: str, baud: int, post: Post, clock: Clock) -> None:
        self._address, self._baud = address, baud
        self._post, self._clock = post, clock
        self._stopping = threading.Event()
        self._present: bool | None = None
        self._posted_at = float("-inf")

    def run(self) -> None:
        """Listen until `stop`. For one thread of its own; outlives every unplugging."""
        tries = 0
        while not self._stopping.is_set():
            try:
                line = ScannerLine.open(self._address, self._baud, LISTEN_S)
            except LineLost as trouble:
                self._changed(False, str(trouble))
                self._stopping.wait(PAUSES_S[min(tries, len(PAUSES_S) - 1)])
                tries += 1
                continue
            tries = 0
            try:
                self._listen(line)
            except LineLost as trouble:
                self._changed(False, str(trouble))
            finally:
                line.close()

    def stop(self) -> None:
        """End `run` soon, from any thread."""
        self._stopping.set()

    def _listen(self, line: ScannerLine) -> None:
        self._changed(True, "")
        frames, dropped = Frames(), 0
        while not self._stopping.is_set():
            for code in frames.feed(line.read(), self._clock.monotonic()):
                self._scanned(code)
            if frames.dropped != dropped:
                dropped = frames.dropped
                _log.info("scanner: what came was no code (%d so far)", dropped)

    def _scanned(self, code: str) -> None:
        now = self._clock.monotonic()
        if now - self._posted_at >= PACE_S:
            self._posted_at = now
            self._post(CodeScanned(self._address, code))

    def _changed(self, present: bool, why: str) -> None:
        """Once for every change, not for every try."""
        if present == self._present:
            return
        self._present = present
        if not present:
            _log.warning("K-SC-01 scanner: %s", why)
        self._post(ScannerChanged(self._address, present, why))
