"""The card that came while nobody could be interrupted: it waits its turn while its holder may be there."""

from kiosk.events import CardTapped

PASSING_S = 15.0
"""Seconds for which somebody who drew a card through, or showed a code, is believed to stand there still."""


class NextCard:
    """At most one; the last one counts. Times are monotonic seconds."""

    def __init__(self) -> None:
        self._tap: CardTapped | None = None
        self._since = 0.0

    def put(self, tap: CardTapped, now: float) -> None:
        """This one is next."""
        self._tap, self._since = tap, now

    def left(self, reader: str) -> None:
        """The card of this reader was taken away."""
        if self._tap is not None and self._tap.reader == reader:
            self._tap = None

    def take(self, now: float) -> CardTapped | None:
        """The one whose turn it is, if anybody still waits."""
        tap, self._tap = self._tap, None
        return None if tap is not None and tap.passing and now > self._since + PASSING_S else tap
