"""The shop's gifts as pieces: staff book what came, and what is broken or missing.

What came is this kiosk's to give at once, without the network too, and goes to head office's pool as soon as
there is one. What is gone must be this kiosk's first, so nobody's promised gift ever leaves the books.
"""

from kiosk import events as ev
from kiosk.desk import notices
from kiosk.desk import stock_pages as pages
from kiosk.desk.money_entry import enter_digits
from kiosk.desk.number_entry import NumberAsk
from kiosk.desk.pages import Journey, moment
from kiosk.desk.rights import obtain
from kiosk.desk.staff_answers import another, chosen, is_sure
from kiosk.desk.staff_pages import gift_of, staff_page
from kiosk.desk.stock_pages import Stock, Why
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Body, Returned, Stocked
from kiosk.ledger.feed import Colleague
from kiosk.ledger.sync import Gift
from kiosk.membership.rules import StockRule
from kiosk.ports import Draft
from kiosk.words import Words, _

PIECES_DIGITS = 6


def stock_rule(world: World, colleague: Colleague) -> StockRule | None:
    """What the rule pack says of gifts as pieces, if somebody of this role may book any."""
    rule = world.rules().stock
    return rule if rule and pages.may(rule, colleague) else None


def stock_desk(world: World, colleague: Colleague) -> Journey[None]:
    """The gifts, a page at a time; a touch opens what may be booked of one."""
    rule, number = stock_rule(world, colleague), 1
    if rule is None:
        return
    stock = Stock(world, colleague, rule)
    page = staff_page(world, lambda say, left: pages.gifts(stock, say, number, left))
    while True:
        match (yield page):
            case ev.WentBack():
                return
            case ev.PageTurned(page=number):
                pass
            case ev.RowChosen(row=name) if (gift := gift_of(world, name)) is not None:
                yield from _one(stock, gift)


def _one(stock: Stock, gift: Gift) -> Journey[None]:
    """What happened to it, how many pieces, and whether that is so."""
    world = stock.world
    why = yield from _why(stock, gift)
    if why is None:
        return
    pieces = yield from _how_many(stock, gift, why)
    if pieces is None:
        return
    body, ticket = Stocked(gift=gift.id, pieces=pieces, why=why), world.ids.uuid7()
    if not (yield from is_sure(staff_page(world, pages.sure(stock, gift, body, ticket)), ticket)):
        return
    if not body.comes:
        gone = yield from _let_go(stock, gift, body)
        if gone is None:
            return
        body = gone
    bodies: list[Body] = [body]
    if body.comes and world.connected is not False:
        # Head office lends every kiosk what it needs; the rest is for all of them.
        bodies.append(Returned(asset=acc.gift(gift.id), amount=pieces))
    stock.booked(gift, body)
    world.journal.append(*(Draft(one, operator=stock.colleague.id) for one in bodies))
    world.hub.nudge()
    yield from notices.read_it(pages.done(stock, gift, body))


def _why(stock: Stock, gift: Gift) -> Journey[Why | None]:
    ticket = stock.world.ids.uuid7()
    page = staff_page(stock.world, pages.what(stock, gift, ticket))
    said = yield from chosen(page, ticket)
    return next((one for one in pages.may(stock.rule, stock.colleague) if one == said), None)


def _how_many(stock: Stock, gift: Gift, why: Why) -> Journey[int | None]:
    most = stock.rule.most

    def check(say: Words, typed: str) -> str:
        if int(typed) < 1:
            return say("At least one piece.")
        return say("At most {most} at once.", most=most) if int(typed) > most else ""

    ask = NumberAsk(
        pages.ASKED[why], _("Pieces"), pages.title(stock.world, gift), groups=(PIECES_DIGITS,), check=check
    )
    typed = yield from enter_digits(stock.world, stock.colleague, ask)
    return None if typed is None else int(typed)


def _let_go(stock: Stock, gift: Gift, body: Stocked) -> Journey[Stocked | None]:
    """Somebody agrees, and the pieces are this kiosk's; None: they stay in the books."""
    world, rule, second = stock.world, stock.rule, ""
    if rule.second:
        agreed = yield from another(
            world,
            stock.colleague,
            lambda one: one.role in rule.correct,
            lambda wrong: pages.second_please(stock, gift, body, wrong=wrong),
        )
        if agreed is None:
            return None
        second = agreed.id
    waiting = moment(world, _("Head office is looking whether they are free"))
    trouble = yield from obtain(world, acc.gift(gift.id), body.pieces, None, waiting)
    if trouble:
        yield from notices.read_it(pages.not_free(stock, gift, trouble))
        return None
    return Stocked(gift=gift.id, pieces=body.pieces, why=body.why, second=second)
