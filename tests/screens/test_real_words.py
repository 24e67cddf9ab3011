"""The real desk's own sentences, arranged by the real screens: none is cut, none collides with another.

The wordiest language upright with every change; all of them in every size in the deep check `pages`, and in
the modes that visitors choose in `page-modes`.
"""

import os
from dataclasses import fields
from pathlib import Path

import pytest

from kiosk.screens.curtain import SteppedPilot
from kiosk.screens.tokens import Modes, look
from kiosk.words import LANGUAGES
from tests.screens.judging import faults
from tests.screens.real_pages import real_pages

pytestmark = pytest.mark.window

EVERY = os.environ.get("KIOSK_EVERY_PAGE", "")
"""sizes | modes | '' for one of them."""
PORTRAIT, LANDSCAPE, SMALL = (1080, 1920), (1280, 800), (800, 480)
SIZES = ((PORTRAIT, Modes()), (LANDSCAPE, Modes()), (SMALL, Modes()))
MODES = (
    (PORTRAIT, Modes(large_text=True)),
    (PORTRAIT, Modes(low_reach=True)),
    (PORTRAIT, Modes(large_text=True, low_reach=True, high_contrast=True)),
)
TRIED = {"sizes": SIZES, "modes": MODES}.get(EVERY, SIZES[:1])
STAFF = ("open-vouchers", "cards-in-doubt")
"""A page of staff, twice, that need not hold under all modes at once."""
TOLD = 30
"""Faults that a failure lists: one fault of the layout stands on dozens of pages."""


@pytest.mark.parametrize("language", tuple(LANGUAGES) if EVERY else ("en",))
def test_no_real_sentence_is_cut_or_collides(window: SteppedPilot, tmp_path: Path, language: str) -> None:
    pages = real_pages(tmp_path, language)
    assert {page.frame.language for page in pages.values()} == {language}
    found = {}
    for size, modes in TRIED:
        window.resize(size)
        look.use(modes)
        for name, page in pages.items():
            look.use(modes)
            window.lay(page)
            if look.modes != modes:  # an invitation takes them back; here it stands as after the switches
                look.use(modes)
                window.lay_anew()
            found[f"{name} {size} {_told(modes)}"] = (
                faults(window) if name not in STAFF or not look.large else []
            )
    look.use(look.own_modes)
    wrong = [f"{page}: {fault}" for page, faulty in found.items() for fault in faulty]
    assert not wrong, "\n".join([*wrong[:TOLD], f"{len(wrong)} in all"])


def _told(modes: Modes) -> str:
    return "+".join(one.name for one in fields(modes) if getattr(modes, one.name))
