"""Shelves: what several requests need to know is asked once for all, then answered from memory."""

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Shelf(Generic[K, V]):
    """Answers by key. A key is read at most once, with all others that are needed at the same moment."""

    def __init__(self, read: Callable[[list[K]], Iterable[tuple[K, V]]]) -> None:
        self._read = read
        self._known: dict[K, V | None] = {}

    def need(self, keys: Iterable[K]) -> "Need":
        """What a reader yields: afterwards these keys are known."""
        return Need(self, set(keys))

    def fetch(self, keys: Iterable[K]) -> None:
        """Read those of these keys that are not known yet, in their order: rows may get locked."""
        missing = sorted(set(keys) - self._known.keys())  # type: ignore[type-var]
        self._known.update(dict.fromkeys(missing))
        # PostgreSQL has no text with a NUL in it, so nothing is called that.
        askable = [key for key in missing if not _has_nul(key)]
        if askable:
            self._known.update(self._read(askable))

    def get(self, key: K) -> V | None:
        """What stands under a key; None if nothing does."""
        if key not in self._known:
            self.fetch([key])
        return self._known[key]

    def put(self, key: K, value: V) -> None:
        """What stands there from now on, for every request of this transaction."""
        self._known[key] = value


@dataclass(frozen=True, slots=True)
class Need:
    """Keys of one shelf."""

    shelf: Shelf[Any, Any]
    keys: set[Any]


Reader = Generator[Need, None, None]
"""Code that yields what it needs to know before it goes on."""


def read_together(readers: Iterable[Reader]) -> None:
    """Run readers side by side: what they need at the same point is read by one statement for all of them."""
    going = list(readers)
    while going:
        needs: dict[Shelf[Any, Any], set[Any]] = defaultdict(set)
        still = []
        for reader in going:
            need = next(reader, None)
            if need is not None:
                needs[need.shelf] |= need.keys
                still.append(reader)
        for shelf, keys in needs.items():
            shelf.fetch(keys)
        going = still


def _has_nul(key: object) -> bool:
    parts = key if isinstance(key, tuple) else (key,)
    return any(isinstance(part, str) and "\0" in part for part in parts)
