"""Requests that come while a transaction runs are taken together by the next one: one COMMIT serves them all.

No thread is made here. Whoever finds nobody serving serves all who wait; the others wait for their answers.
"""

import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

A = TypeVar("A")
B = TypeVar("B")

Serve = Callable[[Sequence[A]], Sequence[B | Exception]]
"""Does several requests at once: a result for each, in order. If it raises instead, nothing was done."""


@dataclass(slots=True)
class _Waiting(Generic[A, B]):
    asked: A
    key: Hashable
    weight: int
    awake: threading.Event = field(default_factory=threading.Event)
    lead: "list[_Waiting[A, B]]" = field(default_factory=list)
    """Not empty: this one serves these, itself among them."""
    result: "B | Exception | None" = None


class Coalescer(Generic[A, B]):
    """Serves requests in groups of at most `most` weight. Two with the same key are never served at once."""

    def __init__(self, serve: Serve[A, B], key: Callable[[A], Hashable], *, lanes: int, most: int) -> None:
        self._serve = serve
        self._key = key
        self._free = lanes
        self._most = most
        self._lock = threading.Lock()
        self._queue: deque[_Waiting[A, B]] = deque()
        self._served: set[Hashable] = set()

    def ask(self, asked: A, weight: int = 1) -> B:
        """The result for this request, or the exception that is its result."""
        mine = _Waiting[A, B](asked, self._key(asked), weight)
        with self._lock:
            self._queue.append(mine)
            self._start()
        mine.awake.wait()
        if mine.lead:
            self._do(mine.lead)
        if isinstance(mine.result, Exception):
            raise mine.result
        assert mine.result is not None
        return mine.result

    def _start(self) -> None:
        """With the lock held: let a group begin for each free lane."""
        while self._free and (group := self._take()):
            self._free -= 1
            self._served.update(one.key for one in group)
            group[0].lead = group
            group[0].awake.set()

    def _take(self) -> list[_Waiting[A, B]]:
        """The longest waiting whose keys nobody serves, as many as fit; at least one if there is one."""
        group: list[_Waiting[A, B]] = []
        left: deque[_Waiting[A, B]] = deque()
        keys, room = set(self._served), self._most
        while self._queue:
            one = self._queue.popleft()
            if one.key in keys or (group and one.weight > room):
                left.append(one)
            else:
                group.append(one)
                room -= one.weight
            keys.add(one.key)  # who comes later does not overtake
        self._queue = left
        return group

    def _do(self, group: list[_Waiting[A, B]]) -> None:
        try:
            self._answer(group)
        finally:
            with self._lock:
                self._free += 1
                self._served.difference_update(one.key for one in group)
                self._start()
            for one in group[1:]:
                one.awake.set()

    def _answer(self, group: list[_Waiting[A, B]]) -> None:
        try:
            results = self._serve([one.asked for one in group])
        except Exception as trouble:
            if len(group) == 1:
                group[0].result = trouble
                return
            # One of them may be the cause: none of the others should suffer for it.
            for one in group:
                self._answer([one])
            return
        for one, result in zip(group, results, strict=True):
            one.result = result
