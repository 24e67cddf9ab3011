"""Every page of staff as the real desk draws it: home, claim desk, each answer, prints to look into."""

from collections.abc import Iterator
from dataclasses import replace

from msgspec.structs import replace as with_

from kiosk import events as ev
from kiosk import views
from kiosk.desk import (
    assisted_join,
    card_care,
    claim_desk,
    credit_pages,
    paper_care,
    replace_card,
    shift_pages,
    staff,
    staff_in_doubt,
    staff_verdict,
    staff_vouchers,
    stock_pages,
)
from kiosk.desk import card_care_pages as pages
from kiosk.desk.by_right import left_on
from kiosk.desk.join import noted
from kiosk.desk.newcomer import Form
from kiosk.desk.visitor import PHONE_NUMBER, Visitor
from kiosk.ledger.entries import Carded, Carding, Credited, Drawer, Release, Sold, Stocked, Taking
from kiosk.ledger.feed import Colleague
from kiosk.ledger.sync import AccountRequest, OwnCard
from kiosk.membership.card_states import STATES, STEPS
from kiosk.membership.cards import Card
from kiosk.membership.claims import ClaimAnswer
from kiosk.membership.vouchers import damm, voucher_number
from kiosk.ports import CounterAnswer, Draft
from tests.journeys.shop import ShopFloor

MEMBER, CARD, GIFT = "6600000001", "6600000801", "G02"
MEI = Colleague(id="mei", name="陈小梅", role="manager")
LIN = Colleague(id="lin", name="Alexandra Lindström", role="assistant")
NUMBER = voucher_number("0001", "04", 1_234_567)
LEFT = 25
NINE = 1_780_272_000_000_000
TAKINGS = (("gift", 97, 116_400), ("rule:topup", 38, 1_140_000), ("member", 12, 0), ("card", 7, 0))
WORDIEST = (
    ClaimAnswer.GIVEN,
    ClaimAnswer.ALREADY,
    ClaimAnswer.FORGED,
    ClaimAnswer.NOT_NOW,
    ClaimAnswer.NOT_SURE,
    ClaimAnswer.UNKNOWN,
)
"""The others say less on the same page."""


def staff_pages(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    """Name -> view, in the language that is spoken now."""
    language = floor.world.say.language
    parts = (_home, _desk, _answers, _open, _in_doubt, _new_card, _card_care, _new_member, _credits, _shift)
    for part in (*parts, _stock):
        floor.do(ev.Left(), ev.LanguageChosen(language))  # a visit ends in the shop's own
        yield from part(floor)


def _stock(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    """Every gift, the longest figures, and how it ends."""
    world, say = floor.world, floor.world.say
    rule = world.rules().stock
    assert rule is not None
    stock = stock_pages.Stock(world, MEI, rule)
    listed = stock_pages.gifts(stock, say, 1, LEFT)
    for number in range(1, listed.pages.pages + 1):
        yield f"stock-gifts-{number}", stock_pages.gifts(stock, say, number, LEFT)
    gift = max(world.replica.gifts(), key=lambda one: len(say.of(one.name)))
    yield "stock-what", stock_pages.what(stock, gift, "t")(say, LEFT)
    came = Stocked(gift=gift.id, pieces=999_999, why="received")
    gone = with_(came, why="missing")
    for body in (came, gone):
        yield f"stock-sure-{body.why}", stock_pages.sure(stock, gift, body, "t")(say, LEFT)
    for wrong in (False, True):
        yield f"stock-second-{wrong}", stock_pages.second_please(stock, gift, gone, wrong=wrong)(say, LEFT)
    for up in (True, False):
        world.connected = up
        yield f"stock-done-{up}", stock_pages.done(stock, gift, came)(say, LEFT)
    world.connected = True
    for trouble in ("later", "stock"):
        yield f"stock-not-free-{trouble}", stock_pages.not_free(stock, gift, trouble)(say, LEFT)
    floor.tap(CARD)
    assert isinstance(floor.now, views.PinPad)
    floor.do(ev.Confirmed(floor.now.ticket, "135790"), ev.StockDeskOpened(), ev.RowChosen(gift.id))
    assert isinstance(floor.now, views.Question)
    floor.do(floor.now.options[0].tells)
    assert isinstance(floor.now, views.NumberEntry)
    keys = [ev.TextKeyed(floor.now.entry, key) for key in ("9", "9", "9", "9", "9", "9", "done")]
    yield "stock-too-many", floor.do(*keys)
    floor.do(ev.Left())


def _shift(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    floor.tap(CARD)
    assert isinstance(floor.now, views.PinPad)
    floor.do(ev.Confirmed(floor.now.ticket, "135790"))
    world, say = floor.world, floor.world.say
    takings = tuple(Taking(what=what, times=times, cents=cents) for what, times, cents in TAKINGS)
    body = Drawer(
        expected=1_306_400,
        counted=1_305_950,
        left=50_000,
        of="mei",
        began=NINE,
        takings=takings,
        reason="change",
    )
    yield "shift-begin", floor.do(ev.ShiftDeskOpened())
    keys = [ev.TextKeyed(floor.now.entry, key) for key in "12345678"]
    yield "shift-counted", floor.do(*keys)
    draft = Draft(with_(body, expected=0, of="", began=0, to="mei", takings=()), operator="mei")
    (entry,) = floor.journal.append(draft)
    for rule in world.rules().credits:
        floor.journal.append(Draft(Credited(rule=rule, asset="cash", units=5, price=12_345_600), member="M1"))
    yield "shift-open", shift_pages.open_shift(world, MEI, "t")(say, LEFT)
    yield "shift-why", shift_pages.why(world, MEI, "t", body)(say, LEFT)
    for to in ("", "mei"):
        yield f"shift-sure-{to}", shift_pages.sure(world, MEI, "t", with_(body, to=to))(say, LEFT)
    for wrong in (False, True):
        yield f"shift-other-{wrong}", shift_pages.other_please(world, MEI, 1_305_950, wrong=wrong)(say, LEFT)
    yield "shift-begun", shift_pages.begun(world, MEI.name, 1_305_950)(say, LEFT)
    yield "shift-report", shift_pages.report(world, MEI, "t", entry, body)(say, LEFT)
    for trouble in ("", "K-PR-01"):
        yield f"shift-printed-{trouble}", shift_pages.came_out(world, trouble)(say, LEFT)
    floor.do(ev.Left())


def _credits(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    """Everything that may be given, and a card with uses that are left."""
    world, say = floor.world, floor.world.say
    answer = floor.office.account(AccountRequest(device=floor.device, card=_hashed(floor, MEMBER)))
    assert answer.account is not None
    till = credit_pages.Till(MEI, answer.account, left_on(world, answer.benefits), "v")
    rules = credit_pages.allowed(world, MEI)
    for again in (False, True):
        yield f"credit-please-{again}", credit_pages.please(world, MEI, again=again)(say, LEFT)
    yield "credit-what", credit_pages.what(world, till, rules, "t", sells=True)(say, LEFT)
    for name in ("topup", "care", "goodwill"):
        rule = rules[name]
        yield f"credit-how-much-{name}", credit_pages.how_much(world, till, rule, "t")(say, LEFT)
        yield f"credit-sure-{name}", credit_pages.sure(world, till, rule, rule.offers[-1], "t")(say, LEFT)
    purchase = Sold(receipt="20261123000417001234", cents=49_999_900, points=749_998)
    yield "sale-sure", credit_pages.sure_of_sale(world, till, purchase, "t")(say, LEFT)
    yield "sale-entered", credit_pages.sold(world, purchase)(say, LEFT)
    yield "sale-too-little", credit_pages.no_point(world, 99)(say, LEFT)
    yield "credit-why", credit_pages.why(world, till, rules["goodwill"], "t")(say, LEFT)
    for wrong in (False, True):
        yield f"credit-second-{wrong}", credit_pages.second_please(world, till, wrong=wrong)(say, LEFT)
    for up in (True, False):
        world.connected = up
        care = rules["care"]
        yield f"credit-given-{up}", credit_pages.given(world, care, care.offers[0])(say, LEFT)
    world.connected = True
    (card,) = till.cards
    yield "credit-use-sure", credit_pages.sure_of_use(world, till, card, "t")(say, LEFT)
    for trouble in ("", "later", "used"):
        yield f"credit-used-{trouble}", credit_pages.used(world, card, trouble)(say, LEFT)


def _new_member(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    """What staff tick, and how it ends for somebody who leaves only a number."""
    world, say = floor.world, floor.world.say
    yield "new-member-wanted", assisted_join.new_member_page(world, say, LIN, "t", LEFT)
    floor.tap(CARD)
    pad = floor.now
    assert isinstance(pad, views.PinPad)
    floor.do(ev.Confirmed(pad.ticket, "135790"), ev.AssistedJoinOpened())
    page = floor.now
    assert isinstance(page, views.Question)
    yield "new-member-ticks", floor.do(page.options[0].tells)
    _leave(floor)
    form = Form("m", "v", phone="13912345678", prospect=True)
    yield "new-member-noted", noted(world, form)(say, LEFT)


def _new_card(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    """Three cards already, and the long name of who helps."""
    world, say = floor.world, floor.world.say
    account = floor.office.account(AccountRequest(device=floor.device, card=_hashed(floor, MEMBER))).account
    assert account is not None
    cards = tuple(OwnCard(card=_hashed(floor, f"77{place}"), tail=f"000{place}") for place in range(1, 4))
    visitor = Visitor(world.ids.uuid7(), account, PHONE_NUMBER, cards=cards)
    yield "new-card-which", replace_card.which_goes(world, LIN, visitor, "t")(say, LEFT)
    for again in (False, True):
        yield f"new-card-please-{again}", replace_card.please(world, LIN, visitor, again=again)(say, LEFT)
    for old in ((), cards[:1]):
        yield f"new-card-sure-{len(old)}", replace_card.sure(world, LIN, "t", (old, "0777"))(say, LEFT)
        for up in (True, False):
            world.connected = up
            yield f"new-card-done-{len(old)}-{up}", replace_card.done(world, old, "0777")(say, LEFT)
    world.connected = True


def _card_care(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    """Every state, every step a manager may take, and what is told of it."""
    world, say = floor.world, floor.world.say
    yield "card-care-hold-it", pages.hold_it(world, MEI, "t")(say, LEFT)
    yield "card-care-nobodys", pages.nobodys(world)(say, LEFT)
    yield "card-care-which", pages.which(world, LIN, "t", ("陈*梅", ("0001", "0002", "0003")))(say, LEFT)
    for state in STATES:
        yield f"card-care-closed-{state}", pages.nothing_to_do(world, "0001", state)(say, LEFT)
        steps = card_care.steps_open(MEI, state)
        yield f"card-care-what-{state}", pages.what_now(world, MEI, "t", ("0001", state, steps))(say, LEFT)
        for step in steps:
            reasons = STEPS[step].reasons
            yield f"card-care-why-{step}", pages.why_so(world, MEI, "t", ("0001", step, reasons))(say, LEFT)
            yield f"card-care-sure-{step}", pages.sure(world, MEI, "t", ("0001", step))(say, LEFT)
            for up in (True, False):
                world.connected = up
                yield f"card-care-done-{step}-{up}", pages.done(world, "0001", step)(say, LEFT)
            world.connected = True


def _hashed(floor: ShopFloor, number: str) -> bytes:
    return floor.world.card_key.hash(Card("virtual-cpu", number.encode()))


def _home(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    yield "pin-pad", floor.tap(CARD)
    pad = floor.now
    assert isinstance(pad, views.PinPad)
    yield "pin-pad-wrong", floor.do(ev.Confirmed(pad.ticket, "000000"))
    _leave(floor)
    world, say = floor.world, floor.world.say
    for person in (MEI, LIN):
        yield f"staff-home-{person.id}", staff.staff_home(world, say, person, LEFT)
    yield "staff-home-locks", staff.staff_home(world, say, MEI, 7)
    for code in ("K-PR-01", "K-PR-03", "K-PR-05"):
        floor.tray.trouble = code
        yield f"staff-printer-{code}", paper_care.printer_page(world, say, MEI, LEFT)
    floor.tray.trouble = ""
    yield "staff-printer-ready", paper_care.printer_page(world, say, MEI, LEFT)
    for step in range(len(paper_care.STEPS)):
        yield f"paper-step-{step + 1}", paper_care.step_page(world, say, MEI, LEFT, step)
    yield "strip-good", paper_care.strip_page(world, say, MEI, LEFT, "")
    yield "strip-bad", paper_care.strip_page(world, say, MEI, LEFT, "K-PR-03")
    yield "staff-waiting", staff_verdict.waiting(world, MEI).draw(say, 0)


def _desk(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    world, say = floor.world, floor.world.say
    wrong = NUMBER[:-1] + str((int(damm(NUMBER[:-1])) + 1) % 10)
    typed = {
        "wrong-digit": claim_desk.Typed(wrong),
        "strange": claim_desk.Typed(strange=True),
        "whole": claim_desk.Typed(NUMBER, "WMQ8ZW"),
    }
    for name, so_far in typed.items():
        yield f"claim-desk-{name}", claim_desk.desk_page(world, say, MEI, so_far, LEFT)
    world.scanners.add("scanner")
    yield "claim-desk-scanner", claim_desk.desk_page(world, say, MEI, claim_desk.Typed(), LEFT)


def _answers(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    """The longest answers about a voucher, with all that may be known of it."""
    asked = ev.ClaimAsked("r", NUMBER, "ABCDEF", MEI.id)
    for answer in WORDIEST:
        said = CounterAnswer(answer, "", "", floor.clock.now(), GIFT, 4)
        view = staff_verdict.claimed(floor.world, MEI, asked, said)(floor.world.say, 0)
        yield f"verdict-{answer.value}", view
    assert isinstance(view, views.Verdict)
    yield "verdict-no-gift", replace(view, gift="", picture="")


def _open(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    """Four prints that nobody could vouch for: a full page and one more."""
    world, say = floor.world, floor.world.say
    yield "open-vouchers-none", staff_vouchers.open_vouchers(world, say, MEI, 1, LEFT)
    floor.tray.ends = ev.Outcome.UNKNOWN
    for _ in range(staff_vouchers.ROWS + 1):
        floor.tap(MEMBER)
        while isinstance(floor.now, views.Notice):  # what is offered to be printed again
            floor.do(ev.WentBack())
        floor.choose(GIFT)
        floor.confirm()
        _leave(floor)
    floor.tray.ends = ev.Outcome.CONFIRMED
    yield "open-vouchers", staff_vouchers.open_vouchers(world, say, MEI, 1, LEFT)
    (operation, *_others) = staff_vouchers.to_look_into(world)
    yield "second-look", staff_vouchers.second_look(world, say, MEI, operation, LEFT)
    for name, state in (("void", "voided"), ("not-void", "unknown")):
        if state == "voided":
            floor.void(operation.redeem.voucher)
        said = CounterAnswer(ClaimAnswer.VOID, say("Nothing was changed"))
        yield f"verdict-made-{name}", staff_verdict.made_void(world, MEI, operation, said)(say, 0)
        (operation, *_others) = staff_vouchers.to_look_into(world)


def _in_doubt(floor: ShopFloor) -> Iterator[tuple[str, views.View]]:
    """A full page of cards in doubt, and each story that staff are told."""
    world, say = floor.world, floor.world.say
    for place in range(staff_vouchers.ROWS):
        begun = Carding(
            move=f"move-{place}", what="debit", card=bytes([place]) * 32, amount=1_000, before=12_345,
            counter=place, random=b"rand", terminal=b"t" * 6, number=place, moment=b"m" * 7,
        )  # fmt: skip
        world.journal.append(Draft(begun, member="unknown-here-0001"))
    pages = staff_vouchers.open_vouchers(world, say, MEI, 1, LEFT).pages
    yield "cards-in-doubt", staff_vouchers.open_vouchers(world, say, MEI, pages, LEFT)
    yield "card-in-doubt", staff_in_doubt.story(world, say, MEI, "move-0", LEFT)
    ended = Carded(move="move-0", what="debit", card=bytes(32), amount=1_000, end="disputed")
    world.journal.append(Draft(ended, member="unknown-here-0001"))
    yield "card-disputed", staff_in_doubt.story(world, say, MEI, "move-0", LEFT)
    operation = staff_vouchers.to_look_into(world)[0]
    world.journal.append(Draft(Release(op=operation.redeem.op, voucher=operation.redeem.voucher, to="")))
    yield "print-elsewhere", staff_in_doubt.story(world, say, MEI, operation.redeem.op, LEFT)


def _leave(floor: ShopFloor) -> None:
    """The next one speaks the same language."""
    spoken = floor.now.frame.language
    floor.do(ev.Left(), ev.LanguageChosen(spoken))
