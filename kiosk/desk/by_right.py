"""Gifts that a member has a right to: which are open here and now, and how they are taken."""

from dataclasses import dataclass, replace
from datetime import date

import msgspec

from kiosk.desk.pages import Journey
from kiosk.desk.redeem import ByRight, Ending, Means, redeem
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.sync import Benefits, Gift
from kiosk.membership.gifts import Offer, Reach, Rights, offer
from kiosk.membership.rules import GiftByRight, Named

SOON_DAYS = 3
"""A right whose last day is this near is said to end soon."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One gift that waits: by which right, what the right is called, its last day if it has one."""

    right: ByRight
    gift: Gift
    name: Named
    until: date | None

    def ends_soon(self, today: date) -> bool:
        """Whether it is worth saying."""
        return self.until is not None and (self.until - today).days <= SOON_DAYS


@dataclass(frozen=True, slots=True)
class Counted:
    """What is on one card of the rule pack: `count` stamps or uses; `full` stamps open a gift (0: none)."""

    asset: str
    name: Named
    count: int
    full: int
    until: date | None


def waiting(world: World, visitor: Visitor) -> tuple[Waiting, ...]:
    """The gifts that wait for this visitor, those that end first at the head; none while nobody can tell."""
    if visitor.benefits is None:
        return ()
    rules, spent = world.rules(), _spent(world, visitor)
    found: list[Waiting] = []
    for one in visitor.benefits.open:
        due, rule = rules.gift_by(one.asset), rules.entitlements.get(acc.entitled(one.asset)[0])
        if due is not None and rule is not None and not spent.get(one.asset):
            until = date.fromisoformat(one.until) if one.until else None
            found += _on_shelf(world, one.asset, due, rule.name, until)
    for card in counted(world, visitor):
        due = rules.gift_by(card.asset)
        if due is not None and card.count >= due.units:
            found += _on_shelf(world, card.asset, due, card.name, card.until)
    return tuple(sorted(found, key=lambda one: (one.until or date.max, one.right.asset)))


def counted(world: World, visitor: Visitor) -> tuple[Counted, ...]:
    """The visitor's cards of stamps and uses that are not over, less what was used here since."""
    if visitor.benefits is None:
        return ()
    today, spent = world.say.local(world.clock.now()).date(), _spent(world, visitor)
    rules = world.rules().cards
    every = (
        Counted(asset, rule.name, units - spent.get(asset, 0), rule.full, rule.until)
        for asset, units in visitor.benefits.cards.items()
        if (rule := rules.get(acc.counted_on(asset))) is not None
    )
    return tuple(one for one in every if one.count > 0 and (one.until is None or today <= one.until))


def left_on(world: World, benefits: Benefits | None) -> tuple[Counted, ...]:
    """The uses that a member has left on cards that are not over; none while nobody can tell."""
    today, rules = world.say.local(world.clock.now()).date(), world.rules().cards
    every = (
        Counted(asset, rule.name, units, rule.full, rule.until)
        for asset, units in (benefits.cards.items() if benefits else ())
        if (rule := rules.get(acc.counted_on(asset))) is not None and rule.kind == "uses"
    )
    return tuple(one for one in every if one.count > 0 and (one.until is None or today <= one.until))


def assets_of(visitor: Visitor) -> tuple[str, ...]:
    """The benefits whose units this device may have fetched for the visitor."""
    if visitor.benefits is None:
        return ()
    return (*(one.asset for one in visitor.benefits.open), *visitor.benefits.cards)


def take(world: World, visitor: Visitor, one: Waiting) -> Journey[Ending]:
    """The journey of every gift, for no points; says where to go next."""
    means = Means(visitor.points(world), right=one.right)
    return (yield from redeem(world, visitor.visit, visitor.account, means, _offer(world, visitor, one)))


def _offer(world: World, visitor: Visitor, one: Waiting) -> Offer:
    free = msgspec.structs.replace(one.gift, points=0, cash=0)
    units = world.journal.rights(acc.gift(free.id))
    numbered = world.journal.next_voucher_serial() is not None
    made = offer(free, 0, Rights(0, units), world.connected is not False, numbered=numbered)
    held = world.journal.rights(one.right.asset, visitor.account.member) >= one.right.units
    if made.reach is Reach.NOW and world.connected is False and not held:
        return replace(made, reach=Reach.NEEDS_NETWORK)
    return made


def _on_shelf(
    world: World, asset: str, due: GiftByRight, name: Named, until: date | None
) -> tuple[Waiting, ...]:
    """Nothing for a gift that the catalogue does not have."""
    return tuple(
        Waiting(ByRight(asset, due.units), gift, name, until)
        for gift in world.replica.gifts()
        if gift.id == due.gift
    )


def _spent(world: World, visitor: Visitor) -> dict[str, int]:
    """Units that this kiosk used for the visitor since head office told, less what became void."""
    account, spent = visitor.account, dict[str, int]()
    for operation in world.journal.own_lines(account.member, account.mark_n):
        body = operation.redeem
        if body.benefit and operation.state != "voided":
            spent[body.benefit] = spent.get(body.benefit, 0) + body.benefit_units
    return spent
