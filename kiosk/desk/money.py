"""Money in the words of pages and papers: what a gift costs beside points, what a cash voucher is worth."""

from kiosk.ledger.entries import Redeem
from kiosk.ledger.sync import Gift
from kiosk.words import Words


def price(say: Words, points: int, cash: int) -> str:
    """2,200 points, or 2,200 points + ¥19.90."""
    if cash:
        return say("{points} points + {money}", points=say.points(points), money=say.money(cash))
    return say("{points} points", points=say.points(points))


def title(say: Words, gift: Gift) -> str:
    """What a gift is called; a cash voucher by what it is worth, whatever the catalogue calls it."""
    return face(say, gift.worth) if gift.worth else say.of(gift.name)


def title_of(say: Words, redeem: Redeem, gift: Gift | None) -> str:
    """The same of what was redeemed; it stands when the catalogue does not know the gift any more."""
    if redeem.worth:
        return face(say, redeem.worth)
    return say.of(gift.name) if gift else redeem.gift


def face(say: Words, worth: int) -> str:
    """What stands on a cash voucher of so many cents."""
    return say("Cash voucher {money}", money=say.money(worth))


def handing_over(say: Words, cash: int, worth: int) -> str:
    """What staff do for a valid voucher: collect money first, or take some off the bill."""
    if worth:
        return say("Take {money} off the bill", money=say.money(worth))
    if cash:
        return say("Collect {money}, then hand over the gift", money=say.money(cash))
    return say("Hand over the gift")
