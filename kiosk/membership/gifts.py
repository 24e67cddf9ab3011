"""Gifts: what a member can have now, and if not, why. Decides; touches nothing."""

from dataclasses import dataclass
from enum import Enum

from kiosk.ledger.sync import Gift

FEW = 3
"""From here down the shelf says how many are left."""


class Reach(Enum):
    """Why a gift can or cannot be redeemed."""

    NOW = "now"
    TOO_DEAR = "too-dear"
    SOLD_OUT = "sold-out"
    NEEDS_NETWORK = "needs-network"
    NEEDS_NUMBERS = "needs-numbers"
    """Head office has to lend this kiosk voucher numbers first."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What a kiosk holds for one gift and one member: points and units it could spend without asking."""

    points: int
    units: int


@dataclass(frozen=True, slots=True)
class Offer:
    """One gift for one member."""

    gift: Gift
    reach: Reach
    missing: int
    left: int


def offer(gift: Gift, shown_points: int, held: Rights, connected: bool, *, numbered: bool = True) -> Offer:
    """What to say about a gift. `shown_points` is the balance on screen; offline only held rights count.

    `numbered`: a voucher could be given a number.
    """
    left = max(gift.stock, held.units)
    missing = max(0, gift.points - shown_points)
    if left <= 0:
        reach = Reach.SOLD_OUT
    elif missing:
        reach = Reach.TOO_DEAR
    elif not numbered:
        reach = Reach.NEEDS_NUMBERS
    elif not connected and (held.points < gift.points or held.units < 1):
        reach = Reach.NEEDS_NETWORK
    else:
        reach = Reach.NOW
    return Offer(gift, reach, missing, left)
