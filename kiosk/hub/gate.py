"""Back-pressure: so many syncs at once and no more; the rest are told when to come back."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from kiosk.hub.declined import Declined

BUSY_S = 2
"""Whole seconds, as Retry-After has them; kiosks add chance to it."""


class Gate:
    """Counts who is inside. Safe to use from several threads; nobody waits in it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._inside = 0
        self._lock = threading.Lock()

    @contextmanager
    def enter(self) -> Iterator[None]:
        """One place for as long as the work takes; Declined (503 busy) when none is left."""
        with self._lock:
            if self._inside >= self._most:
                raise Declined(503, "busy", "head office has its hands full", retry_after_s=BUSY_S)
            self._inside += 1
        try:
            yield
        finally:
            with self._lock:
                self._inside -= 1

    def pause_s(self) -> float:
        """Seconds to leave us alone after an answer: some while most places are taken, else 0."""
        with self._lock:
            return float(BUSY_S) if self._inside * 4 > self._most * 3 else 0.0
