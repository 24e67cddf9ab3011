"""The gift shelf: categories, pages, what is in reach."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from kiosk import events as ev
from kiosk import views
from kiosk.desk.pages import Journey, Page, serving
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.sync import Gift
from kiosk.membership.gifts import FEW, Offer, Reach, Rights, offer
from kiosk.words import Words

TILES = 4
SPECIALS, WITH_CASH = "*special", "*cash"
"""Two more categories, which a gift's price puts it into; the rule pack's have plain names."""


@dataclass(frozen=True, slots=True)
class Shopper:
    """Who looks: a member with the points on their screen, or a guest."""

    member: str | None = None
    points: int = 0
    backed: int = 0
    """Points that this kiosk may stand in for."""
    wished: AbstractSet[str] | None = None
    """Gifts they wished for, which may become more while the shelf stands; None where no wish is kept."""


@dataclass(frozen=True, slots=True)
class Filters:
    """How the shelf is narrowed."""

    category: str = ""
    in_reach: bool = False
    page: int = 1


def _nobodys(gift: str) -> None:
    """A wish of somebody who cannot have one."""


def browse(world: World, shopper: Shopper, wish: Callable[[str], None] = _nobodys) -> Journey[Offer | None]:
    """Show the shelf until a gift is chosen; None when the visitor goes back.

    `wish` hears of each gift that they would like one day.
    """
    filters = Filters()

    def draw(say: Words, _left: int) -> views.View:
        return shelf(world, say, shopper, filters)

    while True:
        event = yield Page(draw)
        match event:
            case ev.WentBack():
                return None
            case ev.CategoryChosen(category=category):
                filters = Filters(category, filters.in_reach)
            case ev.ReachToggled():
                filters = Filters(filters.category, not filters.in_reach)
            case ev.PageTurned(page=page):
                filters = Filters(filters.category, filters.in_reach, page)
            case ev.GiftChosen(gift=gift):
                chosen = next((one for one in offers(world, shopper) if one.gift.id == gift), None)
                if chosen is not None:
                    return chosen
            case ev.GiftWished(gift=gift):
                wish(gift)


def offers(world: World, shopper: Shopper) -> tuple[Offer, ...]:
    """Every gift with what this shopper can do about it. Cash vouchers stand on a page of their own."""
    return tuple(one for one in everything(world, shopper) if not one.gift.worth)


def wanting(world: World, shopper: Shopper) -> tuple[Offer, ...]:
    """What somebody may wish for: out of stock, or still too dear."""
    return tuple(one for one in offers(world, shopper) if _wanting(one))


def _wanting(one: Offer) -> bool:
    return one.reach in {Reach.SOLD_OUT, Reach.TOO_DEAR}


def everything(world: World, shopper: Shopper) -> tuple[Offer, ...]:
    """The whole catalogue with what this shopper can do about it."""
    numbered = shopper.member is None or world.journal.next_voucher_serial() is not None
    return tuple(
        offer(
            gift,
            shopper.points if shopper.member else gift.points,
            Rights(
                _points_here(world, shopper) if shopper.member else gift.points,
                world.journal.rights(acc.gift(gift.id)),
            ),
            world.connected is not False or shopper.member is None,
            numbered=numbered,
        )
        for gift in world.replica.gifts()
    )


def _points_here(world: World, shopper: Shopper) -> int:
    return world.journal.rights(acc.POINTS, shopper.member) + shopper.backed


def shelf(world: World, say: Words, shopper: Shopper, filters: Filters) -> views.Shelf:
    """The shelf as this shopper sees it."""
    offered = offers(world, shopper)
    listed = [
        one
        for one in offered
        if _belongs(one.gift, filters.category) and (not filters.in_reach or one.reach is Reach.NOW)
    ]
    pages = max(1, -(-len(listed) // TILES))
    page = min(max(1, filters.page), pages)
    return views.Shelf(
        frame=serving(world, say, "back", "staff", "leave"),
        title=say("Gift shelf"),
        points_label=say("Points to spend") if shopper.member else "",
        points=say.points(shopper.points) if shopper.member else "",
        tabs=_tabs(world, say, filters, tuple(one.gift for one in offered)),
        count=say("{count} gifts", count=len(listed)),
        reach_label=say("Within reach") if shopper.member else "",
        reach_state=say("on") if filters.in_reach else say("off"),
        reach_on=filters.in_reach,
        tiles=tuple(_tile(say, one, shopper) for one in listed[(page - 1) * TILES : page * TILES]),
        empty="" if listed else say("Nothing here yet. Look at all gifts to see what to save for."),
        page=page,
        pages=pages,
        page_text=say("Page {page} of {pages}", page=page, pages=pages),
        previous=say("Previous") if page > 1 else say("First page"),
        following=say("Next") if page < pages else say("Last page"),
    )


def _belongs(gift: Gift, category: str) -> bool:
    """Whether a gift stands in a category: one of the rule pack's, or what its price makes it."""
    by_price = {"": True, SPECIALS: gift.special, WITH_CASH: gift.cash > 0}
    return by_price.get(category, gift.category == category)


def _tabs(world: World, say: Words, filters: Filters, gifts: tuple[Gift, ...]) -> tuple[views.Tab, ...]:
    """Those with a gift behind them."""
    named = {"": say("All"), SPECIALS: say("Specials"), WITH_CASH: say("Plus cash")}
    named |= {key: say.of(name) for key, name in world.rules().categories.items()}
    return tuple(
        views.Tab(label, ev.CategoryChosen(key), key == filters.category)
        for key, label in named.items()
        if any(_belongs(gift, key) for gift in gifts) or not key
    )


def _tile(say: Words, one: Offer, shopper: Shopper) -> views.GiftTile:
    wished = shopper.wished is not None and one.gift.id in shopper.wished
    hope = say("Noted") if wished else say("Wish")
    return views.GiftTile(
        gift=one.gift.id,
        name=say.of(one.gift.name),
        price=say.points(one.gift.points),
        unit=say("+{money}", money=say.money(one.gift.cash)) if one.gift.cash else say("points"),
        status=status(say, one),
        picture=one.gift.picture,
        reachable=one.reach is Reach.NOW,
        few=one.reach is Reach.NOW and one.left <= FEW,
        wish=hope if _wanting(one) and shopper.wished is not None else "",
        wished=wished,
    )


def status(say: Words, one: Offer) -> str:
    """The one line under a price."""
    match one.reach:
        case Reach.SOLD_OUT:
            return say("Sold out today")
        case Reach.TOO_DEAR:
            return say("{points} points to go", points=say.points(one.missing))
        case Reach.NEEDS_NETWORK:
            return say("Available when the network is back")
        case Reach.NEEDS_NUMBERS:
            return say("Head office is needed first")
    return say("Only {left} left", left=one.left) if one.left <= FEW else say("In stock")
