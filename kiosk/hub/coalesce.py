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

_EVERYBODY = 1 << 30

Serve = Callable[[Sequence[A]], Sequence[B | Exception]]
"""Does several requests at once: a result for each, in order. If it raises instead, nothing was done."""


@dataclass(slots=True)
class _Waiting(Generic[A, B]):
    asked: A
    key: Hashable
    weight: int
    awake: threading.Event = field(default_factory=threading.Event)
    leads: bool = False
    """This one serves, itself and others."""
    result: "B | Exception | None" = None


class Coalescer(Generic[A, B]):
    """Serves requests in groups of at most `most` weight. Two with the same key are never served at once.

    Who was just answered together asks again at about the same time: a group waits, `linger_s` at most, for
    as many as came last time. Where nobody came together, nobody waits.
    """

    def __init__(
        self,
        serve: Serve[A, B],
        key: Callable[[A], Hashable],
        *,
        lanes: int,
        most: int,
        linger_s: float = 0.0,
    ) -> None:
        self._serve = serve
        self._key = key
        self._free = lanes
        self._most = most
        self._linger_s = linger_s
        self._lock = threading.Lock()
        self._came = threading.Condition(self._lock)
        self._queue: deque[_Waiting[A, B]] = deque()
        self._served: set[Hashable] = set()
        self._usual = 1

    def ask(self, asked: A, weight: int = 1) -> B:
        """The result for this request, or the exception that is its result."""
        mine = _Waiting[A, B](asked, self._key(asked), weight)
        with self._lock:
            self._queue.append(mine)
            self._came.notify_all()
            self._start()
        mine.awake.wait()
        if mine.leads:
            self._lead(mine)
        if isinstance(mine.result, Exception):
            raise mine.result
        assert mine.result is not None
        return mine.result

    def _start(self) -> None:
        """With the lock held: let the longest waiting begin a group for each free lane."""
        while self._free and (first := self._take(1)):
            self._free -= 1
            first[0].leads = True
            first[0].awake.set()

    def _take(self, count: int, room: int | None = None) -> list[_Waiting[A, B]]:
        """With the lock held: so many of the longest waiting whose keys nobody serves, as far as they fit."""
        group: list[_Waiting[A, B]] = []
        left: deque[_Waiting[A, B]] = deque()
        keys = set(self._served)
        while self._queue:
            one = self._queue.popleft()
            if one.key in keys or len(group) == count or (room is not None and one.weight > room):
                left.append(one)
            else:
                group.append(one)
                room = None if room is None else room - one.weight
            keys.add(one.key)  # who comes later does not overtake
        self._queue = left
        self._served.update(one.key for one in group)
        return group

    def _lead(self, mine: _Waiting[A, B]) -> None:
        """Serve a group: this one, and who else waits."""
        with self._lock:
            if self._linger_s:
                self._came.wait_for(lambda: len(self._queue) >= self._usual - 1, self._linger_s)
            group = [mine, *self._take(_EVERYBODY, self._most - mine.weight)]
            self._usual = len(group)
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
