"""Who watches over the workers: by an injected clock, without any card service."""

from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.events import CardDone, CardRemoved, CardTapped, Event, ReaderChanged
from kiosk.hardware.pcsc import TALK, WAIT, ServiceLost
from kiosk.hardware.readers.seat import Abandoned, Errand, Seat
from kiosk.hardware.readers.service import HANG_S, WATCH_S, ReaderService
from kiosk.membership.cards import Card
from kiosk.ports import CardChannel

CARD = Card("virtual-cpu", b"6600000001")


@dataclass
class Shop:
    """A clock that is set by hand, and everything that was told and begun."""

    at: float = 0.0
    told: list[Event] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)

    def now(self) -> int:
        return int(self.at * 1e6)

    def trusted(self) -> bool:
        return True

    def monotonic(self) -> float:
        return self.at

    def begin(self, name: str, _work: Callable[[], None]) -> None:
        self.begun.append(name)


def work(channel: CardChannel) -> object:
    raise AssertionError("no card lies there")


def seated(shop: Shop) -> Seat:
    seat = Seat("A", shop.told.append, shop)
    seat.up()
    seat.tapped(CARD)
    shop.told.clear()
    return seat


def test_a_worker_that_hangs_is_given_up_and_nobody_else_is_sent_there() -> None:
    shop = Shop()
    service = ReaderService(shop.told.append, shop, shop.begin)
    service.step(shop.at, ("A", "B"))
    assert shop.begun == ["reader: A", "reader: B"]
    while shop.at < HANG_S + 1:
        shop.at += WATCH_S
        service.step(shop.at, ("A", "B"))
    assert shop.begun == ["reader: A", "reader: B"]
    service.ask("late", "A", CARD, work)
    service.ask("nowhere", "C", CARD, work)
    assert shop.told[-2:] == [
        CardDone("late", None, "hangs", begun=False),
        CardDone("nowhere", None, "gone", begun=False),
    ]


def test_nobody_is_given_up_because_the_kiosk_itself_stood_still() -> None:
    shop = Shop()
    service = ReaderService(shop.told.append, shop, shop.begin)
    service.step(shop.at, ("A",))
    shop.at = HANG_S * 10
    service.step(shop.at, ("A",))
    service.ask("early", "A", CARD, work)
    assert shop.told == [CardDone("early", None, "gone", begun=False)]


def test_a_service_that_is_not_there_is_told_once() -> None:
    shop = Shop()
    service = ReaderService(shop.told.append, shop, shop.begin)
    for _ in range(3):
        service.step(shop.at, ServiceLost("Service not available."))
    assert shop.told == [ReaderChanged("", False, "Service not available.", "K-RD-01")]


def test_a_patient_worker_is_not_given_up_before_its_time() -> None:
    shop = Shop()
    seat = seated(shop)
    seat.announce(TALK)
    shop.at = HANG_S
    assert seat.overdue(shop.at, HANG_S) is None
    assert seat.overdue(shop.at + 0.001, HANG_S) == TALK


def test_each_work_has_one_answer_when_its_worker_is_given_up() -> None:
    shop = Shop()
    seat = seated(shop)
    assert seat.ask(Errand("one", CARD, work))
    assert seat.ask(Errand("two", CARD, work))
    assert seat.next_errand(0) is not None
    seat.announce(TALK)
    seat.close("hangs", "K-RD-02", "hangs")
    assert shop.told == [
        CardDone("one", None, "hangs", begun=True),
        CardDone("two", None, "hangs", begun=False),
        CardRemoved("A"),
        ReaderChanged("A", False, "hangs", "K-RD-02"),
    ]
    shop.told.clear()
    seat.done("late")
    seat.tapped(CARD)
    seat.removed()
    seat.up()
    assert not seat.ask(Errand("three", CARD, work))
    assert shop.told == []


def test_a_worker_that_was_given_up_sends_nothing_more() -> None:
    seat = seated(Shop())
    seat.close("hangs", "K-RD-02")
    for more in (lambda: seat.announce(TALK), lambda: seat.next_errand(0), lambda: seat.pause(0)):
        try:
            more()
        except Abandoned:
            continue
        raise AssertionError("it went on")


def test_work_that_never_spoke_to_the_card_says_so() -> None:
    shop = Shop()
    seat = seated(shop)
    for speak, begun in ((False, False), (True, True)):
        assert seat.ask(Errand("one", CARD, work))
        seat.next_errand(0)
        seat.announce(TALK if speak else WAIT)
        seat.done(why="gone")
        assert shop.told.pop() == CardDone("one", None, "gone", begun=begun)


def test_work_is_taken_only_while_a_card_was_told_of() -> None:
    shop = Shop()
    seat = seated(shop)
    seat.removed()
    assert not seat.ask(Errand("one", CARD, work))
    seat.tapped(CARD)
    assert seat.ask(Errand("two", CARD, work))
    seat.removed()
    assert shop.told == [
        CardRemoved("A"),
        CardTapped("A", CARD),
        CardDone("two", None, "gone", begun=False),
        CardRemoved("A"),
    ]
