"""Points as cash: vouchers of fixed amounts that come off a bill, and what they are not good for.

They are articles of the catalogue whose stock is the shop's budget; the journey is that of every gift.
"""

from kiosk import events as ev
from kiosk import views
from kiosk.desk.money import face
from kiosk.desk.pages import Journey, Page, frame, paged
from kiosk.desk.redeem import Means, redeem
from kiosk.desk.risk import allowance
from kiosk.desk.shelf import Shopper, everything, status
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.membership.gifts import Offer, Reach
from kiosk.membership.rules import CASH_VOUCHER
from kiosk.words import Words, _

ROWS = 6
"""Rows a page."""
HOW_OFTEN = {
    "ever": _("One for each member."),
    "year": _("One a year."),
    "month": _("One a month."),
    "day": _("One a day."),
}


def cash_vouchers(world: World, visitor: Visitor) -> Journey[bool]:
    """The amounts, until they go back; True when the visitor is done for today."""
    number = 1

    def draw(say: Words, _left: int) -> views.View:
        return _listing(world, say, _amounts(world, visitor), number)

    while True:
        event = yield Page(draw)
        if isinstance(event, ev.WentBack):
            return False
        if isinstance(event, ev.PageTurned):
            number = event.page
        if isinstance(event, ev.RowChosen):
            chosen = next((one for one in _amounts(world, visitor) if one.gift.id == event.row), None)
            if chosen is not None:
                ending = yield from redeem(
                    world, visitor.visit, visitor.account, _means(world, visitor), chosen
                )
                if ending != "shelf":
                    return ending == "leave"


def any_amounts(world: World, _visitor: Visitor) -> bool:
    """Whether the shop gives any."""
    return any(gift.worth for gift in world.replica.gifts())


def _means(world: World, visitor: Visitor) -> Means:
    backed = allowance(world, visitor.account, visitor.family)
    return Means(visitor.points(world), backed, visitor.pocket)


def _amounts(world: World, visitor: Visitor) -> tuple[Offer, ...]:
    means = _means(world, visitor)
    here = means.backed + (means.pocket.points if means.pocket else 0)
    shopper = Shopper(visitor.account.member, means.points, here)
    amounts = (one for one in everything(world, shopper) if one.gift.worth)
    return tuple(sorted(amounts, key=lambda one: one.gift.worth))


def _listing(world: World, say: Words, amounts: tuple[Offer, ...], number: int) -> views.Listing:
    shown, pages = paged(say, amounts, number, ROWS)
    return views.Listing(
        frame=frame(world, say, "back", "staff", "leave"),
        title=say("Points as cash"),
        sentence=" ".join(filter(None, _terms(world, say))),
        rows=tuple(_row(say, one) for one in shown),
        empty=say("There is nothing here at the moment."),
        pages=pages,
    )


def _terms(world: World, say: Words) -> tuple[str, ...]:
    """How it is used, how often, and what it is not good for."""
    rules = world.rules()
    limit = rules.entitlements.get(CASH_VOUCHER)
    return (
        say("Printed here, taken off your bill when you pay."),
        say(HOW_OFTEN[limit.period]) if limit else "",
        say.of(rules.cash_vouchers.excluded),
    )


def _row(say: Words, one: Offer) -> views.ListRow:
    now = one.reach is Reach.NOW
    return views.ListRow(
        title=face(say, one.gift.worth),
        note=status(say, one),
        fact=say("{points} points", points=say.points(one.gift.points)),
        tells=ev.RowChosen(one.gift.id) if now else None,
        verb=say("Take it") if now else "",
        icon="ticket" if now else "lock",
    )
