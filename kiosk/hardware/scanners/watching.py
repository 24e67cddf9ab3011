"""The loop that listens to one device on a line, and outlives every unplugging of it."""

import threading
from abc import ABC, abstractmethod

from kiosk.events import Event
from kiosk.hardware.scanners.line import LineLost
from kiosk.ports import Clock, Post

LISTEN_S = 0.2
"""The longest wait for a byte; then it is looked whether to stop."""
PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Between tries to open the line; the last one is repeated."""


class LineWatcher(ABC):
    """For one thread of its own. `pace_s`: no hand is faster; what comes sooner is dropped.

    So a mad device cannot flood the kiosk.
    """

    def __init__(self, post: Post, clock: Clock, pace_s: float) -> None:
        self._post, self._clock, self._pace_s = post, clock, pace_s
        self._stopping = threading.Event()
        self._present: bool | None = None
        self._tries = 0
        self._posted_at = float("-inf")

    @abstractmethod
    def _attend(self) -> None:
        """Open the line and listen until `_stopping`; LineLost when it is not there, or no more."""

    @abstractmethod
    def _tell(self, present: bool, why: str) -> None:
        """Post that the device came, or went and why."""

    def run(self) -> None:
        """Listen until `stop`."""
        while not self._stopping.is_set():
            try:
                self._attend()
            except LineLost as trouble:
                self._changed(False, str(trouble))
                self._stopping.wait(PAUSES_S[min(self._tries, len(PAUSES_S) - 1)])
                self._tries += 1

    def stop(self) -> None:
        """End `run` soon, from any thread."""
        self._stopping.set()

    def _is_there(self) -> None:
        """The line is open, and the device answers as far as it can."""
        self._changed(True, "")
        self._tries = 0

    def _paced(self, event: Event) -> None:
        now = self._clock.monotonic()
        if now - self._posted_at >= self._pace_s:
            self._posted_at = now
            self._post(event)

    def _changed(self, present: bool, why: str) -> None:
        """Once for every change, not for every try."""
        if present != self._present:
            self._present = present
            self._tell(present, why)
