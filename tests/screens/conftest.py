"""One window for the whole run: Kivy can be started only once in a process."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.screens.prepare import prepare
from tests.screens.hearing import Told

os.environ.setdefault("SDL_VIDEODRIVER", "offscreen")
_home = tempfile.TemporaryDirectory()
prepare(Path(_home.name) / "kivy", (1080, 1920), fps=0)

from kiosk.screens.curtain import SteppedPilot, raised  # noqa: E402  only after prepare()
from kiosk.screens.faces import Faces, ensure_faces  # noqa: E402

_told = Told()


@pytest.fixture(scope="session")
def faces() -> Faces:
    return ensure_faces(Path(_home.name) / "faces")


@pytest.fixture(scope="session")
def standing(faces: Faces) -> SteppedPilot:
    return raised((1080, 1920), faces, _told.events.append, on_first_frame=_told.drew)


@pytest.fixture
def told() -> Told:
    _told.events.clear()
    return _told


@pytest.fixture
def window(standing: SteppedPilot, told: Told) -> Iterator[SteppedPilot]:
    from kiosk.screens.tokens import Modes, look

    standing.resize((1080, 1920))
    yield standing
    look.use(Modes(less_motion=True))
