"""How long to wait before trying again."""

import random


class Patience:
    """Doubling waits with full jitter: many kiosks that lost head office together come back one by one."""

    def __init__(self, chance: random.Random, shortest_s: float = 0.5, longest_s: float = 15.0) -> None:
        self._chance = chance
        self._shortest_s = shortest_s
        self._longest_s = longest_s
        self._wait_s = shortest_s

    def again_after(self, asked_s: float = 0.0) -> float:
        """Seconds until the next try; grows with each call. Never less than head office asked for."""
        wait_s, self._wait_s = self._wait_s, min(self._longest_s, self._wait_s * 2)
        return asked_s + self._chance.uniform(self._shortest_s / 2, max(wait_s, asked_s))

    def spread(self, asked_s: float) -> float:
        """A pause that head office asked of everybody, at least as long, and for each another one."""
        return asked_s + self._chance.uniform(0, asked_s) if asked_s > 0 else 0.0

    def reset(self) -> None:
        """It worked: the next failure waits briefly again."""
        self._wait_s = self._shortest_s
