"""Staff give a member something of value: money that was paid in, stamps, uses of a card, points.

What may be given, by whom, for what price and with whose consent is the rule pack's to say. The member is
there with their card, or proves themselves by phone and PIN. One entry holds it all; no right to it stays
here, so that it is at every kiosk as soon as head office has heard of it.
"""

from kiosk import events as ev
from kiosk.desk import credit_pages as pages
from kiosk.desk import notices
from kiosk.desk.by_right import Counted, left_on
from kiosk.desk.credit_pages import Till
from kiosk.desk.identify import Identified, identify
from kiosk.desk.pages import Draw, Journey, Page, moment
from kiosk.desk.phone_sign_in import known_by_phone
from kiosk.desk.rights import obtain
from kiosk.desk.sale_desk import may_sell, sell
from kiosk.desk.staff_answers import another, chosen, is_sure
from kiosk.desk.staff_pages import Locked, staff_page
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Credited, Returned, Used
from kiosk.ledger.feed import Colleague
from kiosk.membership.rules import CreditOffer, CreditRule
from kiosk.ports import Draft
from kiosk.words import _


def credit_desk(world: World, colleague: Colleague) -> Journey[None]:
    """From a member's card to what they were given, one thing after the other until staff go back."""
    till = yield from _whose(world, colleague)
    if till is None:
        return
    rules, sale = pages.allowed(world, colleague), may_sell(world, colleague)
    while True:
        said = yield from _choice(
            world, lambda ticket: pages.what(world, till, rules, ticket, sells=sale is not None)
        )
        if said is None:
            return
        card = next((one for one in till.cards if one.asset == said), None)
        if card is not None:
            done = yield from _use_one(world, till, card)
        elif said == pages.SALE and sale is not None:
            done = yield from sell(world, till, sale)
        elif said in rules:
            done = yield from _give(world, till, said, rules[said])
        else:
            continue
        if done:
            return


def _whose(world: World, colleague: Colleague) -> Journey[Till | None]:
    """Whose account; None when staff rather go back. Locked if the phone's owner did not prove themselves."""
    visit, again = world.ids.uuid7(), False
    while True:
        draw = pages.please(world, colleague, again=again)
        event = yield Page(draw, countdown_s=notices.READING_S, taps=True)
        if isinstance(event, ev.WentBack):
            return None
        if event == pages.BY_PHONE:
            visitor = yield from known_by_phone(world)
            if visitor is None:
                raise Locked  # whoever stands there now is not staff
            cards = left_on(world, visitor.benefits)
            return Till(colleague, visitor.account, cards, visitor.visit)
        if isinstance(event, ev.CardTapped):
            card = world.card_key.hash(event.card)
            staff = world.replica.staff_card(card) is not None
            known = None if staff else (yield from identify(world, card))
            if isinstance(known, Identified):
                return Till(colleague, known.account, left_on(world, known.benefits), visit)
            again = staff or known is not None


def _give(world: World, till: Till, name: str, rule: CreditRule) -> Journey[bool]:
    """True once it is given; False: they go back to what there is."""
    offer = yield from _offer(world, till, rule)
    if offer is None:
        return False
    reason = ""
    if rule.reasons:
        told = yield from _choice(world, lambda ticket: pages.why(world, till, rule, ticket))
        if told not in rule.reasons:
            return False
        reason = told
    ticket = world.ids.uuid7()
    if not (yield from _is_sure(ticket, pages.sure(world, till, rule, offer, ticket))):
        return False
    second = ""
    if rule.second:
        agreed = yield from another(
            world,
            till.colleague,
            lambda one: one.role in rule.roles,
            lambda wrong: pages.second_please(world, till, wrong=wrong),
        )
        if agreed is None:
            return False
        second = agreed.id
    body = Credited(
        rule=name, asset=rule.asset, units=offer.units, price=offer.price, reason=reason, second=second
    )
    _journal(world, till, body)
    yield from notices.read_it(pages.given(world, rule, offer))
    return True


def _offer(world: World, till: Till, rule: CreditRule) -> Journey[CreditOffer | None]:
    if len(rule.offers) == 1:
        return rule.offers[0]
    place = yield from _choice(world, lambda ticket: pages.how_much(world, till, rule, ticket))
    return rule.offers[int(place)] if place is not None else None


def _journal(world: World, till: Till, body: Credited) -> None:
    account = till.account
    drafts = [Draft(body, member=account.member, visit=till.visit, operator=till.colleague.id)]
    if body.asset != acc.POINTS or not account.home:
        # A home member's points stay here, for the next cut network.
        back = Returned(asset=body.asset, amount=body.units, member=account.member)
        drafts.append(Draft(back, member=account.member, visit=till.visit))
    world.journal.append(*drafts)
    world.hub.nudge()


def _use_one(world: World, till: Till, card: Counted) -> Journey[bool]:
    """One use of a card of so many; True once it is used, or cannot be."""
    ticket = world.ids.uuid7()
    if not (yield from _is_sure(ticket, pages.sure_of_use(world, till, card, ticket))):
        return False
    member = till.account.member
    waiting = moment(world, _("Head office is looking how many are left"))
    trouble = yield from obtain(world, card.asset, 1, member, waiting)
    if not trouble:
        used = Draft(Used(asset=card.asset), member=member, visit=till.visit, operator=till.colleague.id)
        world.journal.append(used)
        world.hub.nudge()
    yield from notices.read_it(pages.used(world, card, trouble))
    return True


def _choice(world: World, draw: pages.Asked) -> Journey[str | None]:
    """The option that was chosen; None for back."""
    ticket = world.ids.uuid7()
    return (yield from chosen(staff_page(world, draw(ticket)), ticket))


def _is_sure(ticket: str, draw: Draw) -> Journey[bool]:
    return (yield from is_sure(Page(draw, countdown_s=notices.READING_S), ticket))
