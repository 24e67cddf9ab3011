from collections.abc import Iterator
from pathlib import Path

import pytest

from kiosk.desk.world import World
from kiosk.typing.rime import Rime
from tests.journeys.shop import ShopFloor
from tests.typing.engine import HOME, the_engine


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ShopFloor]:
    made = ShopFloor(tmp_path_factory.mktemp("shop"))
    yield made
    made.crash()


@pytest.fixture
def world(floor: ShopFloor) -> Iterator[World]:
    shop, say = floor.world.shop, floor.world.say
    yield floor.world
    floor.world.shop, floor.world.say, floor.world.typing = shop, say, None


@pytest.fixture
def engine() -> Rime:
    return the_engine()


@pytest.fixture
def rime_home() -> Path:
    return HOME
