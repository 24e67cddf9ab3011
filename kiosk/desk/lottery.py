"""The lottery: odds and pieces before the draw, one draw in each period, a result that can be checked later.

The draw is journalled before anybody knows what became of it. The result comes with the next sync, or, after
a power cut or without the network, at the next visit; the points are never taken twice.
"""

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.benefits import today_of
from kiosk.desk.member_pin import prove
from kiosk.desk.pages import Draw, Journey, Page, frame, moment, paged, wait_for
from kiosk.desk.rights import obtain
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import ANSWER_S_MAX, World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Drawn, Drew
from kiosk.ledger.sync import DrawResult
from kiosk.membership.lottery import SHORT
from kiosk.membership.rules import DRAW, WHOLE, LotteryRule
from kiosk.ports import Draft
from kiosk.words import Words, _

PARAGRAPHS = 5
"""Paragraphs a page: so many stand over the buttons of the smallest panel."""


def lottery(world: World, visitor: Visitor) -> Journey[bool]:
    """Results that wait first, then the odds, until they go back; False: they come back to the services."""
    for result in _waiting(visitor):
        yield from _tell(world, visitor, result)
    rule = open_lottery(world)
    if rule is None:
        return False
    number = 1

    def draw(say: Words, _left: int) -> views.View:
        return _odds(world, say, visitor, rule, number)

    while True:
        event = yield Page(draw)
        if isinstance(event, ev.WentBack):
            return False
        if isinstance(event, ev.PageTurned):
            number = event.page
        if event == ev.OptionChosen("lottery", "draw") and _may_draw(visitor, rule):
            yield from _one_draw(world, visitor, rule)
            return False


def offered(world: World, visitor: Visitor) -> bool:
    """Whether head office can be asked, and there is a lottery or a result to read."""
    return visitor.lottery is not None and (open_lottery(world) is not None or bool(_waiting(visitor)))


def note(world: World, say: Words, visitor: Visitor) -> str:
    """What there is to know on the tile."""
    if _waiting(visitor):
        return say("Your result is here")
    rule = open_lottery(world)
    return say("{points} points a draw", points=say.points(rule.points)) if rule else ""


def open_lottery(world: World) -> LotteryRule | None:
    """The lottery of the rule pack, until its last day."""
    rules = world.rules()
    today = world.say.local(world.clock.now()).date()
    on = rules.lottery is not None and today <= rules.lottery.until and DRAW in rules.entitlements
    return rules.lottery if on and world.clock.trusted() else None


def _waiting(visitor: Visitor) -> tuple[DrawResult, ...]:
    results = visitor.lottery.results if visitor.lottery else ()
    return tuple(result for result in results if result.draw not in visitor.read)


def _left(visitor: Visitor, rule: LotteryRule) -> dict[str, int]:
    """Prize -> pieces left, as head office said when this visit began."""
    known = visitor.lottery
    return known.left if known is not None and known.id == rule.id else {}


def _may_draw(visitor: Visitor, rule: LotteryRule) -> bool:
    """Only where something is left to win: nobody pays for nothing."""
    return any(_left(visitor, rule).values())


def _one_draw(world: World, visitor: Visitor, rule: LotteryRule) -> Journey[None]:
    """PIN, rights, journal; then the result, if it comes in time."""
    proven = yield from prove(world, visitor, lambda say: (
        say("Draw for {points} points?", points=say.points(rule.points)),
        say("By drawing you say that you are at least {age} years old. The points are spent, "
            "whatever you draw.", age=rule.age),
        say("Draw, use {points} points", points=say.points(rule.points)),
    ))  # fmt: skip
    if proven is None:
        return
    if why := (yield from _gather(world, visitor, rule)):
        yield from notices.read_it(why)
        return
    drew = Drew(lottery=rule.id, asset=today_of(world, DRAW), points=rule.points)
    (entry,) = world.journal.append(Draft(drew, member=visitor.account.member, visit=visitor.visit))
    world.hub.nudge()

    def decided(event: ev.Event) -> DrawResult | None:
        draws = event.draws if isinstance(event, ev.RightsChanged) else ()
        return next((one for one in draws if one.draw == entry.id), None)

    result = yield from wait_for(world, moment(world, _("The wheel is turning")), decided, ANSWER_S_MAX)
    if result is None:
        yield from notices.read_it(later(world))
    else:
        yield from _tell(world, visitor, result)


def _gather(world: World, visitor: Visitor, rule: LotteryRule) -> Journey[Draw | None]:
    """Today's right to draw first, then the points; a notice when one of them is not to be had."""
    member, page = visitor.account.member, moment(world, _("Head office is setting your points aside"))
    short = yield from obtain(world, today_of(world, DRAW), 1, member, page)
    if short == "used":
        return drawn_already(world)
    if not short and rule.points:
        short = yield from obtain(world, acc.POINTS, rule.points, member, page)
    if short == "points":
        return notices.not_enough(world, max(1, rule.points - visitor.points(world)))
    return notices.no_right(world) if short else None


def _tell(world: World, visitor: Visitor, result: DrawResult) -> Journey[None]:
    """Say it, and journal that it was said: it waits no longer."""
    visitor.read.add(result.draw)
    yield from notices.read_it(won(world, result.prize) if result.prize else nothing(world))
    told = Drawn(draw=result.draw, prize=result.prize)
    world.journal.append(Draft(told, member=visitor.account.member, visit=visitor.visit))
    world.hub.nudge()


# --- pages -------------------------------------------------------------------------------------------


def _odds(world: World, say: Words, visitor: Visitor, rule: LotteryRule, number: int) -> views.Article:
    shown, pages = paged(say, _paragraphs(world, say, visitor, rule), number, PARAGRAPHS)
    draw = views.Choice(
        say("Draw, use {points} points", points=say.points(rule.points)),
        ev.OptionChosen("lottery", "draw"),
        icon="draw",
        primary=True,
    )
    return views.Article(
        frame=frame(world, say, "back", "staff", "leave"),
        title=say.of(rule.name),
        paragraphs=shown,
        pages=pages,
        choices=(draw,) if _may_draw(visitor, rule) else (),
    )


def _paragraphs(world: World, say: Words, visitor: Visitor, rule: LotteryRule) -> tuple[str, ...]:
    left = _left(visitor, rule)
    blank = WHOLE - sum(rule.chances.values())
    prizes = tuple(_prize_line(world, say, name, rule, left.get(name, 0)) for name in rule.prizes)
    nothing = (say("{chance}: no prize this time", chance=_percent(blank)),) if blank > 0 else ()
    gone = () if any(left.values()) else (say("Every prize has been won. Thank you for playing."),)
    return (
        say("One draw a day for {points} points, from {age} years on, until {day}.",
            points=say.points(rule.points), age=rule.age, day=say.full_day(rule.until)),
        *gone,
        *prizes,
        *nothing,
        say("A prize that has run out is replaced by the next one of this list that is left."),
        say("Nobody can choose what you draw: head office fixed its part beforehand (code {code}), "
            "this kiosk adds its own. Afterwards everybody can check it.", code=rule.commit[:SHORT]),
    )  # fmt: skip


def _prize_line(world: World, say: Words, name: str, rule: LotteryRule, left: int) -> str:
    stock = say("{count} left", count=left) if left else say("all won")
    chance = _percent(rule.prizes[name].chance)
    return say("{chance}: {prize} ({stock})", chance=chance, prize=_prize(world, say, name), stock=stock)


def _percent(chance: int) -> str:
    """12.5 % of ten thousand as people read it."""
    return f"{chance / (WHOLE // 100):g}%"


def _prize(world: World, say: Words, name: str) -> str:
    found = world.rules().entitlements.get(name)
    return say.of(found.name) if found and found.name else name


def won(world: World, prize: str) -> Draw:
    """Somebody won this right to a gift."""
    return notices.notice(world, "gift", lambda say: (
        say("You have won: {prize}", prize=_prize(world, say, prize)),
        say("It waits for you among your gifts: tap your card again to have its voucher printed."),
        say("Nothing more is to be paid for it."),
    ))  # fmt: skip


def nothing(world: World) -> Draw:
    """They won nothing."""
    return notices.notice(world, "gift", lambda say: (
        say("No prize this time"),
        say("Thank you for playing. You can draw again another day."),
        "",
    ))  # fmt: skip


def later(world: World) -> Draw:
    """It is drawn, and nobody told us yet what became of it."""
    return notices.notice(world, "network", lambda say: (
        say("Your draw is made, the result comes later"),
        say("Head office cannot be reached this moment. Your result waits here for you at your next visit."),
        say("You will not be charged again for it."),
    ))  # fmt: skip


def drawn_already(world: World) -> Draw:
    """Their draw of this period is used up."""
    return notices.notice(world, "clock", lambda say: (
        say("You have drawn already"),
        say("You can draw again tomorrow."),
        say("Nothing was spent."),
    ))  # fmt: skip
