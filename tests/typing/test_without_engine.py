"""Letters and digits need no engine; a visitor who reads Chinese is told whom to ask."""

import pytest

from kiosk import events as ev
from kiosk import views
from kiosk.appliance import panel_mm
from kiosk.desk.number_entry import NumberAsk, enter_number, number_or_choice
from kiosk.desk.pads import NARROW_MM
from kiosk.desk.privacy import HIDDEN, redacted
from kiosk.desk.text_entry import OnCard, TextAsk, enter_text
from kiosk.desk.world import World
from kiosk.settings import Screen
from tests.typing.hand import Hand, narrow

NAME = TextAsk("Done", kind="name", least=2, most=12, card=OnCard("silver", "Done"))
CODE = TextAsk("Done", kind="code", least=6, most=6)
PHONE = NumberAsk("Done", "Done")


def test_a_latin_name_has_its_capitals(world: World) -> None:
    hand = Hand(world, enter_text(world, NAME), "en")
    hand.tap("A", *"nna", "space", "L", *"ee", "-", "M", "done")
    assert hand.given == "Anna Lee-M"


def test_spaces_and_limits(world: World) -> None:
    hand = Hand(world, enter_text(world, NAME), "en")
    hand.tap("space")
    assert hand.sees.value == "", "nothing begins with a space"
    hand.tap("A", "space", "space")
    assert hand.sees.value == "A "
    hand.say("done")
    assert not hand.over, "one letter is no name here"
    for _ in range(20):
        hand.say("b")
    assert len(hand.sees.value) == NAME.most
    hand.tap("back", "clear", "X", "y", "space", "done")
    assert hand.given == "Xy"


def test_keys_of_another_page_or_pad_change_nothing(world: World) -> None:
    hand = Hand(world, enter_text(world, NAME), "en")
    entry = hand.sees.entry
    for stray in ("9", "choose:0:王", "choose:x", "leaf:1", "pad:pinyin", "pad:nothing", "", ":", "Ä", "ab"):
        hand.say(stray)
    hand.tell(ev.TextKeyed("other/latin", "a"), ev.Ticked(1.0), ev.Keyed("number", "1"))
    assert (hand.sees.value, hand.sees.entry, hand.over) == ("", entry, False)


def test_what_is_wrong_stands_there_until_the_next_key(world: World) -> None:
    ask = TextAsk("Done", least=1, check=lambda say, text: say("Clear") if text == "no" else "")
    hand = Hand(world, enter_text(world, ask), "en")
    hand.tap("n", "o", "done")
    assert (hand.sees.error, hand.over) == ("Clear", False)
    hand.tap("back")
    assert hand.sees.error == ""
    hand.tap("done")
    assert hand.given == "n"


def test_a_code_has_digits_beside_letters_and_no_pads(world: World) -> None:
    hand = Hand(world, enter_text(world, CODE), "zh_CN")
    assert hand.sees.hint == "", "nobody needs Chinese for a code"
    assert hand.sees.bar == ()
    hand.tap("7", "a", "b", "shift", "C", "-", "0", "done")
    assert hand.given == "7abC-0"


def test_a_narrow_panel_has_digits_on_a_pad_of_their_own(world: World) -> None:
    hand = Hand(narrow(world), enter_text(world, CODE), "en")
    hand.tap("a", "-", "pad:digits", *"1234", "done")
    assert hand.given == "a-1234"


@pytest.mark.parametrize("language", ["zh_CN", "zh_TW"])
def test_without_an_engine_staff_are_asked(world: World, language: str) -> None:
    hand = Hand(world, enter_text(world, NAME), language)
    world.say.language = language
    assert hand.sees.error == world.say(
        "Chinese cannot be typed at this kiosk right now. Please ask our staff."
    )
    assert {key.key for key in hand.offered()}.isdisjoint({"pad:pinyin", "pad:nine", "pad:stroke"})


@pytest.mark.parametrize("kind", ["name", "text", "code"])
@pytest.mark.parametrize("width_mm", [0, 135])
def test_no_row_is_wider_than_its_columns(world: World, kind: str, width_mm: int) -> None:
    hand = Hand(narrow(world, width_mm), enter_text(world, TextAsk("Done", kind=kind)), "en")
    for pad in ("latin", "digits"):
        hand.say(f"pad:{pad}")
        view = hand.sees
        assert [row for row in view.rows if sum(key.units for key in row) > view.columns + 0.01] == []
        assert all(key.units > 0 for row in view.rows for key in row)


def test_going_back_gives_nothing(world: World) -> None:
    hand = Hand(world, enter_text(world, NAME), "en")
    hand.tap("A")
    hand.tell(ev.WentBack())
    assert (hand.over, hand.given) == (True, None)


def test_nothing_typed_survives_the_question_whether_anybody_is_there(world: World) -> None:
    hand = Hand(world, enter_text(world, NAME), "en")
    hand.tap("Q", *"xz")
    shown = repr(redacted(hand.sees)) + str(redacted(hand.sees))
    view = redacted(hand.sees)
    assert isinstance(view, views.TextEntry)
    assert view.card is not None
    assert (view.value, view.card.name, view.preedit) == (HIDDEN, HIDDEN, "")
    assert "Qxz" not in shown
    assert "Qxz" not in repr(hand.sees), "a view that is logged says nothing of it"
    assert "x" not in repr(ev.TextKeyed("entry", "x")).replace("TextKeyed", "")


def digits(world: World, journey: object, *keys: str) -> tuple[views.NumberEntry, object]:
    page = next(journey)  # type: ignore[call-overload]
    view = page.draw(world.say, 0)
    for key in keys:
        try:
            page = journey.send(ev.TextKeyed(view.entry, key))  # type: ignore[attr-defined]
        except StopIteration as ended:
            return view, ended.value
        view = page.draw(world.say, 0)
    return view, None


def test_a_phone_number_stands_in_groups(world: World) -> None:
    view, _ = digits(world, enter_number(world, PHONE), *"13800", "x", "back", "2")
    assert (view.groups, view.ready) == (("138", "02", ""), False)
    view, given = digits(world, enter_number(world, PHONE), "done", *"138001380009", "done")
    assert given == "13800138000", "the twelfth digit is none, and no half number is taken"
    hidden = redacted(view)
    assert isinstance(hidden, views.NumberEntry)
    assert hidden.groups == (HIDDEN,) * 3
    assert "138" not in repr(view)


def test_something_else_may_be_chosen_instead(world: World) -> None:
    again = views.Choice("Again", ev.Submitted("again"))
    journey = number_or_choice(world, NumberAsk("Done", "Done", groups=(3, 3)), lambda _say: (again,))
    page = next(journey)
    with pytest.raises(StopIteration) as ended:
        journey.send(again.tells)
    assert (ended.value.value, isinstance(page.draw(world.say, 0), views.NumberEntry)) == (again.tells, True)


@pytest.mark.parametrize(
    ("width", "height", "inches", "wide"),
    [(800, 1280, 10.1, False), (1080, 1920, 21.5, True), (1080, 1920, 0, True)],
)
def test_a_narrow_panel_is_known_by_its_settings(width: int, height: int, inches: float, wide: bool) -> None:
    across = panel_mm(Screen(width=width, height=height, inches=inches))
    assert (across == 0 or across >= NARROW_MM) is wide
    assert (across == 0) is (inches == 0)
