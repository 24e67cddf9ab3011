"""Fingers on the pages of staff: each key says itself, what rests says nothing."""

from dataclasses import replace

import pytest

from kiosk import events as ev
from kiosk import views
from kiosk.membership.vouchers import CHECK_ALPHABET
from kiosk.screens.curtain import SteppedPilot
from kiosk.screens.widgets.buttons import Push
from tests.screens.hearing import Told
from tests.screens.judging import faults

pytestmark = pytest.mark.window

FRAME = views.Frame("en", "Sample House", "Mei", ("back", "leave"), ("Back", "Sign out"))
DESK = views.ClaimDesk(
    frame=FRAME,
    title="Claim a voucher",
    number_label="Voucher number",
    groups=("0001", "03", "", ""),
    group_sizes=(4, 4, 4, 2),
    check_label="Check code",
    check="",
    check_size=6,
    typing="number",
    keys="1234567890",
    hint="Type the 14 digits",
    error="",
    clear="Clear",
    backspace="Delete",
    submit=views.Choice("Check this voucher", ev.VoucherTyped(), icon="check", primary=True),
    ready=False,
)
CHECK = replace(DESK, groups=("0001", "0300", "0000", "19"), typing="check", keys=CHECK_ALPHABET)
VERDICT = views.Verdict(
    frame=FRAME,
    tone="go",
    icon="check",
    headline="Valid: hand over the gift",
    sentence="It is claimed now.",
    gift_label="Gift",
    gift="Hand cream",
    picture="gift_02",
    number_label="Voucher number",
    number="0001 0300 0000 19",
    facts=(),
    choices=(views.Choice("Next voucher", ev.NextVoucher(), icon="ticket", primary=True),),
)
PAD = views.PinPad(
    frame=FRAME,
    title="Staff sign-in",
    sentence="Hello, Mei",
    ticket="t-1",
    pin_label="Staff PIN",
    pin_hint="Cover the pad",
    pin_length=6,
    error="",
    clear="Clear",
    backspace="Delete",
    cancel="Cancel",
    confirm="Sign in",
)


def test_digits_are_said_as_they_are_typed(window: SteppedPilot, told: Told) -> None:
    window.show(DESK)
    for key in ("7", "0", "Delete", "Clear", "Check this voucher"):
        window.tap(key)
    assert told.but(ev.Touched) == [ev.Keyed("number", key) for key in ("7", "0", "back", "clear")]


@pytest.mark.parametrize("size", [(1080, 1920), (1280, 800), (800, 1280)])
def test_every_key_of_the_check_code_can_be_hit(
    window: SteppedPilot, told: Told, size: tuple[int, int]
) -> None:
    window.resize(size)
    window.show(CHECK)
    assert faults(window) == []
    for key in (*CHECK_ALPHABET, "Delete", "Clear"):
        (push,) = (push for push in window.parts(Push) if push.label == key)
        window.touch(*push.center, frames=0)
    said = [ev.Keyed("check", key) for key in (*CHECK_ALPHABET, "back", "clear")]
    assert told.but(ev.Touched) == said


def test_the_pad_follows_what_is_typed_without_a_new_page(window: SteppedPilot, told: Told) -> None:
    window.show(DESK)
    page = window.app.stage.page
    window.show(CHECK)
    assert window.app.stage.page is page
    assert "Z" in window.texts()
    window.show(replace(CHECK, check="WMQ8ZW", ready=True))
    assert "WMQ8ZW" in window.texts()
    window.tap("Check this voucher")
    assert told.but(ev.Touched) == [ev.VoucherTyped()]
    window.show(DESK)
    assert "Z" not in window.texts()


def test_an_error_stands_in_the_place_of_the_hint(window: SteppedPilot) -> None:
    window.show(replace(DESK, error="One digit is wrong."))
    assert "One digit is wrong." in window.texts()
    assert DESK.hint not in window.texts()


def test_an_answer_says_what_is_pressed_and_shows_its_gift(window: SteppedPilot, told: Told) -> None:
    window.show(VERDICT)
    assert {VERDICT.headline, VERDICT.gift, VERDICT.number} <= set(window.texts())
    window.tap("Next voucher")
    window.tap("Sign out")
    assert told.but(ev.Touched) == [ev.NextVoucher(), ev.Left()]


def test_the_three_answers_differ_in_their_greys(window: SteppedPilot, tmp_path) -> None:
    from PIL import Image

    greys = {}
    for tone in ("go", "stop", "wait"):
        window.show(replace(VERDICT, tone=tone))
        with Image.open(window.shoot(tmp_path / f"{tone}.png")) as shot:
            greys[tone] = shot.convert("L").getpixel((20, 200))
    assert greys["stop"] + 100 < greys["go"] < greys["wait"] - 15


def test_a_staff_pin_is_said_once_and_never_drawn(window: SteppedPilot, told: Told) -> None:
    window.show(PAD)
    for digit in "135790":
        window.tap(digit)
    assert not any("135790" in text for text in window.texts())
    window.tap("Sign in")
    window.tap("Sign in")
    assert told.but(ev.Touched) == [ev.Confirmed("t-1", "135790")]


def test_a_wait_can_be_cancelled(window: SteppedPilot, told: Told) -> None:
    cancel = views.Choice("Cancel", ev.WentBack(), icon="x")
    window.show(views.Busy(FRAME, "One moment", "Another kiosk is being asked.", (cancel,)))
    window.tap("Cancel")
    assert told.but(ev.Touched) == [ev.WentBack()]


def test_each_print_has_its_own_answers(window: SteppedPilot, told: Told) -> None:
    numbers = ("00010300000019", "00010300000024")
    rows = tuple(
        views.OpenVoucher(
            number, "12:00", "Hand cream", "W***", (views.Choice("No paper", ev.NoPaperFound(number)),)
        )
        for number in numbers
    )
    page = views.OpenVouchers(FRAME, "To look into", "Look first.", rows, "", 1, 1, "1 of 1", "First", "Last")
    window.show(page)
    for push in [push for push in window.parts(Push) if push.label == "No paper"]:
        window.touch(*push.center)
    assert sorted(told.but(ev.Touched), key=lambda event: event.number) == [
        ev.NoPaperFound(number) for number in numbers
    ]


@pytest.mark.parametrize("size", [(1080, 1920), (1280, 800), (800, 480)])
def test_the_next_question_of_a_pad_says_its_own_words(window: SteppedPilot, size: tuple[int, int]) -> None:
    window.resize(size)
    window.lay(PAD)
    window.lay(replace(PAD, ticket="t-2", confirm="Set it", cancel="Not now"))
    assert {"Set it", "Not now"} <= set(window.texts())
    assert not {PAD.confirm, PAD.cancel} & set(window.texts())
