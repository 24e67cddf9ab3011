"""Which readers there are: the thread that asks the card service, through each of its restarts."""

import threading
from collections.abc import Callable

from kiosk.hardware.pcsc import Service, ServiceLost
from kiosk.ports import Clock

LIST_MS = 500
"""The longest wait for a plug; then the list is asked for again."""

PAUSES_S = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Between tries to reach the card service; the last one is repeated."""


class ReaderList:
    """Tells the readers' names after each look, or why it cannot. `run` is for a thread of its own."""

    def __init__(
        self,
        found: Callable[[tuple[str, ...]], None],
        lost: Callable[[ServiceLost], None],
        clock: Clock,
    ) -> None:
        self._found, self._lost, self._clock = found, lost, clock
        self._stopping = threading.Event()
        self._since = clock.monotonic()

    def run(self) -> None:
        """List until `stop`."""
        tries = 0
        while not self._stopping.is_set():
            try:
                with Service(self._announce) as service:
                    while not self._stopping.is_set():
                        self._found(service.readers())
                        tries = 0
                        service.await_plug(LIST_MS)
            except ServiceLost as lost:
                self._lost(lost)
                self._announce("")
                self._stopping.wait(PAUSES_S[min(tries, len(PAUSES_S) - 1)])
                tries += 1

    def stop(self) -> None:
        """End `run` soon, from any thread."""
        self._stopping.set()

    def overdue(self, now: float, limit_s: float) -> bool:
        """Whether the card service has not answered for so long."""
        return now - self._since > limit_s

    def _announce(self, _doing: str) -> None:
        self._since = self._clock.monotonic()
