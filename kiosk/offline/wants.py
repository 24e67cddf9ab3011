"""What visits are waiting for, between the desk's thread and the uploader's, and the bell that wakes it."""

import threading

from kiosk.ledger.sync import Want

WANTS_MAX = 50


class Wants:
    """Live wants, oldest first. One visit has a few; beyond WANTS_MAX the oldest is nobody's any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._live: dict[str, Want] = {}
        self.bell = threading.Event()

    def put(self, want: Want) -> None:
        """Somebody waits for this."""
        with self._lock:
            self._live[want.id] = want
            while len(self._live) > WANTS_MAX:
                del self._live[next(iter(self._live))]
        self.bell.set()

    def drop(self, want_id: str) -> None:
        """Nobody waits for it any more."""
        with self._lock:
            self._live.pop(want_id, None)

    def live(self) -> tuple[Want, ...]:
        """Everything that somebody waits for now."""
        with self._lock:
            return tuple(self._live.values())

    def is_live(self, want_id: str) -> bool:
        """Whether somebody still waits for it."""
        with self._lock:
            return want_id in self._live
