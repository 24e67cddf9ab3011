"""A member's visit: how much, which gift, what else."""

from dataclasses import replace

from kiosk import events as ev
from kiosk import views
from kiosk.desk.benefits import today_of
from kiosk.desk.by_right import assets_of
from kiosk.desk.card_points import look
from kiosk.desk.doubt import doubt
from kiosk.desk.home import history, home
from kiosk.desk.pages import Journey, Page, VisitEnded
from kiosk.desk.print_out import statement
from kiosk.desk.questions import ask_once
from kiosk.desk.redeem import Means, redeem, reprint
from kiosk.desk.risk import allowance
from kiosk.desk.services import more, offered
from kiosk.desk.shelf import Shopper, browse
from kiosk.desk.today import PANEL, follow, lines
from kiosk.desk.visitor import Visitor
from kiosk.desk.wishes import note_wish
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Returned
from kiosk.membership.rules import CASH_VOUCHER, DRAW
from kiosk.ports import Draft, NotHeld
from kiosk.words import Words


def serve(world: World, visitor: Visitor, tap: ev.CardTapped | None = None) -> Journey[None]:
    """Somebody who is known, until they leave. `tap`: the card that lies on a reader, if one does."""
    account = visitor.account
    try:
        pocket = (yield from look(world, tap, account, visitor.visit)) if tap is not None else None
        yield from _at_the_kiosk(world, replace(visitor, pocket=pocket))
    except (VisitEnded, NotHeld):
        give_back(world, visitor)
        raise
    give_back(world, visitor)


def give_back(world: World, visitor: Visitor) -> None:
    """Rights that no visit needs go back to the member.

    Points and tries of a home member stay for the next cut network; benefits never do.
    """
    member, rules = visitor.account.member, world.rules()
    limits = (today_of(world, rule) for rule in (CASH_VOUCHER, DRAW) if rule in rules.entitlements)
    kept = () if visitor.account.home else (acc.POINTS, acc.TRIES)
    spare = [
        Draft(Returned(asset=asset, amount=amount, member=member), member=member)
        for asset in dict.fromkeys((*limits, *kept, *assets_of(visitor)))
        if (amount := world.journal.rights(asset, member)) > 0
    ]
    if spare:
        world.journal.append(*spare)
        world.hub.nudge()


def _at_the_kiosk(world: World, visitor: Visitor) -> Journey[None]:
    for operation in world.journal.unresolved(visitor.account.member):
        if operation.state == "unknown" and operation.claim_held:
            ending = yield from reprint(world, visitor.visit, visitor.account, operation)
            if ending == "leave":
                return

    def draw(say: Words, _left: int) -> views.View:
        return home(
            world,
            say,
            visitor.account,
            visitor.points(world),
            more=bool(offered(world, visitor)),
            by_phone=visitor.by_phone,
            today=lines(world, say, visitor),
        )

    finished = False
    while not finished:
        event = yield Page(draw)
        finished = yield from _asked(world, visitor, event)


def _asked(world: World, visitor: Visitor, event: ev.Event) -> Journey[bool]:
    """What was chosen on the first page; True when the visitor is done for today."""
    match event:
        case ev.ShelfOpened():
            return (yield from _choose(world, visitor))
        case ev.ServicesOpened():
            return (yield from more(world, visitor))
        case ev.OptionChosen(ticket=ticket, option=option) if ticket == PANEL:
            return (yield from follow(world, visitor, option))
        case ev.HistoryOpened():
            yield from _read_history(world, visitor)
    return False


def _choose(world: World, visitor: Visitor) -> Journey[bool]:
    """Shelf and redemption; True when the visitor is done for today."""
    while True:
        points = visitor.points(world)
        backed = allowance(world, visitor.account, visitor.family)
        here = backed + (visitor.pocket.points if visitor.pocket else 0)
        shopper = Shopper(visitor.account.member, points, here, visitor.wished)
        chosen = yield from browse(world, shopper, lambda gift: note_wish(world, visitor, gift))
        if chosen is None:
            return False
        means = Means(points, backed, visitor.pocket)
        ending = yield from redeem(world, visitor.visit, visitor.account, means, chosen)
        if ending == "home":
            if visitor.points(world) < points and not world.journal.unresolved(visitor.account.member):
                yield from ask_once(world, visitor)
            return False
        if ending == "leave":
            return True


def _read_history(world: World, visitor: Visitor) -> Journey[None]:
    number, printed = 1, False

    def draw(say: Words, _left: int) -> views.View:
        points = visitor.points(world)
        return history(world, say, visitor.account, points, number, printable=not printed)

    while True:
        event = yield Page(draw)
        if isinstance(event, ev.WentBack):
            return
        if isinstance(event, ev.PageTurned):
            number = event.page
        if event == ev.OptionChosen("history", "doubt"):
            yield from doubt(world, visitor)
        if isinstance(event, ev.StatementOpened) and not printed:
            printed = yield from statement(world, visitor.account, visitor.points(world))
