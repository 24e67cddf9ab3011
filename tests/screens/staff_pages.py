"""Every page of staff as the real desk draws it: home, claim desk, each answer, prints to look into."""

from collections.abc import Iterator
from dataclasses import replace

from kiosk import events as ev
from kiosk import views
from kiosk.desk import claim_desk, paper_care, staff, staff_verdict, staff_vouchers
from kiosk.ledger.feed import Colleague
from kiosk.membership.claims import ClaimAnswer
from kiosk.membership.vouchers import damm, voucher_number
from kiosk.ports import CounterAnswer
from tests.journeys.shop import ShopFloor

MEMBER, CARD, GIFT = "6600000001", "6600000801", "G02"
MEI = Colleague(id="mei", name="陈小梅", role="manager")
LIN = Colleague(id="lin", name="Alexandra Lindström", role="assistant")
NUMBER = voucher_number("0001", "04", 1_234_567)
LEFT = 25
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
    yield from _home(floor)
    yield from _desk(floor)
    yield from _answers(floor)
    yield from _open(floor)


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


def _leave(floor: ShopFloor) -> None:
    """The next one speaks the same language."""
    spoken = floor.now.frame.language
    floor.do(ev.Left(), ev.LanguageChosen(spoken))
