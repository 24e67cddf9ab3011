from collections.abc import Iterator
from pathlib import Path

import pytest
from shop import ShopFloor


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[ShopFloor]:
    made = ShopFloor(tmp_path)
    yield made
    made.crash()
