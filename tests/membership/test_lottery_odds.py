"""The lottery's arithmetic: known answers, shares that add up, and prizes that run out."""

import hashlib
import hmac
from collections import Counter

import pytest
from hypothesis import given as every
from hypothesis import strategies as st

from kiosk.membership.lottery import commitment, given, meant, number_of, results
from kiosk.membership.rules import WHOLE, BadRules, read_rules

SEED = bytes(range(32))
CHANCES = {"teapot": 100, "cream": 1000, "ring": 4000}
PACK = """
[tiers.member]
from = 0
name.en = "Member"
[voucher]
pickup.en = "Counter"
[lottery]
id = "moon"
name.en = "Draw"
points = 100
until = 2035-12-31
commit = "{commit}"
prizes.teapot = {{ chance = {chance}, pieces = 2 }}
prizes.ring = {{ chance = 4000, pieces = 2 }}
"""


def test_a_number_is_what_anybody_can_compute_with_a_standard_tool() -> None:
    draw = "0190a1b2-0000-7000-8000-000000000001"
    digest = hmac.new(SEED, draw.encode(), hashlib.sha256).hexdigest()
    assert number_of(SEED, draw) == int(digest[:16], 16) % WHOLE
    assert commitment(SEED) == hashlib.sha256(SEED).hexdigest()


def test_every_number_means_one_thing_and_the_shares_are_those_of_the_rule() -> None:
    told = Counter(meant(CHANCES, number) for number in range(WHOLE))
    assert told == CHANCES | {"": WHOLE - sum(CHANCES.values())}


def test_numbers_are_spread_evenly() -> None:
    tenths = Counter(number_of(SEED, f"draw {one}") * 10 // WHOLE for one in range(20_000))
    assert max(abs(count - 2000) for count in tenths.values()) < 250  # nearly six standard deviations


def test_a_prize_that_has_run_out_is_replaced_by_the_next_one() -> None:
    assert given("teapot", {"teapot": 1, "cream": 1, "ring": 1}) == "teapot"
    assert given("teapot", {"teapot": 0, "cream": 1, "ring": 1}) == "cream"
    assert given("ring", {"teapot": 5, "cream": 5, "ring": 0}) == ""
    assert given("", CHANCES) == ""


@every(st.lists(st.uuids(), max_size=200, unique=True), st.lists(st.integers(0, 5), min_size=3, max_size=3))
def test_never_more_is_given_than_there_was(names: list[object], pieces: list[int]) -> None:
    left = dict(zip(CHANCES, pieces, strict=True))
    told = list(results(SEED, CHANCES, left, map(str, names)))
    assert [one.draw for one in told] == list(map(str, names))
    won = Counter(one.prize for one in told if one.prize)
    assert all(won[prize] <= left[prize] for prize in CHANCES)


@pytest.mark.parametrize(
    ("commit", "chance", "wrong"),
    [("0" * 64, 6001, "more than 10000"), ("0" * 63, 10, "64 hex"), ("Z" * 64, 10, "64 hex")],
)
def test_a_lottery_that_cannot_be_honest_is_refused(commit: str, chance: int, wrong: str) -> None:
    with pytest.raises(BadRules, match=wrong):
        read_rules(PACK.format(commit=commit, chance=chance))
    assert read_rules(PACK.format(commit="0" * 64, chance=6000)).lottery is not None
