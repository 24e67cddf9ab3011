"""A purchase that staff enter by hand: the sum, the receipt's number, and the points that it earns.

A receipt counts once in a store. Only head office can tell, so its points are nobody's before it has said so.
"""

from kiosk.desk import credit_pages as pages
from kiosk.desk import notices
from kiosk.desk.credit_pages import Till
from kiosk.desk.money_entry import MoneyAsk, enter_digits, enter_money
from kiosk.desk.number_entry import NumberAsk
from kiosk.desk.pages import Journey, Page
from kiosk.desk.staff_answers import is_sure
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Returned, Sold
from kiosk.ledger.feed import Colleague
from kiosk.membership.rules import HandRule
from kiosk.membership.sales import points_for
from kiosk.ports import Draft
from kiosk.words import _

RECEIPT_DIGITS = 20


def may_sell(world: World, colleague: Colleague) -> HandRule | None:
    """What the rule pack lets somebody of this role enter; None: nothing."""
    sales = world.rules().sales
    rule = sales.by_hand if sales else None
    return rule if rule and colleague.role in rule.roles else None


def sell(world: World, till: Till, rule: HandRule) -> Journey[bool]:
    """True once it is on record, or brings nothing; False: they went back."""
    ask = MoneyAsk(
        _("What does the receipt come to?"),
        _("The sum that was paid."),
        rule.most,
        _("That is more than may be entered by hand."),
    )
    cents = yield from enter_money(world, till.colleague, ask)
    if cents is None:
        return False
    points = points_for(world.rules(), till.account.lifetime, cents)
    if points < 1:
        yield from notices.read_it(pages.no_point(world, cents))
        return True
    number = NumberAsk(
        _("The number of the receipt"),
        _("Receipt"),
        _("As it is printed on it. A receipt counts once."),
        groups=(RECEIPT_DIGITS,),
    )
    receipt = yield from enter_digits(world, till.colleague, number)
    if receipt is None:
        return False
    body = Sold(receipt=receipt, cents=cents, points=points)
    ticket = world.ids.uuid7()
    page = Page(pages.sure_of_sale(world, till, body, ticket), countdown_s=notices.READING_S)
    if not (yield from is_sure(page, ticket)):
        return False
    member = till.account.member
    back = Returned(asset=acc.POINTS, amount=points, member=member)
    world.journal.append(
        Draft(body, member=member, visit=till.visit, operator=till.colleague.id),
        Draft(back, member=member, visit=till.visit),
    )
    world.hub.nudge()
    yield from notices.read_it(pages.sold(world, body))
    return True
