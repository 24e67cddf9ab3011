"""Points for purchases, and what refunds leave of them."""

from hypothesis import given
from hypothesis import strategies as st

from kiosk.membership.rules import FIRST, read_rules
from kiosk.membership.sales import earning_cents, points_for, points_kept

RULES = read_rules("""
[tiers.member]
from = 0
name.en = "Member"
[tiers.gold]
from = 1000
name.en = "Gold"
[voucher]
pickup.en = "Counter"
[sales]
points = 2
cents = 500
tiers = { gold = 150 }
excluded = ["gift-card"]
""")
cents = st.integers(0, 10**9)


def test_every_full_amount_earns_and_a_tier_earns_more() -> None:
    rule = RULES.sales
    assert rule is not None
    assert points_for(RULES, 0, rule.cents - 1) == 0
    assert points_for(RULES, 0, 3 * rule.cents + 1) == 3 * rule.points
    assert points_for(RULES, 1000, 3 * rule.cents) == 3 * rule.points * 150 // 100
    assert points_for(RULES, 0, -rule.cents) == 0
    assert points_for(FIRST, 0, 3 * rule.cents) == 0, "without a rule nothing is earned"


@given(cents, st.lists(st.tuples(st.sampled_from(["", "gift-card"]), st.integers(-(10**9), 10**9))))
def test_no_line_makes_more_of_a_bill_than_it_is(amount: int, lines: list[tuple[str, int]]) -> None:
    assert 0 <= earning_cents(RULES, amount, lines) <= amount


def test_goods_that_are_excluded_earn_nothing() -> None:
    assert earning_cents(RULES, 1500, [("", 1000), ("gift-card", 500)]) == 1000


@given(st.integers(0, 10**7), st.lists(st.integers(1, 10**6), min_size=1))
def test_refunds_in_pieces_take_exactly_what_was_earned(earned: int, pieces: list[int]) -> None:
    whole, returned, taken = sum(pieces), 0, 0
    for piece in pieces:
        returned += piece
        more = earned - points_kept(earned, whole, returned) - taken
        assert more >= 0
        taken += more
    assert taken == earned
