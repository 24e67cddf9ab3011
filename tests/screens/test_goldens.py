"""A few golden pictures; all of them in the deep check `goldens`."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from kiosk.screens.curtain import SteppedPilot
from kiosk.screens.faces import Faces
from tests.screens.goldens import FEW, FOLDER, PAGES, digest_of, drawn_by, shots, wrong_with
from tests.screens.likeness import alike

UPRIGHT = "1080x1920"


@pytest.mark.window
def test_pages_look_as_they_did(window: SteppedPilot, faces: Faces, tmp_path: Path) -> None:
    by = drawn_by(faces.sc_regular.parent)
    wrong = [wrong for one in shots(window, UPRIGHT, tmp_path, FEW) if (wrong := wrong_with(*one, by))]
    assert not wrong, "\n".join([*wrong, "look at them, then: python -m tests.screens.goldens --renew"])


def test_every_golden_has_its_page() -> None:
    wanted = {f"{size}-{lang}-{name}" for size, pages in PAGES.items() for lang, name in pages}
    assert {file.stem for file in FOLDER.glob("*.png")} == wanted


@pytest.fixture(scope="module")
def golden() -> Image.Image:
    with Image.open(FOLDER / f"{UPRIGHT}-zh_CN-home.png") as picture:
        return picture.convert("RGB")


def test_other_edges_look_alike(golden: Image.Image) -> None:
    softer = golden.filter(ImageFilter.GaussianBlur(0.6))
    assert digest_of(softer) != digest_of(golden)
    assert alike(golden, softer)


def test_a_word_that_is_gone_is_seen(golden: Image.Image) -> None:
    other = golden.copy()
    ink = min(golden.getcolors(1 << 24), key=lambda one: sum(one[1]))[1]
    box = ImageChops.difference(golden, Image.new("RGB", golden.size, ink)).point(lambda v: v < 1 and 255)
    left, top, _, _ = box.convert("L").getbbox()
    ImageDraw.Draw(other).rectangle((left, top - 20, left + 160, top + 40), fill=golden.getpixel((5, 5)))
    assert not alike(golden, other)


def test_a_page_that_moved_is_seen(golden: Image.Image) -> None:
    assert not alike(golden, ImageChops.offset(golden, 0, 8))


def test_another_size_is_seen(golden: Image.Image) -> None:
    assert not alike(golden, golden.resize((540, 960)))
