"""The gallery finds what is wrong with a page, and shows every page it saw."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from kiosk.screens.album import Shot, write_album
from kiosk.screens.curtain import SteppedPilot
from kiosk.screens.judging import faults
from kiosk.screens.palettes import LIGHT, colour
from kiosk.screens.samples import Samples
from kiosk.screens.tokens import look
from kiosk.screens.widest import widest


@pytest.mark.window
def test_a_character_without_a_glyph_is_found(window: SteppedPilot) -> None:
    window.lay(replace(Samples("en").home(), greeting="Press ⌫"))
    assert [fault for fault in faults(window) if "no glyph for ['⌫']" in fault]


@pytest.mark.window
def test_pale_words_are_found(window: SteppedPilot) -> None:
    try:
        look.wear(replace(LIGHT, ink2=colour("#8A9490")))
        window.lay(Samples("en").shelf())
        pale = [fault for fault in faults(window) if "too pale" in fault]
    finally:
        look.wear(LIGHT)
        window.lay(Samples("en").attract())
    assert pale


@pytest.mark.window
def test_words_that_do_not_fit_are_found(window: SteppedPilot) -> None:
    window.lay(replace(Samples("en").shelf(), title="Gifts and vouchers " * 9))
    assert faults(window)


def test_the_widest_view_has_the_longest_of_every_sentence() -> None:
    homes = [Samples(language).home() for language in ("zh_CN", "zh_TW", "en")]
    mixed = widest(homes)
    assert mixed.greeting == max((home.greeting for home in homes), key=len)
    assert mixed.frame.language == "zh_CN"
    assert mixed.tier == homes[0].tier
    assert mixed.redeem.tells == homes[0].redeem.tells


def test_the_album_shows_every_shot_and_its_faults(tmp_path: Path) -> None:
    shots = [Shot("800x480", "plain", "en", "home"), Shot("800x480", "plain", "en", "<x>", ("cut: 'a<b'",))]
    page = write_album(tmp_path, shots).read_text()
    assert page.count("<figure") == len(shots)
    assert "a&lt;b" in page
    assert "<x>" not in page
    assert [Shot.of(shot.told()) for shot in shots] == shots


@pytest.mark.window
def test_one_way_of_every_screen_is_without_fault() -> None:
    """The others are told in docs/screens.md and run deep."""
    words = ["--size", "800x480", "--language", "widest", "--way", "contrast"]
    done = subprocess.run(
        [sys.executable, "-m", "kiosk", "gallery", *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    judged = re.search(r"(\d+) pages, 0 with faults", done.stdout)
    assert judged is not None
    assert int(judged[1]) == len(Samples("en").every())
