"""The button for easier use: what it switches, and that the next visitor starts anew."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk import events as ev
from kiosk.screens.curtain import SteppedPilot
from kiosk.screens.samples import Samples
from kiosk.screens.tokens import look
from kiosk.screens.widgets.words import Words
from tests.screens.hearing import Told
from tests.screens.judging import faults

pytestmark = pytest.mark.window

ATTRACT, HOME = Samples("en").attract(), Samples("en").home()
EASE = ATTRACT.ease
assert EASE is not None


@pytest.fixture
def opened(window: SteppedPilot) -> Iterator[SteppedPilot]:
    window.show(ATTRACT)
    window.tap(EASE.button)
    yield window
    look.use(look.own_modes)
    window.show(HOME)


def sizes(window: SteppedPilot) -> set[float]:
    return {look.size_of(words.drawn_style) for words in window.parts(Words) if words.text.strip()}


def test_large_text_is_large_for_this_panel(opened: SteppedPilot) -> None:
    assert min(sizes(opened)) < look.large_size
    opened.tap(EASE.large_text)
    opened.tap(EASE.done)
    assert EASE.button in opened.texts()
    assert min(sizes(opened)) >= look.large_size
    opened.show(HOME)
    assert min(sizes(opened)) >= look.large_size


def test_strong_contrast_is_black_on_white(opened: SteppedPilot, tmp_path: Path) -> None:
    from PIL import Image

    opened.tap(EASE.high_contrast)
    opened.tap(EASE.done)
    opened.show(HOME)
    with Image.open(opened.shoot(tmp_path / "home.png")) as shot:
        corner = shot.convert("RGB").getpixel((10, 10))
    assert corner == (255, 255, 255)
    assert look.ink[:3] == (0.0, 0.0, 0.0)


def test_a_switch_says_its_state_in_words(opened: SteppedPilot) -> None:
    assert EASE.on not in opened.texts()
    opened.tap(EASE.low_reach)
    assert opened.texts().count(EASE.on) == 1


def test_the_desk_hears_nothing_of_it(opened: SteppedPilot, told: Told) -> None:
    opened.tap(EASE.low_reach)
    opened.tap(EASE.done)
    assert told.but(ev.Touched) == []


def test_the_next_visitor_starts_like_every_visitor(opened: SteppedPilot, tmp_path: Path) -> None:
    look.use(look.own_modes)
    opened.show(HOME)
    opened.show(ATTRACT)
    fresh = opened.shoot(tmp_path / "fresh.png").read_bytes()
    opened.tap(EASE.button)
    for switch in (EASE.large_text, EASE.low_reach, EASE.high_contrast):
        opened.tap(switch)
    opened.tap(EASE.done)
    assert opened.shoot(tmp_path / "eased.png").read_bytes() != fresh
    opened.show(HOME)
    opened.show(ATTRACT)
    assert opened.shoot(tmp_path / "next.png").read_bytes() == fresh


def test_a_card_at_the_reader_goes_before_the_switches(opened: SteppedPilot) -> None:
    opened.tap(EASE.large_text)
    opened.show(HOME)
    assert HOME.greeting in opened.texts()
    assert look.large


def test_another_language_is_taken_under_the_switches(opened: SteppedPilot) -> None:
    opened.tap(EASE.large_text)
    opened.show(replace(ATTRACT, sentence="Something else"))
    opened.tap(EASE.done)
    assert "Something else" in opened.texts()
    assert look.large


def test_whoever_walks_away_leaves_nothing_behind(opened: SteppedPilot) -> None:
    opened.tap(EASE.large_text)
    opened.app.stage._forget()
    assert look.modes == look.own_modes
    assert EASE.button in opened.texts()


@pytest.mark.parametrize("size", [(1080, 1920), (1280, 800), (800, 480)])
def test_only_what_changes_anything_is_offered(window: SteppedPilot, size: tuple[int, int]) -> None:
    window.resize(size)
    window.show(ATTRACT)
    window.tap(EASE.button)
    assert faults(window) == []
    assert (EASE.low_reach in window.texts()) is (EASE.large_text in window.texts()) is (size == (1080, 1920))
    assert EASE.high_contrast in window.texts()
    window.show(HOME)
