"""The one engine of a test run: the library can be opened only once in a process."""

import tempfile
from functools import cache
from pathlib import Path

from kiosk.screens.faces import drawable
from kiosk.typing.rime import Rime

_home = tempfile.TemporaryDirectory()
HOME = Path(_home.name) / "rime"
FACES = Path(_home.name) / "faces"


@cache
def the_engine() -> Rime:
    """Built and ready."""
    engine = Rime(HOME, drawable=drawable(FACES))
    engine.wait()
    assert engine.ready()
    return engine
