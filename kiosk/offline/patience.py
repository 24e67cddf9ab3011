"""How long to wait before trying again."""

import random


class Patience:
    """Doubling waits with full jitter: many kiosks that lost head office together come back one by one."""

    def __init__(self, chance: random.Random, shortest_s: float = 0.5, longest_s: float = 15.0) -> None:
        self._chance = chance
        self._shortest_s = shortest_s
        self._longest_s = longest_s
        self._wait_s = shortest_s

    def again_after(self) -> float:
        """Seconds until the next try; grows with each call."""
        wait_s, self._wait_s = self._wait_s, min(self._longest_s, self._wait_s * 2)
        return self._chance.uniform(self._shortest_s / 2, wait_s)

    def reset(self) -> None:
        """It worked: the next failure waits briefly again."""
        self._wait_s = self._shortest_s
