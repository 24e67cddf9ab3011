"""Pages of points as cash, gifts for points and cash, the lottery, and of guests."""

from collections.abc import Iterator

from kiosk import events as ev
from kiosk import views
from kiosk.desk import lottery, notices
from kiosk.desk.guest import GUEST_SERVICES
from kiosk.desk.staff_verdict import claimed
from kiosk.ledger.feed import Colleague
from kiosk.membership.claims import ClaimAnswer
from kiosk.ports import CounterAnswer
from tests.journeys.shop import PIN, ShopFloor

MEMBER = "6600000001"
STAFF = Colleague(id="mei", name="陈梅", role="manager")


def money_pages(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    """Name -> view."""
    for part in (_guest, _cash_vouchers, _points_and_cash, _lottery, _at_the_counter):
        yield from part(floor)
        spoken = floor.now.frame.language
        floor.do(ev.Left(), ev.LanguageChosen(spoken))


def _guest(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    yield "guest", floor.do(ev.ServicesOpened())
    for row in GUEST_SERVICES:
        yield f"guest-{row.name}", floor.do(ev.ServiceChosen(row.name))
        floor.do(ev.WentBack())


def _cash_vouchers(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    floor.tap(MEMBER)
    floor.do(ev.ServicesOpened())
    yield "cash-vouchers", floor.do(ev.ServiceChosen("cash"))
    yield "cash-voucher-confirm", floor.do(ev.RowChosen("G23"))
    yield "cash-voucher-beforehand", floor.do(ev.PaperLooked())
    floor.do(ev.WentBack())
    yield "cash-voucher-taken", floor.confirm()
    floor.do(ev.WentBack(), ev.ServicesOpened(), ev.ServiceChosen("cash"), ev.RowChosen("G24"))
    yield "cash-voucher-again", floor.confirm()


def _points_and_cash(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    floor.tap(MEMBER)
    floor.do(ev.ShelfOpened())
    yield "points-and-cash", floor.do(ev.CategoryChosen("*cash"))
    yield "points-and-cash-confirm", floor.do(ev.GiftChosen("G17"))
    yield "points-and-cash-beforehand", floor.do(ev.PaperLooked())
    floor.do(ev.WentBack())
    yield "points-and-cash-taken", floor.confirm()


def _lottery(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    floor.tap(MEMBER)
    floor.do(ev.ServicesOpened())
    yield "lottery", floor.do(ev.ServiceChosen("lottery"))
    pad = floor.do(ev.OptionChosen("lottery", "draw"))
    yield "lottery-pin", pad
    assert isinstance(pad, views.PinPad)
    yield "lottery-result", floor.do(ev.Confirmed(pad.ticket, PIN))
    world = floor.world
    for name, draw in {
        "won": lottery.won(world, "prize-cream"),
        "nothing": lottery.nothing(world),
        "later": lottery.later(world),
        "already": lottery.drawn_already(world),
    }.items():
        yield f"lottery-{name}", draw(world.say, notices.READING_S)


def _at_the_counter(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    asked = ev.ClaimAsked("r", "00010300000015", "ABCDEF", "mei")
    for name, said in {
        "collect": CounterAnswer(ClaimAnswer.GIVEN, "", gift_id="G17", cash=2990),
        "take-off": CounterAnswer(ClaimAnswer.GIVEN, "", gift_id="G23", worth=2000),
    }.items():
        yield f"verdict-{name}", claimed(floor.world, STAFF, asked, said)(floor.world.say, 0)
