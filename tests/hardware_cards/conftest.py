import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.hardware.simulated.pcscd import VirtualReader, missing

from .listener import Listener


@pytest.fixture(scope="session")
def pcscd_here() -> None:
    lack = missing()
    if lack and os.environ.get("KIOSK_REQUIRE_PCSCD") == "1":
        pytest.fail(f"KIOSK_REQUIRE_PCSCD=1, but {lack}")
    if lack:
        pytest.skip(lack)


@pytest.fixture
def reader(pcscd_here: None, tmp_path: Path) -> Iterator[VirtualReader]:
    with VirtualReader(tmp_path / "reader") as here:
        yield here


@pytest.fixture
def listener(reader: VirtualReader) -> Iterator[Listener]:
    here = Listener(reader.socket)
    here.ready()
    yield here
    assert here.close() == 0
