"""The paper of a voucher that stands, once more: the same number, marked as a copy, worth no second gift."""

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.pages import Draw, Journey, Page, frame, wait_for
from kiosk.desk.visitor import Visitor
from kiosk.desk.vouchers import voucher_paper
from kiosk.desk.world import World
from kiosk.ledger.entries import Printing
from kiosk.membership.vouchers import shown
from kiosk.ports import Draft, Operation
from kiosk.words import Words


def print_again(world: World, visitor: Visitor, operation: Operation) -> Journey[None]:
    """Journal the attempt, print, say how it ended. Nothing is spent, whatever the printer does."""
    trouble = world.printer.ready()
    if trouble:
        yield from notices.read_it(notices.printer_resting(world, trouble))
        return
    body = operation.redeem
    now = world.journal.operation(body.op)
    if now is None or now.state != "posted" or now.claimed is not None or now.expired:
        yield from notices.read_it(settled(world))  # the counter was quicker
        return
    attempt, account = now.attempt + 1, visitor.account
    printing = Printing(op=body.op, attempt=attempt)
    world.journal.append(Draft(printing, member=account.member, visit=visitor.visit))
    world.printer.print(body.op, attempt, voucher_paper(world, world.say, account.name, body, attempt))
    printed = yield from wait_for(
        world,
        Page(_printing(world), held=True),
        lambda event: (
            event
            if isinstance(event, ev.Printed) and (event.op, event.attempt) == (body.op, attempt)
            else None
        ),
        world.printer.longest_s(),
    )
    came_out = printed is not None and printed.outcome is ev.Outcome.CONFIRMED
    why = "" if came_out else printed.why if printed is not None else "K-PR-09"
    world.hub.nudge()
    yield from notices.read_it(_ended(world, body.voucher, why, came_out=came_out))


def settled(world: World) -> Draw:
    """Somebody else was quicker: the voucher is settled."""
    return notices.notice(
        world,
        "gift",
        lambda say: (
            say("This voucher was used in the meantime"),
            say("It was claimed or ended a moment ago. If that was not you, please ask our staff."),
            say("Nothing was changed."),
        ),
    )


def _printing(world: World) -> Draw:
    def draw(say: Words, _left: int) -> views.Busy:
        sentence = say("Your voucher is being printed. Please wait for it.")
        return views.Busy(frame(world, say), say("One moment"), sentence)

    return draw


def _ended(world: World, number: str, why: str, *, came_out: bool) -> Draw:
    return notices.notice(
        world,
        "printer",
        lambda say: (
            say("Here it is again") if came_out else say("Your voucher was not printed well"),
            say(
                "Voucher {number}. It is a copy: whoever comes first with either paper gets the one gift.",
                number=shown(number),
            )
            if came_out
            else say("The printer stopped. Our staff can help; the voucher itself stays good."),
            say("No points were used a second time."),
        ),
        why,
    )
