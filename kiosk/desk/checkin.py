"""The daily check-in: points once a day, over all kiosks of the shop, given only by right."""

from kiosk.desk import notices
from kiosk.desk.benefits import due, today_of
from kiosk.desk.pages import Draw, Journey, moment
from kiosk.desk.rights import obtain
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.ledger.entries import Earned
from kiosk.ports import Draft
from kiosk.words import Words, _

RULE = "checkin"


def check_in(world: World, visitor: Visitor) -> Journey[bool]:
    """Ask for today's right, and give the points for it; False: they come back to the services."""
    rule, asset = world.rules().entitlements[RULE], today_of(world, RULE)
    member = visitor.account.member
    waiting = moment(world, _("Head office is looking whether you were here today"))
    trouble = (yield from obtain(world, asset, 1, member, waiting)) if world.clock.trusted() else "later"
    if not trouble:
        earned = Earned(asset=asset, points=rule.points)
        world.journal.append(Draft(earned, member=member, visit=visitor.visit))
        world.hub.nudge()
    if trouble in {"", "used"}:
        visitor.had.add(asset)
    yield from notices.read_it(_told(world, visitor, trouble, rule.points))
    return False


def open_today(world: World, _visitor: Visitor) -> bool:
    """Whether the shop gives points for coming by."""
    return due(world, RULE)


def is_due(world: World, visitor: Visitor) -> bool:
    """Whether head office says that today's is still theirs."""
    if visitor.benefits is None or not due(world, RULE):
        return False
    asset = today_of(world, RULE)
    return asset not in visitor.had and any(one.asset == asset for one in visitor.benefits.open)


def note(world: World, say: Words, _visitor: Visitor) -> str:
    """What it is worth."""
    points = world.rules().entitlements[RULE].points
    return say("{points} points, once a day", points=say.points(points))


def _told(world: World, visitor: Visitor, trouble: str, points: int) -> Draw:
    if not trouble:
        return notices.notice(world, "gift", lambda say: (
            say("Welcome back. Your check-in is done"),
            say("Come by again tomorrow."),
            say("{points} points were added, you can use them at once. You have {total} now.",
                points=say.points(points), total=say.points(visitor.points(world))),
        ))  # fmt: skip
    if trouble == "used":
        return notices.notice(world, "clock", lambda say: (
            say("You have checked in today already"),
            say("The next one is open tomorrow."),
            say("Today's points were added to your account."),
        ))  # fmt: skip
    return notices.notice(world, "network", lambda say: (
        say("Check-in has to wait for the network"),
        say("Only head office knows whether you were at another kiosk today. Please try again later."),
        say("Nothing was used up: today's points are still yours to collect."),
    ))  # fmt: skip
