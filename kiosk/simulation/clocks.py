"""Simulated time: one true time, and what each kiosk's clock makes of it."""

NOON = 1_780_286_400_000_000
"""2026-06-01 12:00 in Shanghai, UTC microseconds."""


class TrueTime:
    """The time that passes; microseconds."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> int:
        """UTC microseconds."""
        return self.at


class KioskClock:
    """Implements ports.Clock: true time and the kiosk's own error."""

    def __init__(self, true: TrueTime) -> None:
        self._true = true
        self.skew = 0
        self.good = True

    def now(self) -> int:
        """UTC microseconds, as this kiosk believes."""
        return self._true.at + self.skew

    def trusted(self) -> bool:
        """Whether the kiosk believes it."""
        return self.good

    def monotonic(self) -> float:
        """Seconds since the simulation began."""
        return (self._true.at - NOON) / 1_000_000
