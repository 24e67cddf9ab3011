"""The visitor's own vouchers: which may still be claimed, until when; printed again, or given back."""

from dataclasses import dataclass

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices, paid_with
from kiosk.desk.give_voucher_back import give_back_voucher, may_give_back
from kiosk.desk.pages import Draw, Journey, Page, frame, paged
from kiosk.desk.print_again import print_again
from kiosk.desk.redeem import reprint
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.ledger.sync import Gift
from kiosk.membership.vouchers import shown
from kiosk.ports import Operation
from kiosk.words import Words

ROWS = 6
"""Rows a page."""
SOON_US = 3 * 86_400_000_000
"""Whose time is over within this is said so."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One voucher as the list tells it. `op` is '' for those of other kiosks, which are only read here."""

    op: str
    number: str
    gift: str
    points: int
    expires: int
    doubtful: bool
    where: int = 0


def waiting(world: World, visitor: Visitor) -> tuple[_Line, ...]:
    """Vouchers that may still be claimed, those that expire first at the head."""
    now = world.clock.now() if world.clock.trusted() else 0
    ours = (
        _Line(one.redeem.op, one.redeem.voucher, one.redeem.gift, one.redeem.points,
              one.redeem.expires if one.clock == one.redeem.clock == "trusted" else 0, one.state == "unknown")
        for one in world.journal.vouchers(visitor.account.member)
    )  # fmt: skip
    others = (
        _Line("", one.number, one.gift, one.points, one.expires, one.doubtful, _kiosk(one.where))
        for one in visitor.elsewhere or ()
    )
    lines = [line for line in (*ours, *others) if not line.expires or line.expires > now]
    return tuple(sorted(lines, key=lambda line: (line.expires or 2**63, line.number)))


def my_vouchers(world: World, visitor: Visitor) -> Journey[bool]:
    """The list, until they go back; True when the visitor is done for today."""
    number = 1

    def draw(say: Words, _left: int) -> views.View:
        return listing(world, say, visitor, number)

    while True:
        event = yield Page(draw)
        if isinstance(event, ev.WentBack):
            return False
        if isinstance(event, ev.PageTurned):
            number = event.page
        if isinstance(event, ev.RowChosen):
            operation = _of(world, visitor, event.row)
            if operation is not None and (yield from _one(world, visitor, operation)):
                return True


def listing(world: World, say: Words, visitor: Visitor, number: int) -> views.Listing:
    """One page of it."""
    shown_rows, pages = paged(say, waiting(world, visitor), number, ROWS)
    known = (
        say("Show one at the counter to get the gift.")
        if visitor.elsewhere is not None
        else say("Without the network we see only the vouchers of this kiosk. The others are safe.")
    )
    return views.Listing(
        frame=frame(world, say, "back", "staff", "leave"),
        title=say("My vouchers"),
        sentence=known,
        rows=tuple(_row(world, say, line) for line in shown_rows),
        empty=say("No voucher is waiting for you."),
        pages=pages,
    )


def tile_note(world: World, say: Words, visitor: Visitor) -> str:
    """How many there are, for the tile."""
    count = len(waiting(world, visitor))
    return say("{count} waiting for you", count=count) if count else ""


def _row(world: World, say: Words, line: _Line) -> views.ListRow:
    gift = _gift(world, line.gift)
    notes = [say("Voucher {number}", number=shown(line.number)), _until(world, say, line)]
    if line.doubtful:
        notes.append(say("print being checked"))
    if not line.op:
        notes.append(say("from kiosk {number}", number=line.where))
    return views.ListRow(
        title=say.of(gift.name) if gift else line.gift,
        note=" · ".join(filter(None, notes)),
        fact=paid_with.price(say, line.points),
        tells=ev.RowChosen(line.op) if line.op else None,
        verb=say("Open") if line.op else "",
        icon="ticket",
        picture=gift.picture if gift else "",
    )


def _until(world: World, say: Words, line: _Line) -> str:
    if not line.expires:
        return ""
    day = say.date(line.expires - 1)
    soon = line.expires - world.clock.now() <= SOON_US
    return say("ends soon: {day}", day=day) if soon else say("good until {day}", day=day)


def _one(world: World, visitor: Visitor, operation: Operation) -> Journey[bool]:
    """One voucher and what can be done with it; True when the visitor is done for today."""
    if operation.state == "unknown":
        if not operation.claim_held:
            yield from notices.read_it(_elsewhere(world))
            return False
        return (yield from reprint(world, visitor.visit, visitor.account, operation)) == "leave"
    page = Page(_detail(world, operation), countdown_s=notices.READING_S)
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return False
        if event == ev.PrintAsked(operation.redeem.op):
            yield from print_again(world, visitor, operation)
            return False
        if event == ev.OptionChosen(operation.redeem.op, "back"):
            yield from give_back_voucher(world, visitor, operation)
            return False


def _detail(world: World, operation: Operation) -> Draw:
    body = operation.redeem
    gift = _gift(world, body.gift)

    def draw(say: Words, left: int) -> views.Notice:
        choices: list[views.Choice] = []
        if may_give_back(operation):
            label = say("Give it back")
            choices.append(views.Choice(label, ev.OptionChosen(body.op, "back"), icon="x"))
        if not world.printer.ready():
            choices.append(
                views.Choice(say("Print it again"), ev.PrintAsked(body.op), icon="print", primary=True)
            )
        return views.Notice(
            frame=frame(world, say, "back", "staff", "leave"),
            picture="gift",
            title=say.of(gift.name) if gift else body.gift,
            sentence=say(
                "Good until {day}. Pick up: {place}",
                day=say.date(body.expires - 1),
                place=say.of(world.rules().voucher.pickup),
            ),
            points=paid_with.used_for_it(say, body.points),
            code_label=say("Voucher number"),
            code=shown(body.voucher),
            choices=tuple(choices),
            seconds_left=left,
            seconds_total=notices.READING_S,
        )

    return draw


def _elsewhere(world: World) -> Draw:
    return notices.notice(
        world,
        "clock",
        lambda say: (
            say("This voucher is being looked at"),
            say("A counter asked for it. Please ask our staff, they see how it stands."),
            say("The points stay set aside for you."),
        ),
    )


def _of(world: World, visitor: Visitor, op: str) -> Operation | None:
    """This visitor's own voucher, as it stands now."""
    return next((one for one in world.journal.vouchers(visitor.account.member) if one.redeem.op == op), None)


def _gift(world: World, name: str) -> Gift | None:
    return next((gift for gift in world.replica.gifts() if gift.id == name), None)


def _kiosk(where: str) -> int:
    number = where.rpartition("-")[2]
    return int(number) if number.isdecimal() else 0
