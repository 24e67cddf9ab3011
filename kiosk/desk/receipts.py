"""Points from a receipt that named nobody: its code is scanned, and whoever comes first has them.

The points are given by right, one for each receipt over all kiosks: without the network nothing is given and
nothing is used up, since only head office knows whether somebody was faster.
"""

from typing import Literal

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.pages import Draw, Journey, Page, frame, moment
from kiosk.desk.rights import obtain
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.ledger.entries import Earned
from kiosk.membership.receipts import NotAReceipt, Receipt, parse
from kiosk.ports import Draft
from kiosk.words import Words, _

Outcome = Literal["given", "used", "waits", "over", "forged"]


def scan_receipt(world: World, visitor: Visitor) -> Journey[bool]:
    """Ask for a receipt and give its points; False: they come back to the services."""
    page = Page(_ask(world), scans=True)
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return False
        if isinstance(event, ev.CodeScanned):
            yield from notices.read_it((yield from _taken(world, visitor, event.text)))
            return False


def may_scan(world: World, _visitor: Visitor) -> bool:
    """Whether purchases earn points, and there is a scanner."""
    return world.rules().sales is not None and world.spent_codes is not None


def is_receipt(text: str) -> bool:
    """Whether this looks like one, whoever signed it."""
    try:
        parse(text)
    except NotAReceipt:
        return False
    return True


def card_first(world: World) -> Draw:
    """A receipt was scanned while nobody was here."""
    return notices.notice(world, "card", lambda say: (
        say("Whose receipt is this?"),
        say("Tap your card first. Then choose More services and Points from a receipt."),
        say("Nothing was used up: the points are still on the receipt."),
    ))  # fmt: skip


def _taken(world: World, visitor: Visitor, text: str) -> Journey[Draw]:
    try:
        receipt, told, signature = parse(text)
    except NotAReceipt:
        return _no_receipt(world)
    outcome = _looked_at(world, receipt, told, signature)
    if outcome == "given":
        outcome = yield from _given(world, visitor, receipt)
    return _told(world, visitor, receipt, outcome)


def _looked_at(world: World, receipt: Receipt, told: bytes, signature: bytes) -> Outcome:
    """What can be seen without head office; 'given' if nothing speaks against it."""
    public = world.replica.phone_key(receipt.key_id)
    if public is None or not world.voucher_key.has_signed(public, told, signature):
        return "forged"
    rule = world.rules().sales
    if rule is None or not world.clock.trusted():
        return "waits"
    return "over" if world.clock.now() >= receipt.ends_at(rule.receipt_days) else "given"


def _given(world: World, visitor: Visitor, receipt: Receipt) -> Journey[Outcome]:
    member = visitor.account.member
    page = moment(world, _("Head office is looking whether this receipt is still free"))
    trouble = yield from obtain(world, receipt.asset, 1, member, page)
    if trouble:
        return "used" if trouble == "used" else "waits"
    earned = Earned(asset=receipt.asset, points=receipt.points)
    world.journal.append(Draft(earned, member=member, visit=visitor.visit))
    world.hub.nudge()
    return "given"


def _ask(world: World) -> Draw:
    def draw(say: Words, _left: int) -> views.Question:
        return views.Question(
            frame=frame(world, say, "back", "staff", "leave"),
            title=say("Hold your receipt to the scanner"),
            sentence=say("The code at its foot brings the points. Each receipt counts once."),
            options=(),
            later=views.Choice(say("Never mind"), ev.WentBack()),
        )

    return draw


def _no_receipt(world: World) -> Draw:
    return notices.notice(world, "bell", lambda say: (
        say("This is not the code of a receipt"),
        say("Please scan the square code at the foot of a receipt that was printed without your card."),
        say("Nothing was changed."),
    ))  # fmt: skip


def _told(world: World, visitor: Visitor, receipt: Receipt, outcome: Outcome) -> Draw:
    match outcome:
        case "given":
            return notices.notice(world, "gift", lambda say: (
                say("{points} points from your receipt", points=say.points(receipt.points)),
                say("It is used now. You may throw it away, unless you want to bring something back."),
                say("You can use them at once. You have {total} points now.",
                    total=say.points(visitor.points(world))),
            ))  # fmt: skip
        case "used":
            return notices.notice(world, "bell", lambda say: (
                say("This receipt has no points left"),
                say("It was scanned before, something was brought back, or its time is over. "
                    "Please ask our staff."),
                say("Nothing was changed."),
            ))  # fmt: skip
        case "over":
            return notices.notice(world, "clock", lambda say: (
                say("This receipt is too old"),
                say("Its points had to be collected by {day}.", day=_last(say, world, receipt)),
                say("Nothing was changed."),
            ))  # fmt: skip
        case "forged":
            return notices.notice(world, "bell", lambda say: (
                say("We cannot take this receipt"),
                say("It was not made by us, or this kiosk has not heard of it yet."),
                say("Nothing was changed."),
            ), "K-RC-01")  # fmt: skip
    return notices.notice(world, "network", lambda say: (
        say("The receipt has to wait for the network"),
        say("Only head office knows whether it was used before. Please keep it and scan it again by {day}.",
            day=_last(say, world, receipt)),
        say("Nothing was used up: the points are still on the receipt."),
    ))  # fmt: skip


def _last(say: Words, world: World, receipt: Receipt) -> str:
    """The last day on which it is good, by the store's calendar."""
    rule = world.rules().sales
    return say.date(receipt.ends_at(rule.receipt_days if rule is not None else 0) - 1)
