"""PINs that anybody would try first are refused, and not many others."""

import random

import pytest

from kiosk.membership.pins import is_weak


@pytest.mark.parametrize(
    "pin",
    [
        "000000", "888888", "121212", "123123", "112233", "123456", "654321", "890123", "987654", "123321",
        "880808", "080888", "198808", "200012", "290200", "311299", "112288",
    ],
)  # fmt: skip
def test_these_are_weak(pin: str) -> None:
    assert is_weak(pin)


@pytest.mark.parametrize("pin", ["246810", "713905", "902357", "470063", "995217"])
def test_these_are_not(pin: str) -> None:
    assert not is_weak(pin)


def test_most_pins_may_be_chosen() -> None:
    chance = random.Random(7)
    pins = [f"{chance.randrange(10**6):06}" for _ in range(20_000)]
    share = sum(map(is_weak, pins)) / len(pins)
    assert 0.02 < share < 0.2
