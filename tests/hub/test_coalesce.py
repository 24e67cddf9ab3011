"""Requests that come while others are served are served together, and suffer for nobody."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import pytest

from kiosk.hub.coalesce import Coalescer

SOON_S = 10


class Bad(Exception):
    pass


@dataclass
class Counter:
    """Serves "key:text" by answering it in capitals, when it is let; remembers who was served with whom."""

    groups: list[list[str]] = field(default_factory=list)
    came: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    may_go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def serve(self, asked: Sequence[str]) -> list[str | Exception]:
        self.groups.append(list(asked))
        self.came.release()
        assert self.may_go.acquire(timeout=SOON_S)
        if any(one.endswith("crash") for one in asked):
            raise Bad("everything is undone")
        return [Bad(one) if one.endswith("bad") else one.upper() for one in asked]


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def crowd() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(20) as pool:
        yield pool


def line(counter: Counter, lanes: int = 1, most: int = 100) -> Coalescer[str, str]:
    return Coalescer(counter.serve, lambda asked: asked.partition(":")[0], lanes=lanes, most=most)


def queued(
    crowd: ThreadPoolExecutor, ask: Callable[[str], str], waiting: Callable[[], int], *asked: str
) -> list[Future[str]]:
    """Ask one after the other; returns when the last one stands in the queue."""
    futures = []
    for one in asked:
        before = waiting()
        futures.append(crowd.submit(ask, one))
        while waiting() == before:
            assert not futures[-1].done()
    return futures


def test_who_comes_while_others_are_served_is_served_together(
    counter: Counter, crowd: ThreadPoolExecutor
) -> None:
    here = line(counter)
    first = crowd.submit(here.ask, "a:1")
    assert counter.came.acquire(timeout=SOON_S)
    rest = queued(crowd, here.ask, lambda: len(here._queue), "b:1", "c:1", "a:2", "d:1")
    counter.may_go.release(2)
    assert [future.result(SOON_S) for future in (first, *rest)] == ["A:1", "B:1", "C:1", "A:2", "D:1"]
    assert counter.groups == [["a:1"], ["b:1", "c:1", "a:2", "d:1"]]


def test_two_with_one_key_follow_each_other_in_order(counter: Counter, crowd: ThreadPoolExecutor) -> None:
    here = line(counter, lanes=2)
    first = crowd.submit(here.ask, "a:1")
    assert counter.came.acquire(timeout=SOON_S)
    again = queued(crowd, here.ask, lambda: len(here._queue), "a:2", "a:3")
    other = crowd.submit(here.ask, "b:1")  # another lane is free, and not for a
    assert counter.came.acquire(timeout=SOON_S)
    counter.may_go.release(4)
    assert [future.result(SOON_S) for future in (first, *again, other)] == ["A:1", "A:2", "A:3", "B:1"]
    assert counter.groups == [["a:1"], ["b:1"], ["a:2"], ["a:3"]]


def test_a_group_has_a_size_and_one_that_is_larger_goes_alone(
    counter: Counter, crowd: ThreadPoolExecutor
) -> None:
    here = line(counter, most=10)
    first = crowd.submit(here.ask, "a:1")
    assert counter.came.acquire(timeout=SOON_S)

    def weighed(asked: str) -> str:
        return here.ask(asked, int(asked.partition(":")[2]))

    rest = queued(crowd, weighed, lambda: len(here._queue), "b:6", "c:5", "d:4", "e:99")
    counter.may_go.release(4)
    assert [future.result(SOON_S) for future in (first, *rest)] == ["A:1", "B:6", "C:5", "D:4", "E:99"]
    assert counter.groups == [["a:1"], ["b:6", "d:4"], ["c:5"], ["e:99"]]


def test_a_bad_one_is_told_so_and_the_others_are_served(counter: Counter, crowd: ThreadPoolExecutor) -> None:
    here = line(counter)
    first = crowd.submit(here.ask, "a:1")
    assert counter.came.acquire(timeout=SOON_S)
    bad, crash, good = queued(crowd, here.ask, lambda: len(here._queue), "b:bad", "c:crash", "d:1")
    counter.may_go.release(5)
    with pytest.raises(Bad, match="b:bad"):
        bad.result(SOON_S)
    with pytest.raises(Bad, match="undone"):
        crash.result(SOON_S)
    assert [first.result(SOON_S), good.result(SOON_S)] == ["A:1", "D:1"]
    assert counter.groups == [["a:1"], ["b:bad", "c:crash", "d:1"], ["b:bad"], ["c:crash"], ["d:1"]]


def test_a_crash_leaves_no_lane_taken(counter: Counter) -> None:
    here = line(counter)
    counter.may_go.release(3)
    for _ in range(2):
        with pytest.raises(Bad):
            here.ask("a:crash")
    assert here.ask("a:1") == "A:1"


def test_a_group_waits_for_as_many_as_came_last_time(counter: Counter, crowd: ThreadPoolExecutor) -> None:
    here = Coalescer(counter.serve, str, lanes=1, most=100, linger_s=SOON_S)
    first = crowd.submit(here.ask, "a")  # nobody came together yet: it does not wait
    assert counter.came.acquire(timeout=SOON_S)
    second = queued(crowd, here.ask, lambda: len(here._queue), "b", "c", "d")
    counter.may_go.release(3)
    assert [future.result(SOON_S) for future in (first, *second)] == ["A", "B", "C", "D"]
    third = [crowd.submit(here.ask, asked) for asked in "xyz"]  # in no time, were they not waited for
    assert sorted(future.result(SOON_S) for future in third) == ["X", "Y", "Z"]
    assert [sorted(group) for group in counter.groups] == [["a"], ["b", "c", "d"], ["x", "y", "z"]]
