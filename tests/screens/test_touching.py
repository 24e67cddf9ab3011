"""Fingers on the real window: each button says its own event, and nothing else does harm."""

import threading
from dataclasses import replace

import pytest

from kiosk import events as ev
from kiosk import views
from kiosk.screens.curtain import SteppedPilot
from kiosk.screens.samples import Samples
from kiosk.screens.tokens import look
from kiosk.screens.widgets.buttons import Push
from tests.screens.hearing import Told

pytestmark = pytest.mark.window


def enter(window: SteppedPilot, digits: str) -> None:
    for digit in digits:
        window.tap(digit)


@pytest.mark.parametrize(
    ("name", "text", "event"),
    [
        ("attract", "Browse the gifts", ev.ShelfOpened()),
        ("attract", "繁體中文", ev.LanguageChosen("zh_TW")),
        ("attract", "Call staff", ev.StaffCalled()),
        ("home", "Choose a gift", ev.ShelfOpened()),
        ("home", "Points history", ev.HistoryOpened()),
        ("home", "Exit", ev.Left()),
        ("shelf", "Rose hand cream", ev.GiftChosen("g2")),
        ("shelf", "Fragrance", ev.CategoryChosen("2")),
        ("shelf", "Within reach", ev.ReachToggled()),
        ("shelf", "Next", ev.PageTurned(2)),
        ("shelf", "Back", ev.WentBack()),
        ("confirm", "Cancel", ev.WentBack()),
        ("voucher", "I have it, finish", ev.VoucherTaken()),
        ("voucher", "Keep using", ev.Stayed()),
        ("printer", "Yes, I have it", ev.PaperSeen(True)),
        ("printer", "No", ev.PaperSeen(False)),
        ("history", "Previous", ev.PageTurned(1)),
        ("menu", "Next", ev.PageTurned(9)),
        ("menu_last", "Previous", ev.PageTurned(1)),
        ("still_there", "Keep using", ev.Stayed()),
        ("still_there", "Exit now", ev.Left()),
    ],
)
def test_a_button_says_its_event(
    window: SteppedPilot, told: Told, name: str, text: str, event: ev.Event
) -> None:
    window.show(Samples("en").every()[name])
    window.tap(text)
    assert told.but(ev.Touched) == [event]


def test_what_rests_says_nothing(window: SteppedPilot, told: Told) -> None:
    window.show(Samples("en").shelf())
    window.tap("Travel tumbler")
    window.tap("First page")
    assert told.but(ev.Touched) == []


def test_behind_the_dialog_nothing_listens(window: SteppedPilot, told: Told) -> None:
    window.show(Samples("en").still_there())
    window.touch(540, 60)
    window.touch(900, 60)
    assert told.but(ev.Touched) == []


def test_any_touch_says_somebody_is_here_but_not_too_often(
    window: SteppedPilot, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.show(Samples("en").home())
    window.app.stage._touched_at = float("-inf")
    monkeypatch.setattr(type(look), "touched_every_s", 3600)  # however slow the machine
    for _ in range(5):
        window.touch(20, 1900)
    assert told.events == [ev.Touched()]
    monkeypatch.setattr(type(look), "touched_every_s", 0)
    window.touch(20, 1900)
    assert told.events == [ev.Touched(), ev.Touched()]


def test_the_pin_is_said_once_and_never_drawn(window: SteppedPilot, told: Told) -> None:
    view = replace(Samples("en").confirm(), ticket="t-once")
    window.show(view)
    enter(window, "135790")
    assert not any("135790" in text for text in window.texts())
    assert window.app.stage.page.typed == 6
    window.tap(view.confirm)
    window.tap(view.confirm)
    assert told.but(ev.Touched) == [ev.Confirmed("t-once", "135790")]
    assert not window.app.stage.page.ready


def test_an_error_or_a_new_ticket_starts_over(window: SteppedPilot, told: Told) -> None:
    view = replace(Samples("en").confirm(), ticket="t-1")
    window.show(view)
    enter(window, "111111")
    window.tap(view.confirm)
    window.show(replace(view, error="That PIN is not right."))
    assert window.app.stage.page.typed == 0
    enter(window, "222222")
    window.tap(view.confirm)
    window.show(replace(view, ticket="t-2"))
    enter(window, "333333")
    window.tap(view.confirm)
    assert told.but(ev.Touched) == [
        ev.Confirmed("t-1", "111111"),
        ev.Confirmed("t-1", "222222"),
        ev.Confirmed("t-2", "333333"),
    ]


@pytest.mark.parametrize("digits", ["", "24681", "246810"])
def test_confirm_looks_ready_exactly_when_it_is(window: SteppedPilot, digits: str) -> None:
    view = replace(Samples("en").confirm(), ticket=f"t-look-{digits}")
    window.show(view)
    for digit in digits:
        window.tap(digit)
    (button,) = (push for push in window.parts(Push) if push.label == view.confirm)
    assert button.able is (len(digits) == view.pin_length)


def test_too_few_digits_confirm_nothing(window: SteppedPilot, told: Told) -> None:
    view = replace(Samples("en").confirm(), ticket="t-few")
    window.show(view)
    enter(window, "12345")
    window.tap(view.confirm)
    window.tap("6")
    window.tap("7")
    assert window.app.stage.page.typed == 6
    window.tap("Delete")
    assert window.app.stage.page.typed == 5
    window.tap("Clear")
    assert window.app.stage.page.typed == 0
    assert told.but(ev.Touched) == []


def test_keys_and_the_right_button_do_nothing(window: SteppedPilot, told: Told) -> None:
    from kivy.core.window import Window

    window.show(Samples("en").home())
    before = window.texts()
    for key, code in ((282, 58), (27, 41), (13, 40), (49, 30)):
        Window.dispatch("on_key_down", key, code, "1", [])
        Window.dispatch("on_keyboard", key, code, "1", [])
    Window.dispatch("on_textinput", "1234567890")
    assert Window.dispatch("on_request_close", source="keyboard")
    x, y = Window.width / 2, Window.height / 4
    window.touch(x, y, button="right")
    assert told.events == []
    assert window.texts() == before
    assert len(Window.children) == 1


def test_another_thread_may_show_and_only_the_last_is_drawn(window: SteppedPilot) -> None:
    window.show(Samples("en").home())
    busy = Samples("en").every()["busy"]
    shown = [replace(busy, title=f"Number {n}") for n in range(50)]

    def hurry() -> None:
        for view in shown:
            window.app.show(view)

    thread = threading.Thread(target=hurry)
    thread.start()
    thread.join()
    assert window.until(lambda: "Number 49" in window.texts())


def test_pages_of_another_kind_slide_in(window: SteppedPilot, told: Told) -> None:
    from kiosk.screens.tokens import Modes, look

    window.show(Samples("en").home())
    look.use(Modes())
    window.app.show(Samples("en").shelf())
    assert window.until(lambda: not window.app.stage.still)
    window.touch(540, 1700)
    assert window.app.stage.still
    assert len(window.app.stage.children) == 1
    look.use(Modes(less_motion=True))


def test_only_the_clock_changes(window: SteppedPilot) -> None:
    view = Samples("en").voucher()
    window.show(view)
    page = window.app.stage.page
    window.show(replace(view, seconds_left=23))
    assert window.app.stage.page is page
    assert "23" in window.texts()
    assert "24" not in window.texts()


def test_the_first_frame_is_announced_once(window: SteppedPilot, told: Told) -> None:
    window.show(Samples("en").home())
    window.show(Samples("en").attract())
    assert told.first_frames == 1


def test_an_unknown_picture_is_a_gift_box(window: SteppedPilot) -> None:
    confirm = replace(Samples("en").confirm(), picture="../../etc/passwd")
    window.show(confirm)
    assert isinstance(window.app.stage.page.view, views.Confirm)
