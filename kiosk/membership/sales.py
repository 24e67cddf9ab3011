"""Points for what was bought: how many a sale earns, and how many a refund takes back."""

from kiosk.ledger.entries import Sold
from kiosk.membership.rules import Rules
from kiosk.membership.tiers import standing

_WHOLE = 100


def points_for(rules: Rules, lifetime: int, cents: int) -> int:
    """Points, rounded down, for so many cents that earn; `lifetime` points decide the member's tier."""
    rule = rules.sales
    if rule is None or cents <= 0:
        return 0
    percent = rule.tiers.get(standing(rules, lifetime).tier, _WHOLE)
    return cents // rule.cents * rule.points * percent // _WHOLE


def by_hand(rules: Rules, sold: Sold) -> bool:
    """Whether the rules take a purchase entered by hand, with no more points than the best tier has."""
    sale = rules.sales
    if sale is None or sale.by_hand is None:
        return False
    best = max([_WHOLE, *sale.tiers.values()])
    most = sold.cents // sale.cents * sale.points * best // _WHOLE
    return sold.cents <= sale.by_hand.most and sold.points <= most


def earning_cents(rules: Rules, amount: int, lines: list[tuple[str, int]]) -> int:
    """The cents of a bill of `amount` that earn points; `lines` are (kind of goods, cents).

    Never less than nothing and never more than the bill, whatever its lines say.
    """
    excluded = frozenset(rules.sales.excluded if rules.sales is not None else ())
    return max(0, min(amount, amount - sum(cents for kind, cents in lines if kind in excluded)))


def points_kept(earned: int, earning: int, returned: int) -> int:
    """Of `earned` points for `earning` cents, those that stay once `returned` of these cents were paid back.

    Rounded down, and all gone with the last cent: however a bill is split into refunds, the sum is the same.
    """
    if earning <= 0:
        return earned
    return earned * max(0, earning - returned) // earning
