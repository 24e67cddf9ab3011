"""For whom a gift by right is open, and until when."""

from datetime import date

import pytest

from kiosk.membership.benefits import Open, Person, PutAside, open_on
from kiosk.membership.rules import GiftByRight, Rules, read_rules

RULES = read_rules("""
[tiers.member]
from = 0
name.en = "Member"
[tiers.gold]
from = 8000
name.en = "Gold"
[voucher]
pickup.en = "Counter"
[entitlements.birthday]
period = "year"
gift = "G15"
when = "birthday"
days_before = 3
days_after = 7
[entitlements.welcome]
gift = "G22"
when = "welcome"
days = 30
[entitlements.lucky]
period = "month"
gift = "G20"
when = "waiting"
[entitlements.gold-tea]
gift = "G15"
tier = "gold"
until = 2027-01-31
[entitlements.nobodys]
gift = "G15"
tier = "platinum"
[cards.tea]
kind = "stamps"
full = 10
gift = "G15"
name.en = "Tea stamps"
[cards.massage]
kind = "uses"
name.en = "Massage"
""")


def opened(name: str, person: Person, day: str, rules: Rules = RULES) -> list[Open]:
    return list(open_on(rules, name, person, date.fromisoformat(day)))


@pytest.mark.parametrize(
    ("born", "day", "period", "until"),
    [
        ("06-10", "2026-06-07", "2026", "2026-06-17"),
        ("06-10", "2026-06-17", "2026", "2026-06-17"),
        ("12-30", "2027-01-04", "2026", "2027-01-06"),
        ("01-02", "2026-12-31", "2027", "2027-01-09"),
        ("02-29", "2026-02-25", "2026", "2026-03-07"),
        ("02-29", "2028-03-07", "2028", "2028-03-07"),
    ],
)
def test_a_birthday_opens_its_own_year(born: str, day: str, period: str, until: str) -> None:
    assert opened("birthday", Person(born=born), day) == [
        Open(f"entitlement:birthday:{period}", date.fromisoformat(until))
    ]


@pytest.mark.parametrize(
    ("born", "day"), [("06-10", "2026-06-06"), ("06-10", "2026-06-18"), ("", "2026-06-10")]
)
def test_other_days_and_unknown_birthdays_open_nothing(born: str, day: str) -> None:
    assert opened("birthday", Person(born=born), day) == []


def test_who_joined_is_welcome_for_so_many_days() -> None:
    person = Person(joined=date(2026, 6, 1))
    assert opened("welcome", person, "2026-07-01") == [Open("entitlement:welcome:ever", date(2026, 7, 1))]
    assert opened("welcome", person, "2026-07-02") == opened("welcome", person, "2026-05-31") == []


def test_what_was_put_aside_waits_until_its_day_in_its_own_period() -> None:
    person = Person(put_aside=(PutAside("lucky", "2026-06", date(2026, 7, 3)),))
    assert opened("lucky", person, "2026-07-03") == [Open("entitlement:lucky:2026-06", date(2026, 7, 3))]
    assert opened("lucky", person, "2026-07-04") == opened("lucky", Person(), "2026-07-03") == []


def test_a_coupon_is_for_its_tier_and_those_above_until_its_day() -> None:
    gold = Person(lifetime=8000)
    assert opened("gold-tea", gold, "2027-01-31") == [Open("entitlement:gold-tea:ever", date(2027, 1, 31))]
    assert opened("gold-tea", gold, "2027-02-01") == []
    assert opened("gold-tea", Person(lifetime=7999), "2027-01-31") == []
    assert opened("nobodys", gold, "2027-01-31") == []


def test_a_full_card_of_stamps_opens_its_gift_and_uses_open_none() -> None:
    assert RULES.gift_by("stamps:tea") == GiftByRight("G15", 10)
    assert RULES.gift_by("uses:tea") is RULES.gift_by("uses:massage") is RULES.gift_by("points") is None
    assert RULES.gift_by("entitlement:lucky:2026-06") == GiftByRight("G20")
