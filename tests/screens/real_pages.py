"""Every page as the real desk draws it, in one language: real journal, replica and head office behind it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kiosk import events as ev
from kiosk import views
from kiosk.desk import card_points, notices
from kiosk.desk.pages import moment
from kiosk.hardware.printers.letters import noto
from kiosk.hardware.printers.raster import Raster
from kiosk.membership.cards import Card
from kiosk.words import Words, _
from tests.journeys.shop import ShopFloor
from tests.printers.reading import PICTURES
from tests.screens.joining_pages import joining_pages
from tests.screens.member_pages import member_pages
from tests.screens.money_pages import money_pages
from tests.screens.staff_pages import staff_pages

HOME, POOR, OTHER, GUEST = "6600000001", "6600000002", "6600000100", "6600000021"
GIFT = "G02"
TAP_FRIEND = ev.CardTapped("reader", Card("virtual-cpu", b"6600000021"))
WRONG = "000000"
SHOP = {"zh_CN": "示例生活馆", "zh_TW": "示例生活館", "en": "Sample House"}


def real_pages(folder: Path, language: str) -> dict[str, views.View]:
    """Name -> view; `folder` must be empty."""
    floor = ShopFloor(folder)
    floor.world.shop = replace(floor.world.shop, name=SHOP)
    floor.tray.raster = Raster(576, noto(), PICTURES)
    try:
        return dict(_pages(floor, language))
    finally:
        floor.crash()


def _pages(floor: ShopFloor, language: str) -> Iterator[tuple[str, views.View]]:
    for part in (_invitation, _home, _services, _shelf, _confirm, _waiting, _unknown, _leaving, _offline):
        floor.do(ev.Left(), ev.LanguageChosen(language))
        yield from part(floor)
    floor.do(ev.Left(), ev.LanguageChosen(language))
    yield from member_pages(floor)
    floor.do(ev.Left(), ev.LanguageChosen(language))
    yield from joining_pages(floor)
    floor.do(ev.Left(), ev.LanguageChosen(language))
    yield from money_pages(floor)
    floor.do(ev.Left(), ev.LanguageChosen(language))
    yield from _notices(floor, Words(language, floor.world.shop.zone))
    floor.do(ev.Left(), ev.LanguageChosen(language))
    yield from staff_pages(floor)
    floor.do(ev.Left(), ev.LanguageChosen(language))
    yield "out-of-service", floor.do(ev.StorageFailed("K-JR-02", "disk full"))


def _invitation(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    yield "attract", floor.now
    yield "attract-no-reader", floor.do(ev.ReaderChanged("reader", False, "gone"))
    floor.do(ev.ReaderChanged("reader", True))
    yield "shelf-guest", floor.do(ev.ShelfOpened())
    tile = next(tile.gift for tile in _on_shelf(floor).tiles)
    yield "tap-first", floor.do(ev.GiftChosen(tile))


def _home(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    yield "home", floor.tap(HOME)
    yield "history", floor.do(ev.HistoryOpened())
    yield "history-last", floor.do(ev.PageTurned(99))
    looked = floor.do(ev.StatementOpened())
    yield "statement-beforehand", looked
    assert isinstance(looked, views.Preview)
    yield "statement-printed", floor.do(looked.choices[1].tells)
    yield "history-statement-printed", floor.do(ev.WentBack())
    yield "staff-called", floor.do(ev.StaffCalled())
    floor.do(ev.Stayed(), ev.WentBack())
    yield "still-there", floor.wait(33)
    floor.do(ev.Stayed())
    for name, card in (("poor", POOR), ("other", OTHER), ("guest", GUEST)):
        _next_visitor(floor)
        yield f"home-{name}", floor.tap(card)


def _services(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    floor.tap(HOME)
    yield "more-services", floor.do(ev.ServicesOpened())
    for name in ("vouchers", "coupons", "invite", "checkin", "give", "activities", "wishes", "survey"):
        yield f"service-{name}", floor.do(ev.ServiceChosen(name))
        floor.do(ev.WentBack())
    yield "service-give-friend", floor.do(ev.ServiceChosen("give"), TAP_FRIEND)
    floor.do(ev.WentBack())
    yield "more-services-last", floor.do(ev.PageTurned(99))
    yield "more-services-still-there", floor.wait(33)
    floor.do(ev.Stayed())


def _shelf(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    floor.tap(HOME)
    floor.do(ev.ShelfOpened())
    for page in range(1, _on_shelf(floor).pages + 1):
        yield f"shelf-{page}", floor.do(ev.PageTurned(page))
        wishes = [ev.GiftWished(tile.gift) for tile in _on_shelf(floor).tiles if tile.wish]
        if wishes:
            yield f"shelf-{page}-wished", floor.do(*wishes)
    for tab in _on_shelf(floor).tabs[1:]:
        yield f"shelf-{tab.label}", floor.do(tab.tells)
    yield "shelf-in-reach", floor.do(ev.ReachToggled())
    yield "shelf-still-there", floor.wait(33)


def _confirm(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    floor.tap(HOME)
    for gift in ("G02", "G11", "G22"):
        floor.do(ev.ShelfOpened(), ev.GiftChosen(gift))
        if isinstance(floor.now, views.Confirm):
            yield f"confirm-{gift}", floor.now
        _next_visitor(floor)
        floor.tap(HOME)
    floor.choose(GIFT)
    yield "voucher-beforehand", floor.do(ev.PaperLooked())
    yield "voucher-beforehand-still-there", floor.wait(33)
    floor.do(ev.Stayed(), ev.WentBack())
    yield "confirm-wrong-pin", floor.confirm(WRONG)
    yield "confirm-still-there", floor.wait(33)
    floor.do(ev.Stayed())
    yield "take-voucher", floor.confirm()


def _waiting(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    floor.tap(HOME)
    floor.tray.silent = True
    floor.choose(GIFT)
    yield "printing", floor.confirm()
    floor.tray.silent = False
    op = floor.journal.unresolved()[0].redeem.op
    floor.do(ev.Printed(op, 1, ev.Outcome.CONFIRMED), ev.WentBack())
    for name, sentence in (
        ("looking-up", _("Looking up your card")),
        ("setting-aside", _("Head office is setting your points aside")),
        ("checking-pin", _("Checking your PIN")),
    ):
        yield name, moment(floor.world, sentence).draw(floor.world.say, 0)


def _unknown(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    floor.tap(HOME)
    floor.tray.ends = ev.Outcome.UNKNOWN
    floor.choose(GIFT)
    yield "unknown-print", floor.confirm()
    floor.do(ev.WentBack())
    yield "history-print-being-checked", floor.do(ev.HistoryOpened())
    _next_visitor(floor)
    floor.tray.ends = ev.Outcome.CONFIRMED
    offer = floor.tap(HOME)
    yield "reprint-offer", offer
    assert isinstance(offer, views.Notice)
    yield "take-voucher-again", floor.do(offer.choices[1].tells)


def _leaving(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    floor.tap(HOME)
    floor.choose(GIFT)
    floor.tray.ends = ev.Outcome.NOT_PRINTED
    yield "not-printed", floor.confirm()
    floor.tray.ends = ev.Outcome.CONFIRMED


def _offline(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    floor.cut()
    yield "offline-attract", floor.now
    yield "offline-home", floor.tap(HOME)
    yield "offline-shelf", floor.do(ev.ShelfOpened())
    yield "offline-confirm", floor.do(ev.GiftChosen(GIFT))
    yield "offline-confirm-wrong-pin", floor.confirm(WRONG)
    yield "offline-take-voucher", floor.confirm()
    yield "offline-home-after", floor.do(ev.WentBack())
    yield "offline-history", floor.do(ev.HistoryOpened())
    _next_visitor(floor)
    yield "offline-store-member", floor.tap(GUEST)
    _next_visitor(floor)
    yield "offline-no-look-up", floor.tap("6600000530")
    floor.heal()


def _next_visitor(floor: ShopFloor) -> None:
    """Somebody else who reads the same language: each visit begins in the shop's own."""
    spoken = floor.now.frame.language
    floor.do(ev.Left(), ev.LanguageChosen(spoken))


def _notices(floor: ShopFloor, say: Words) -> Iterator[tuple[str, views.View]]:
    world = floor.world
    drawn = {
        "unknown-card": notices.unknown_card(world),
        "cannot-look-up": notices.cannot_look_up(world),
        "denied-card": notices.denied_card(world, "lost"),
        "unreadable": notices.unreadable(world),
        "unreadable-swipe": notices.unreadable(world, swiped=True),
        "bank-card": notices.bank_card(world),
        "card-did-not-pay": card_points.not_paid(world),
        "card-in-doubt": card_points.in_doubt(world),
        "card-disputed": card_points.disputed(world),
        "card-paid-earlier": card_points.came_over(world, 12_930),
        "not-enough": notices.not_enough(world, 12_930),
        "sold-out": notices.sold_out(world),
        "cut-short": notices.cut_short(world),
        "no-right": notices.no_right(world),
        "pin-locked": notices.pin_locked(world),
        "paper-out": notices.printer_resting(world, "K-PR-01"),
        "cover-open": notices.printer_resting(world, "K-PR-02"),
        "printer-silent": notices.printer_resting(world, "K-PR-09"),
        "not-printed-dear": notices.not_printed(world, "K-PR-05", 12_980),
    }
    for name, draw in drawn.items():
        yield f"notice-{name}", draw(say, notices.READING_S)
    yield "notice-staff-called", notices.staff_called(world, say)
    yield "notice-out-of-service", notices.out_of_service(world, say, "K-JR-02")


def _on_shelf(floor: ShopFloor) -> views.Shelf:
    assert isinstance(floor.now, views.Shelf), floor.now
    return floor.now
