"""The real desk's own sentences, through the real window: none is cut, none collides with another.

The first language with every change, all of them in the deep check `pages`.
"""

import os
from pathlib import Path

import pytest

from kiosk.screens.curtain import SteppedPilot
from kiosk.words import LANGUAGES
from tests.screens.judging import faults
from tests.screens.real_pages import real_pages

pytestmark = pytest.mark.window


TRIED = tuple(LANGUAGES)[: None if os.environ.get("KIOSK_EVERY_PAGE") else 1]


@pytest.mark.parametrize("language", TRIED)
def test_no_real_sentence_is_cut_or_collides(window: SteppedPilot, tmp_path: Path, language: str) -> None:
    pages = real_pages(tmp_path, language)
    assert {page.frame.language for page in pages.values()} == {language}
    found = {}
    for size in ((1080, 1920), (1280, 800)):
        window.resize(size)
        for name, page in pages.items():
            window.show(page)
            found[f"{name} {size}"] = faults(window)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
