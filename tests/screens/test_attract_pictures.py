"""Pictures of a pack on the invitation: in turn, one kept decoded, the shipped one where they fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from kiosk.screens.curtain import SteppedPilot
from kiosk.screens.samples import Samples
from kiosk.screens.slides import Slides
from kiosk.screens.tokens import Modes, look
from kiosk.screens.widgets.box import ART, gallery

pytestmark = pytest.mark.window

TEA, SCENT = ((ART / f"{name}.png").read_bytes() for name in ("notice_gift", "notice_clock"))


@pytest.fixture
def moving() -> Iterator[None]:
    own, look.own_modes = look.own_modes, Modes()
    look.use(look.own_modes)
    yield
    look.own_modes = own
    look.use(own)


@pytest.mark.usefixtures("moving", "window")
def test_pictures_take_turns_and_only_one_is_kept() -> None:
    slides = Slides([(TEA, TEA), (SCENT, SCENT)], 12)
    assert slides.shown() == ""
    names = [slides.turned() for _ in range(3)]
    assert names[0] == names[2] != names[1]
    assert gallery.texture(names[0]) is not None
    assert gallery.texture(names[1]) is None
    gallery.give(names[0], b"")


def test_with_less_movement_the_first_one_stays(window: SteppedPilot) -> None:
    look.use(Modes(less_motion=True))
    slides = Slides([(TEA, TEA), (SCENT, SCENT)], 12)
    assert slides.turned() == slides.turned() == slides.shown()
    gallery.give(slides.shown(), b"")


@pytest.mark.usefixtures("moving")
def test_the_invitation_shows_them_and_a_spoilt_one_gives_way(window: SteppedPilot, tmp_path: Path) -> None:
    stage, attract = window.app.stage, Samples("zh_CN").attract()
    window.show(attract)
    seen = [_upper_half(window.shoot(tmp_path / "shipped.png"))]
    try:
        stage._slides = Slides([(TEA, TEA), (SCENT, SCENT), (TEA[:900], TEA[:900])], 12)
        for turn in range(3):
            stage._next_picture()
            seen.append(_upper_half(window.shoot(tmp_path / f"{turn}.png")))
        window.show(Samples("zh_CN").home())
        window.show(attract)
        seen.append(_upper_half(window.shoot(tmp_path / "again.png")))
    finally:
        gallery.give(stage._slides.shown(), b"")
        stage._slides = None
        window.show(Samples("zh_CN").home())
    shipped, tea, scent, spoilt, again = seen
    assert len({shipped, tea, scent}) == 3
    assert shipped == spoilt == again


def _upper_half(path: Path) -> bytes:
    with Image.open(path) as shot:
        return shot.convert("RGB").crop((0, 200, shot.width, 700)).tobytes()
