"""Pages that are typed at, in the real window: nothing is cut, every key says itself, no finger is lost."""

import os
from collections.abc import Iterator
from itertools import product

import pytest
from kivy.base import EventLoop

from kiosk import events as ev
from kiosk.desk.number_entry import NumberAsk, number_page
from kiosk.desk.text_entry import TextAsk, enter_text
from kiosk.desk.world import World
from kiosk.screens.curtain import SteppedPilot
from kiosk.screens.pilot import Finger
from kiosk.screens.tokens import Modes, look
from kiosk.screens.widgets.keyboard import PadKey
from kiosk.words import LANGUAGES
from tests.journeys.shop import ShopFloor
from tests.screens.hearing import Told
from tests.screens.judging import faults
from tests.screens.typing_pages import typing_pages
from tests.typing.engine import the_engine
from tests.typing.hand import Hand

pytestmark = pytest.mark.window

EVERY = os.environ.get("KIOSK_EVERY_PAGE", "")
SIZES = ((1080, 1920), (1280, 800), (800, 1280), (800, 480))
USUAL = {("en", SIZES[0]), ("zh_CN", SIZES[1]), ("zh_TW", SIZES[3])}
TRIED = [one for one in product(LANGUAGES, SIZES) if EVERY or one in USUAL]
MODES = (Modes(), Modes(large_text=True), Modes(low_reach=True), Modes(large_text=True, low_reach=True))


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopFloor]:
    made = ShopFloor(tmp_path_factory.mktemp("shop"))
    made.world.typing = the_engine()
    yield made
    made.crash()


@pytest.fixture
def world(floor: ShopFloor) -> World:
    return floor.world


@pytest.mark.parametrize(("language", "size"), TRIED)
def test_nothing_is_cut_or_collides(
    window: SteppedPilot, world: World, language: str, size: tuple[int, int]
) -> None:
    window.resize(size)
    found = {}
    pages = list(typing_pages(world, language))
    for modes in MODES[1:] if EVERY == "modes" else MODES[:1]:
        for name, view in pages:
            if size[0] < size[1] or "narrow" not in name:
                look.use(modes)
                window.lay(view)
                found[f"{name} {modes}"] = faults(window)
    look.use(look.own_modes)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_a_name_is_typed_with_fingers(window: SteppedPilot, world: World, told: Told) -> None:
    hand = Hand(world, enter_text(world, TextAsk("Done", kind="name")))
    for text in ("w", "u", "吴"):
        window.show(hand.sees)
        window.tap(text)
        hand.tell(*told.but(ev.Touched))
        told.events.clear()
    window.show(hand.sees)
    assert window.app.stage.page.view.value == "吴"
    window.tap_icon("del")
    assert told.but(ev.Touched) == [ev.TextKeyed(hand.sees.entry, "back")]


def test_two_fingers_are_two_keys_in_their_order(window: SteppedPilot, world: World, told: Told) -> None:
    hand = Hand(world, enter_text(world, TextAsk("Done")), "en")
    window.show(hand.sees)
    spots = {key.label: key.center for key in window.parts(PadKey)}
    fingers = [Finger(1000 + at, *spots[letter]) for at, letter in enumerate("ab")]
    for finger in fingers:
        finger.scale_for_screen(*window.app.stage.size)
        EventLoop.post_dispatch_input("begin", finger)
    hand.tell(*told.but(ev.Touched))
    window.show(hand.sees)
    for finger in fingers:
        EventLoop.post_dispatch_input("end", finger)
    window.settle()
    assert hand.sees.value == "ab"
    assert told.but(ev.Touched) == [ev.TextKeyed(hand.sees.entry, letter) for letter in "ab"]


def test_keys_stay_under_the_finger_while_the_text_grows(window: SteppedPilot, world: World) -> None:
    hand = Hand(world, enter_text(world, TextAsk("Done")), "en")
    window.show(hand.see("a"))
    before = {key.label: key for key in window.parts(PadKey)}
    window.show(hand.see("b"))
    after = {key.label: key for key in window.parts(PadKey)}
    assert after == before, "a key that is made anew loses the finger on it"


def test_what_rests_says_nothing(window: SteppedPilot, world: World, told: Told) -> None:
    hand = Hand(world, enter_text(world, TextAsk("Done", least=3)), "en")
    window.show(hand.see("a"))
    window.tap(hand.world.say("Done"))
    assert told.but(ev.Touched) == []
    window.show(hand.see("b", "c"))
    window.tap(hand.world.say("Done"))
    assert told.but(ev.Touched) == [ev.TextKeyed(hand.sees.entry, "done")]


def test_digits_are_said_as_they_are_typed(window: SteppedPilot, world: World, told: Told) -> None:
    view = number_page(world, world.say, NumberAsk("Done", "Done"), "t", "1380013800")
    window.show(view)
    for key in ("7", "0", view.backspace, view.clear, view.submit.label):
        window.tap(key)
    assert told.but(ev.Touched) == [ev.TextKeyed("t", key) for key in ("7", "0", "back", "clear")]
