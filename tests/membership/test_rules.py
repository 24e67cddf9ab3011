"""The shop's rules, told with numbers."""

from datetime import date

import pytest

from kiosk.ledger.sync import Gift
from kiosk.membership.cards import Card, keyed_hash
from kiosk.membership.claims import ClaimAnswer, Presented, judge
from kiosk.membership.gifts import Reach, Rights, offer
from kiosk.membership.rules import FIRST, BadRules, read_rules
from kiosk.membership.tiers import standing

RULES = read_rules(
    """
[tiers.member]
from = 0
name.en = "Member"
[tiers.gold]
from = 1000
name.en = "Gold"
[tiers.diamond]
from = 5000
name.en = "Diamond"
[voucher]
days = 30
pickup.en = "Counter"
[risk]
per_member = 500
families = ["cpu"]
[entitlements.birthday]
period = "year"
[entitlements.checkin]
period = "day"
[entitlements.sprint]
period = "month"
[entitlements.welcome]
"""
)


@pytest.mark.parametrize(
    ("rule", "period"),
    [("birthday", "2026"), ("sprint", "2026-03"), ("checkin", "2026-03-09"), ("welcome", "ever")],
)
def test_a_benefit_is_given_once_in_each_period(rule: str, period: str) -> None:
    assert RULES.entitlements[rule].period_of(date(2026, 3, 9)) == period


def test_a_pack_without_a_word_about_risk_allows_none() -> None:
    assert (RULES.risk.per_member, RULES.risk.families) == (500, ("cpu",))
    assert (FIRST.risk.per_member, FIRST.risk.families, FIRST.voucher.release_at_print) == (0, (), False)


@pytest.mark.parametrize(
    ("lifetime", "tier", "missing", "progress"),
    [
        (0, "member", 1000, 0.0),
        (999, "member", 1, 0.999),
        (1000, "gold", 4000, 0.0),
        (3000, "gold", 2000, 0.5),
        (5000, "diamond", 0, 1.0),
        (9999, "diamond", 0, 1.0),
        (-5, "member", 1005, 0.0),
    ],
)
def test_a_tier_and_the_way_to_the_next(lifetime: int, tier: str, missing: int, progress: float) -> None:
    stands = standing(RULES, lifetime)
    assert (stands.tier, stands.missing, stands.progress) == (tier, missing, progress)


def test_broken_rules_say_where() -> None:
    with pytest.raises(BadRules, match="pickup"):
        read_rules("[tiers]\n[voucher]\ndays = 3\n")
    with pytest.raises(BadRules, match="line 1"):
        read_rules("this is not toml")


@pytest.mark.parametrize(
    ("points", "held", "stock", "connected", "reach"),
    [
        (300, Rights(0, 0), 5, True, Reach.NOW),
        (299, Rights(0, 0), 5, True, Reach.TOO_DEAR),
        (900, Rights(0, 0), 0, True, Reach.SOLD_OUT),
        (100, Rights(0, 0), 0, True, Reach.SOLD_OUT),
        (900, Rights(0, 1), 0, True, Reach.NOW),
        (900, Rights(0, 5), 5, False, Reach.NEEDS_NETWORK),
        (900, Rights(900, 0), 5, False, Reach.NEEDS_NETWORK),
        (900, Rights(300, 1), 5, False, Reach.NOW),
    ],
)
def test_what_can_be_had(points: int, held: Rights, stock: int, connected: bool, reach: Reach) -> None:
    gift = Gift(id="g", name={"en": "Mug"}, category="living", points=300, picture="", stock=stock)
    assert offer(gift, points, held, connected).reach is reach


@pytest.mark.parametrize(
    ("facts", "answer"),
    [
        (Presented("", True, False, True, False), ClaimAnswer.NOT_HERE),
        (Presented("posted", False, False, True, False), ClaimAnswer.FORGED),
        (Presented("posted", True, False, True, False), ClaimAnswer.GIVEN),
        (Presented("unknown", True, False, True, False), ClaimAnswer.GIVEN),
        (Presented("posted", True, True, False, False), ClaimAnswer.ALREADY),
        (Presented("posted", True, True, False, True), ClaimAnswer.ALREADY),
        (Presented("posted", True, False, True, True), ClaimAnswer.EXPIRED),
        (Presented("posted", True, False, False, False), ClaimAnswer.NOT_HERE),
        (Presented("voided", True, False, True, False), ClaimAnswer.VOID),
        (Presented("printing", True, False, True, False), ClaimAnswer.NOT_FINISHED),
        (Presented("redeemed", True, False, True, False), ClaimAnswer.NOT_FINISHED),
    ],
)
def test_a_presented_voucher_gets_one_answer(facts: Presented, answer: ClaimAnswer) -> None:
    assert judge(facts) is answer


def test_a_card_number_never_shows_itself() -> None:
    card = Card("virtual-cpu", b"6600000001")
    assert "6600000001" not in repr(card)
    assert keyed_hash(b"k1", card) != keyed_hash(b"k2", card)
    assert keyed_hash(b"k1", card) != keyed_hash(b"k1", Card("mifare-classic", b"6600000001"))
