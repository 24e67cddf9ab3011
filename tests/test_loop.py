"""The loop: events in order, one resting page, and an end that always comes."""

import threading

from kiosk.clock import RealClock
from kiosk.events import Event, Left, StorageFailed, Ticked
from kiosk.loop import INBOX_MAX, Loop


class RestingDesk:
    """A desk that rests once the storage failed."""

    def __init__(self) -> None:
        self.out_of_service = ""
        self.heard: list[Event] = []

    def start(self) -> None:
        """Nothing to show."""

    def handle(self, event: Event) -> None:
        """Remember everything but the ticks."""
        if isinstance(event, StorageFailed):
            self.out_of_service = event.code
        if not isinstance(event, Ticked):
            self.heard.append(event)


def test_a_resting_kiosk_outlives_any_number_of_events() -> None:
    loop, desk = Loop(RealClock()), RestingDesk()
    closed, drained = threading.Semaphore(0), 0
    runner = threading.Thread(target=loop.run, args=(desk, closed.release))
    runner.start()
    loop.post(StorageFailed("K-SY-01", "frozen"))
    assert closed.acquire(timeout=10)
    while drained < 3 * INBOX_MAX:
        if loop._inbox.qsize() < INBOX_MAX // 2:
            loop.post(Left())
            drained += 1
    loop.stop()
    runner.join(10)
    assert not runner.is_alive()
    assert not closed.acquire(blocking=False)
    assert desk.heard == [StorageFailed("K-SY-01", "frozen")]


def test_stopping_does_not_wait_for_room_in_the_inbox() -> None:
    loop, desk = Loop(RealClock()), RestingDesk()
    for _ in range(INBOX_MAX):
        loop.post(Left())
    stopper = threading.Thread(target=loop.stop, daemon=True)
    stopper.start()
    stopper.join(10)
    assert not stopper.is_alive()
    loop.run(desk, lambda: None)
    assert len(desk.heard) == INBOX_MAX - 1
