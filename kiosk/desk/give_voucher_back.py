"""A voucher given back before it is claimed: nobody may claim it any more, and the points return.

The paper may still be in a pocket. What counts is the right to claim, which is one unit in one place: with it
here, it is used up in the transaction that brings the points back; elsewhere it is asked for first.
"""

from kiosk.desk import notices, paid_with
from kiosk.desk.member_pin import prove
from kiosk.desk.pages import Draw, Journey, moment
from kiosk.desk.print_again import settled
from kiosk.desk.rights import obtain
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Body, Cancel, Returned
from kiosk.ports import Draft, Operation
from kiosk.words import _


def may_give_back(operation: Operation) -> bool:
    """Whether this is offered at all: points that the kiosk stood in for are settled by head office alone."""
    return operation.state == "posted" and not operation.redeem.risk


def give_back_voucher(world: World, visitor: Visitor, operation: Operation) -> Journey[None]:
    """Ask for the PIN, fetch the right to claim if it is elsewhere, journal, say what happened."""
    body = operation.redeem
    points = body.points
    proven = yield from prove(
        world,
        visitor,
        lambda say: (
            say("Give the voucher back?"),
            paid_with.come_back(say, points),
            say("Give it back"),
        ),
    )
    if proven is None:
        return
    page = moment(world, _("Fetching your voucher from head office"))
    short = yield from obtain(world, acc.claim(body.voucher), 1, None, page)
    now = world.journal.operation(body.op)
    if short or now is None or now.state != "posted" or not now.claim_held or now.expired:
        late = short == "later" or (short == "" and now is not None and not now.claim_held)
        yield from notices.read_it(_not_here(world) if late else settled(world))
        return
    undone: list[Body] = [Cancel(op=body.op, voucher=body.voucher)]
    if body.benefit:  # the points stay for this visit, its right goes home: any kiosk may give the gift
        undone.append(Returned(asset=body.benefit, amount=body.benefit_units, member=now.member))
    world.journal.append(*(Draft(one, member=now.member, visit=visitor.visit) for one in undone))
    world.hub.nudge()
    yield from notices.read_it(_given_back(world, points))


def _not_here(world: World) -> Draw:
    return notices.notice(
        world,
        "network",
        lambda say: (
            say("This voucher cannot be given back right now"),
            say("Another counter may hand out its gift, and we cannot reach head office to ask."),
            say("Nothing was changed. The voucher stays good."),
        ),
        "K-NW-02",
    )


def _given_back(world: World, points: int) -> Draw:
    return notices.notice(
        world,
        "gift",
        lambda say: (
            say("The voucher was given back"),
            say("Please throw the paper away: no counter takes it any more."),
            paid_with.are_back(say, points),
        ),
        onward=None,
    )
