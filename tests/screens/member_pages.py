"""Pages about who is here and what is theirs, as the real desk draws them."""

from collections.abc import Iterator

from kiosk import events as ev
from kiosk import views
from kiosk.desk import bind_card, phone_sign_in, pin_words, scanned
from kiosk.desk.notices import pin_locked
from kiosk.desk.receipts import card_first
from kiosk.hub.messages import Tray, carry
from kiosk.membership.cards import Card
from kiosk.membership.receipts import parse, qr_text
from tests.journeys.checkout import Checkout
from tests.journeys.shop import PIN, ShopFloor

HOME, FRESH, PHONE, OTHERS = "6600000001", "6600000777", "13800000001", "13800000031"
DAY_US = 86_400_000_000
GIFT, WRONG, WEAK = "G02", "135791", "123456"


def member_pages(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    """Name -> view."""
    for part in (_by_phone, _lost, _pin, _vouchers, _doubt, _unknown_card, _told, _receipts):
        yield from part(floor)
        _leave(floor)


def _by_phone(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    yield "phone-number", floor.do(ev.PhoneSignInOpened())
    yield "phone-number-typed", _type(floor, PHONE[:7])
    yield "phone-pin", _done(floor, PHONE[7:])
    yield "phone-pin-wrong", _pin_typed(floor, WRONG)
    yield "phone-home", _pin_typed(floor, PIN)
    yield "phone-services", floor.do(ev.ServicesOpened())


def _receipts(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    checkout = Checkout(floor.office, floor.clock.now)
    floor.sync()
    floor.sync()
    code = checkout.sell()
    floor.tap(HOME)
    yield "services-with-receipts", floor.do(ev.ServicesOpened())
    yield "receipt", floor.do(ev.ServiceChosen("receipt"))
    yield "receipt-taken", floor.do(ev.CodeScanned("scanner", code))
    yield "receipt-used", _scanned(floor, code)
    yield "receipt-forged", _scanned(floor, qr_text(parse(code)[1], bytes(64)))
    yield "receipt-none", _scanned(floor, "6901234567892")
    waits = checkout.sell("R2")
    yield "receipt-too-old", _scanned(floor, checkout.sign(floor.clock.now() - 400 * DAY_US))
    floor.cut()
    yield "receipt-waits", _scanned(floor, waits)
    yield "receipt-without-a-card", card_first(floor.world)(floor.world.say, 0)
    floor.heal()


def _scanned(floor: ShopFloor, code: str) -> views.View:
    return floor.do(ev.WentBack(), ev.ServiceChosen("receipt"), ev.CodeScanned("scanner", code))


def _lost(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    floor.do(ev.PhoneSignInOpened())
    _done(floor, OTHERS)
    _pin_typed(floor, PIN)
    floor.do(ev.ServicesOpened())
    yield "lost-cards", floor.do(ev.ServiceChosen("lost"))
    sure = floor.do(ev.RowChosen(OTHERS[-4:]))
    yield "lost-sure", sure
    yield "lost-reported", floor.do(_last(sure))


def _pin(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    floor.tap(HOME)
    question = floor.do(ev.ServicesOpened(), ev.ServiceChosen("pin"))
    yield "pin", question
    assert isinstance(question, views.Question)
    yield "pin-old", floor.do(question.options[0].tells)
    floor.do(ev.WentBack(), ev.ServiceChosen("pin"))
    question = floor.now
    assert isinstance(question, views.Question)
    yield "pin-code", floor.do(question.options[-1].tells)
    tray = Tray()
    carry(floor.office.engine, tray, floor.clock.now())
    text = tray.lines[-1]["text"]
    digits = next(text[at : at + 6] for at in range(len(text)) if text[at : at + 6].isdecimal())
    yield "pin-code-wrong", _done(floor, "".join(str(9 - int(digit)) for digit in digits))
    yield "pin-new", _done(floor, digits)
    yield "pin-new-weak", _pin_typed(floor, WEAK)
    yield "pin-new-again", _pin_typed(floor, "713905")


def _vouchers(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    floor.tap(HOME)
    floor.do(ev.ServicesOpened())
    page = floor.do(ev.ServiceChosen("vouchers"))
    yield "vouchers", page
    assert isinstance(page, views.Listing)
    row = next(row.tells for row in page.rows if row.tells is not None)
    assert isinstance(row, ev.RowChosen)
    yield "voucher", floor.do(row)
    yield "voucher-give-back", floor.do(ev.OptionChosen(row.row, "back"))
    yield "voucher-given-back", _pin_typed(floor, PIN)


def _doubt(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    floor.tap(HOME)
    floor.do(ev.HistoryOpened())
    yield "doubt", floor.do(ev.OptionChosen("history", "doubt"))
    sure = floor.do(ev.RowChosen("1"))
    yield "doubt-sure", sure
    yield "doubt-told", floor.do(_last(sure))


def _unknown_card(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    yield "unknown-card-mine", floor.tap(FRESH)
    floor.do(ev.OptionChosen("card", "mine"))
    _done(floor, PHONE)
    sure = _pin_typed(floor, PIN)
    yield "bind-sure", sure
    yield "bind-done", floor.do(_last(sure))


def _told(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    """What is told where nothing goes on, in the longest words."""
    world, say = floor.world, floor.world.say
    for result in ("done", "later", "no-phone", "limited", "too-often", "code-over", "unproven"):
        yield f"pin-{result}", pin_words.told(world, result)(say, 20)
    yield "pin-locked", pin_locked(world)(say, 20)
    yield "phone-needs-network", phone_sign_in.needs_network(world)(say, 20)
    yield "phone-locked", phone_sign_in.locked(world)(say, 20)
    yield "scanned-not-ours", scanned.not_ours(world)(say, 20)
    for why in ("clock", "stranger", "late"):
        yield f"scanned-{why}", scanned.refused(world, why)(say, 20)  # type: ignore[arg-type]
    assert bind_card.tail_of(Card("mifare-classic", bytes.fromhex("04A1B2C3"))) == "B2C3"


def _type(floor: ShopFloor, digits: str) -> views.View:
    page = floor.now
    assert isinstance(page, views.NumberEntry), page
    return floor.do(*(ev.TextKeyed(page.entry, digit) for digit in digits))


def _done(floor: ShopFloor, digits: str) -> views.View:
    _type(floor, digits)
    page = floor.now
    assert isinstance(page, views.NumberEntry)
    return floor.do(ev.TextKeyed(page.entry, "done"))


def _pin_typed(floor: ShopFloor, digits: str) -> views.View:
    page = floor.now
    assert isinstance(page, views.PinPad), page
    return floor.do(ev.Confirmed(page.ticket, digits))


def _last(view: views.View) -> ev.Event:
    assert isinstance(view, views.Notice), view
    return view.choices[-1].tells


def _leave(floor: ShopFloor) -> None:
    """The next one speaks the same language."""
    spoken = floor.now.frame.language
    floor.do(ev.Left(), ev.LanguageChosen(spoken))
