"""A brand's folder: what it may change, and that a look nobody can read is refused with the reason."""

from pathlib import Path

import pytest

from kiosk.screens.brand import SHIPPED, BadBrand, chosen, read
from kiosk.screens.curtain import SteppedPilot
from kiosk.screens.faces import Faces
from kiosk.screens.palettes import DARK, LIGHT, READABLE, STARK, contrast, unreadable
from kiosk.screens.samples import Samples
from kiosk.screens.tokens import look
from kiosk.screens.widgets.words import Words
from tests.screens.judging import faults

BERRY = 'name = "Berry"\nground = "dark"\naccent = "#6A1036"\naccent_pressed = "#4E0B28"\nradius = 8\n'


def brand_in(folder: Path, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "brand.toml").write_text(text)
    return folder


@pytest.mark.parametrize("palette", [LIGHT, DARK, STARK], ids=["light", "dark", "stark"])
def test_everything_shipped_can_be_read(palette) -> None:
    assert list(unreadable(palette)) == []


def test_contrast_is_counted_as_wcag_counts_it() -> None:
    assert contrast(STARK.ink, STARK.canvas) == pytest.approx(21.0)
    assert contrast(LIGHT.on_accent, LIGHT.accent) > READABLE


def test_a_brand_is_read(tmp_path: Path) -> None:
    brand = read(brand_in(tmp_path, BERRY))
    assert (brand.name, brand.palette.canvas) == ("Berry", DARK.canvas)
    assert brand.palette.accent != DARK.accent
    assert brand.radius < SHIPPED.radius


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('name = "Pale"\naccent = "#7FA797"\n', "on_accent on accent"),
        ('name = "Pale"\naccent_pressed = "#CCCCCC"\n', "on_accent on accent_pressed"),
        ('name = "Round"\nradius = 90\n', "<= 32"),
        ('name = "Own ink"\nink = "#777777"\n', "unknown field"),
        ("name = ", "Invalid value"),
        ('name = "Away"\nheadline = "../face.otf"\n', "same folder"),
        ('name = "None"\nheadline = "none.otf"\n', "no font face"),
    ],
)
def test_a_brand_nobody_can_use_is_refused_with_the_reason(tmp_path: Path, text: str, reason: str) -> None:
    folder = brand_in(tmp_path, text)
    with pytest.raises(BadBrand, match=reason):
        read(folder)
    worn, problems = chosen(str(folder))
    assert worn == SHIPPED
    assert any(reason in problem for problem in problems)


def test_without_a_folder_there_is_nothing_to_refuse() -> None:
    assert chosen("") == (SHIPPED, ())


@pytest.mark.window
def test_pages_hold_in_a_brand(window: SteppedPilot, faces: Faces, tmp_path: Path) -> None:
    """Its headline face sets the titles it can set, and nothing else."""
    folder = brand_in(tmp_path, BERRY + f'headline = "{faces.tc_bold.name}"\n')
    (folder / faces.tc_bold.name).write_bytes(faces.tc_bold.read_bytes())
    brand = read(folder)
    try:
        look.wear(brand.palette)
        look.headline, look.heads = brand.headline, brand.can_head
        found = {}
        for name, view in Samples("en").every().items():
            window.lay(view)
            found[name] = faults(window)
        window.lay(Samples("en").home())
        fonts = {words.style: words.font(words.style) for words in window.parts(Words) if words.bold}
    finally:
        look.wear(SHIPPED.palette)
        look.headline, look.heads = "", SHIPPED.can_head
        window.lay(Samples("en").attract())
    assert {name: wrong for name, wrong in found.items() if wrong} == {}
    assert fonts["title"] == brand.headline != fonts["button"]


@pytest.mark.window
def test_the_shop_can_be_read_over_a_picture_also_in_the_dark(window: SteppedPilot, tmp_path: Path) -> None:
    from PIL import Image

    attract = Samples("zh_CN").attract()
    try:
        look.wear(DARK)
        window.show(Samples("zh_CN").home())
        window.show(attract)
        (name,) = (words for words in window.parts(Words) if words.text == attract.frame.shop)
        with Image.open(window.shoot(tmp_path / "dark.png")) as shot:
            red, green, blue = shot.convert("RGB").getpixel((20, 20))
    finally:
        look.wear(LIGHT)
        window.show(Samples("zh_CN").home())
    assert contrast(tuple(name.ink), (red / 255, green / 255, blue / 255, 1.0)) > READABLE
