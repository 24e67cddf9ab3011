"""Vouchers to look into: prints that nobody could vouch for. Staff look for the paper and say so.

What else is open here stands behind them in the list, with what helps.
"""

from kiosk import events as ev
from kiosk import views
from kiosk.desk.claim_desk import claim_desk
from kiosk.desk.pages import Journey, Page, wait_for
from kiosk.desk.paper_care import paper_care
from kiosk.desk.presented import record, staff_words
from kiosk.desk.print_out import Sheet, seen
from kiosk.desk.staff_counter import ScreenCounter, ours
from kiosk.desk.staff_in_doubt import in_doubt, row, tell
from kiosk.desk.staff_pages import gift_name, member_name, moment_of, staff_frame, staff_page
from kiosk.desk.staff_verdict import made_void, read_verdict, waiting
from kiosk.desk.vouchers import specimen_of, stands, voucher_paper
from kiosk.desk.world import World
from kiosk.ledger.entries import Body, Printing, Unknown
from kiosk.ledger.feed import Colleague
from kiosk.membership.vouchers import shown
from kiosk.ports import Operation
from kiosk.words import Words, _

ROWS = 3


def to_look_into(world: World) -> tuple[Operation, ...]:
    """Unknown prints whose right to claim is still here, oldest first."""
    return tuple(one for one in world.journal.unresolved() if one.state == "unknown" and one.claim_held)


def look_into(world: World, counter: ScreenCounter, colleague: Colleague) -> Journey[None]:
    """The list, until they go back."""
    number = 1
    page = staff_page(world, lambda say, left: open_vouchers(world, say, colleague, number, left))
    while True:
        match (yield page):
            case ev.WentBack():
                return
            case ev.PageTurned(page=number):
                pass
            case ev.RowChosen(row=name):
                yield from tell(world, colleague, name)
            case ev.ClaimDeskOpened(number=voucher) if _listed(world, voucher):
                yield from claim_desk(world, counter, colleague, voucher)
            case ev.ReprintAsked(number=voucher) if (operation := _listed(world, voucher)) is not None:
                yield from _print_again(world, colleague, operation)
            case ev.NoPaperFound(number=voucher) if (operation := _listed(world, voucher)) is not None:
                yield from _without_paper(world, counter, colleague, operation)


def _without_paper(
    world: World, counter: ScreenCounter, colleague: Colleague, operation: Operation
) -> Journey[None]:
    """A second look, then the voucher is void and the points return."""
    number = operation.redeem.voucher
    page = staff_page(world, lambda say, left: second_look(world, say, colleague, operation, left))
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return
        if event == ev.NoPaperFound(number, sure=True):
            break
    asked = ev.VoidAsked(ours(world.ids.uuid7()), number, colleague.id)
    said = yield from counter.ask(asked, waiting(world, colleague))
    if said is not None:
        draw = made_void(world, colleague, operation, said)
        yield from read_verdict(world, draw)


def _print_again(world: World, colleague: Colleague, operation: Operation) -> Journey[None]:
    """The same number once more, marked as a copy, into the hands of whoever asked for it."""
    if world.printer.ready():
        yield from paper_care(world, colleague)
        return
    body, attempt = operation.redeem, operation.attempt + 1
    if not (yield from _looked_at(world, colleague, operation, attempt)):
        return
    if _listed(world, body.voucher) is None or world.printer.ready():
        return  # the member's own card, or the counter, was quicker
    record(world, operation, colleague.id, [Printing(op=body.op, attempt=attempt)])
    say = staff_words(world)
    world.printer.print(
        body.op, attempt, voucher_paper(world, say, member_name(world, say, operation.member), body, attempt)
    )
    printed = yield from wait_for(
        world,
        Page(lambda words, left: _printing(world, words, colleague, left), held=True),
        lambda event: (
            event
            if isinstance(event, ev.Printed) and (event.op, event.attempt) == (body.op, attempt)
            else None
        ),
        world.printer.longest_s(),
    )
    ended = printed or ev.Printed(body.op, attempt, ev.Outcome.UNKNOWN, "K-PR-09")
    came_out = ended.outcome is ev.Outcome.CONFIRMED
    unknown: list[Body] = [Unknown(op=body.op, reason=ended.why)]
    record(world, operation, colleague.id, stands(world, body, "reprinted") if came_out else unknown)
    page = staff_page(
        world,
        lambda words, left: printed_again(
            world, words, staff_frame(world, words, colleague, left, "back"), operation, ended.why
        ),
    )
    while not isinstance((yield page), ev.WentBack):
        pass


def _looked_at(world: World, colleague: Colleague, operation: Operation, attempt: int) -> Journey[bool]:
    """The copy on the screen first; whether it is to be printed."""
    number = operation.redeem.voucher
    sheet = Sheet(
        title=_("This is what will be printed"),
        sentence=_("The same number, marked as a copy. Number and code stand on the paper only."),
        make=lambda say: specimen_of(
            world, say, member_name(world, say, operation.member), operation.redeem, attempt
        ),
        choices=lambda say: (
            views.Choice(say("Not now"), ev.WentBack()),
            views.Choice(say("Print it"), ev.PrintAsked(number), icon="print", primary=True),
        ),
        around=lambda say, left: staff_frame(world, say, colleague, left, "back"),
    )
    page = staff_page(world, seen(world, sheet))
    while True:
        match (yield page):
            case ev.WentBack():
                return False
            case ev.PrintAsked(sheet=asked) if asked == number:
                return True


def _listed(world: World, number: str) -> Operation | None:
    return next((one for one in to_look_into(world) if one.redeem.voucher == number), None)


# --- pages -------------------------------------------------------------------------------------------


def open_vouchers(
    world: World, say: Words, colleague: Colleague, number: int, left: int
) -> views.OpenVouchers:
    """One page of the list."""
    prints = to_look_into(world)
    everything = (
        *(_row(world, say, one) for one in prints),
        *(row(world, say, one) for one in in_doubt(world)),
    )
    pages = max(1, -(-len(everything) // ROWS))
    page = min(max(1, number), pages)
    return views.OpenVouchers(
        frame=staff_frame(world, say, colleague, left, "back"),
        title=say("Things to look into"),
        sentence=say("The printer could not say whether these came out. Look for the paper first.")
        if not everything or (page - 1) * ROWS < len(prints)
        else say("Nobody can end these by a touch; see what helps."),
        rows=everything[(page - 1) * ROWS : page * ROWS],
        empty=say("Nothing to check: every print is accounted for."),
        page=page,
        pages=pages,
        page_text=say("Page {page} of {pages}", page=page, pages=pages),
        previous=say("Previous") if page > 1 else say("First page"),
        following=say("Next") if page < pages else say("Last page"),
    )


def _row(world: World, say: Words, operation: Operation) -> views.OpenVoucher:
    number = operation.redeem.voucher
    return views.OpenVoucher(
        number=shown(number),
        when=moment_of(say, operation.at),
        gift=gift_name(world, say, operation.redeem.gift),
        member=member_name(world, say, operation.member),
        answers=(
            views.Choice(say("No paper"), ev.NoPaperFound(number), icon="x"),
            views.Choice(say("Paper is here"), ev.ClaimDeskOpened(number), icon="ticket"),
            views.Choice(say("Print again"), ev.ReprintAsked(number), icon="print"),
        ),
    )


def second_look(
    world: World, say: Words, colleague: Colleague, operation: Operation, left: int
) -> views.Notice:
    """Before points go back: is there really no paper?"""
    body = operation.redeem
    return views.Notice(
        frame=staff_frame(world, say, colleague, left, "back"),
        picture="printer",
        title=say("Is there really no paper?"),
        sentence=say("Look in the slot, behind the cover and on the floor. A void voucher is worth nothing."),
        points=say("{points} points go back to {member}.", points=say.points(body.points),
                   member=member_name(world, say, operation.member)),
        code_label=gift_name(world, say, body.gift),
        code=shown(body.voucher),
        code_facts=(moment_of(say, operation.at),),
        choices=(
            views.Choice(say("Look again"), ev.WentBack()),
            views.Choice(say("No paper, make it void"), ev.NoPaperFound(body.voucher, sure=True), icon="x",
                         primary=True),
        ),
    )  # fmt: skip


def _printing(world: World, say: Words, colleague: Colleague, left: int) -> views.Busy:
    around = staff_frame(world, say, colleague, left)
    return views.Busy(around, say("One moment"), say("The voucher is being printed again."))


def printed_again(
    world: World, say: Words, around: views.Frame, operation: Operation, why: str
) -> views.Notice:
    """How the copy came out; of an unknown one nothing has changed."""
    member = member_name(world, say, operation.member)
    return views.Notice(
        frame=around,
        picture="printer",
        title=say("Still nobody can tell") if why else say("Printed again"),
        sentence=say("The printer could not say whether it came out. Look for the paper.")
        if why
        else say("Give it to {member} only. If the first paper turns up, tear it.", member=member),
        code_label=gift_name(world, say, operation.redeem.gift),
        code=shown(operation.redeem.voucher),
        code_facts=(why,) if why else (),
        choices=(views.Choice(say("OK"), ev.WentBack(), icon="check", primary=True),),
    )
