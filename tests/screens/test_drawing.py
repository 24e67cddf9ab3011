"""Every sample view through the real window, in each size and each language; the gallery tries them all."""

import os
from pathlib import Path

import pytest
from kivy.core.window import Window

from kiosk import views
from kiosk.screens.curtain import SteppedPilot
from kiosk.screens.samples import LANGUAGES, Samples
from tests.screens.judging import faults

pytestmark = pytest.mark.window

TOO_WORDY = ("listing", "question", "question_many")
"""Samples with more words than a small panel has room for."""
NAMES = tuple(Samples("en").every())


@pytest.mark.parametrize(
    ("language", "size"),
    [
        ("zh_CN", (1080, 1920)),
        ("en", (1080, 1920)),
        ("zh_TW", (1280, 800)),
        ("en", (800, 1280)),
        ("en", (800, 480)),
    ],
    ids=["portrait", "portrait-en", "landscape", "short-portrait", "small"],
)
def test_nothing_is_cut_or_collides(window: SteppedPilot, language: str, size: tuple[int, int]) -> None:
    window.resize(size)
    found = {}
    for name, view in Samples(language).every().items():
        if size == (800, 480) and name in TOO_WORDY:
            continue
        window.lay(view)
        found[name] = faults(window)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("name", NAMES)
def test_its_words_are_on_the_screen(window: SteppedPilot, name: str) -> None:
    view = Samples("zh_CN").every()[name]
    window.show(view)
    texts = window.texts()
    assert texts
    if not isinstance(view, views.StillThere):
        assert view.frame.shop in texts
        assert set(view.frame.foot_labels) <= set(texts)
    if title := getattr(view, "title", ""):
        assert title in texts


def test_markup_in_a_name_is_only_text(window: SteppedPilot) -> None:
    from dataclasses import replace

    home = replace(Samples("en").home(), greeting="[b]Eve[/b] [color=ff0000]x")
    window.show(home)
    assert "[b]Eve[/b] [color=ff0000]x" in window.texts()


def test_control_characters_are_left_out(window: SteppedPilot) -> None:
    from dataclasses import replace

    from kiosk.screens.widgets.words import Words

    window.show(replace(Samples("en").home(), greeting="Eve\x1b\u202e!"))
    drawn = [words.drawn_lines for words in window.parts(Words) if words.text.startswith("Eve")]
    assert drawn == [["Eve!"]]


def test_each_language_has_its_own_face(window: SteppedPilot) -> None:
    from kiosk.screens.tokens import look

    faces = {}
    for language, _ in LANGUAGES:
        window.show(Samples(language).home())
        faces[language] = look.regular
    assert faces["zh_CN"] == faces["en"] != faces["zh_TW"]


def test_the_picture_is_the_window(window: SteppedPilot, tmp_path) -> None:
    from PIL import Image

    window.show(Samples("zh_CN").attract())
    with Image.open(window.shoot(tmp_path / "attract.png")) as shot:
        assert shot.size == (1080, 1920)
        assert shot.convert("RGB").getpixel((540, 1920 - 220)) == (0x0B, 0x4F, 0x46)
    assert [path.name for path in tmp_path.iterdir()] == ["attract.png"]


def test_values_taken_out_are_bars(window: SteppedPilot) -> None:
    from kiosk.screens.widgets.words import Words

    window.show(Samples("en").still_there())
    behind = window.app.stage.page.behind
    masked = [part for part in behind.walk() if isinstance(part, Words) and part.masked()]
    assert len(masked) == 3
    assert not any("12,480" in getattr(part, "text", "") for part in behind.walk())


def test_drawn_frames_leave_no_memory_behind(window: SteppedPilot) -> None:
    frames = 10
    window.show(Samples("zh_CN").every()["confirm"])
    window.settle(frames)
    before = _resident()
    window.settle(frames)
    one_frame = Window.width * Window.height * 4
    assert _resident() - before < frames * one_frame / 2


def _resident() -> int:
    """Bytes of this process in memory."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
