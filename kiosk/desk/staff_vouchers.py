"""Vouchers to look into: prints that nobody could vouch for. Staff look for the paper and say so."""

from kiosk import events as ev
from kiosk import views
from kiosk.desk.claim_desk import claim_desk
from kiosk.desk.pages import Journey, Page, wait_for
from kiosk.desk.paper_care import paper_care
from kiosk.desk.presented import record, staff_words
from kiosk.desk.staff_counter import ScreenCounter, ours
from kiosk.desk.staff_pages import gift_name, staff_frame, staff_page
from kiosk.desk.staff_verdict import made_void, read_verdict, waiting
from kiosk.desk.vouchers import stands, voucher_paper
from kiosk.desk.world import World
from kiosk.ledger.entries import Body, Printing, Unknown
from kiosk.ledger.feed import Colleague
from kiosk.membership.vouchers import shown
from kiosk.ports import Operation
from kiosk.words import Words

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
    record(world, operation, colleague.id, [Printing(op=body.op, attempt=attempt)])
    say = staff_words(world)
    world.printer.print(
        body.op, attempt, voucher_paper(world, say, _member(world, say, operation), body, attempt)
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


def _listed(world: World, number: str) -> Operation | None:
    return next((one for one in to_look_into(world) if one.redeem.voucher == number), None)


# --- pages -------------------------------------------------------------------------------------------


def open_vouchers(
    world: World, say: Words, colleague: Colleague, number: int, left: int
) -> views.OpenVouchers:
    """One page of the list."""
    everything = to_look_into(world)
    pages = max(1, -(-len(everything) // ROWS))
    page = min(max(1, number), pages)
    return views.OpenVouchers(
        frame=staff_frame(world, say, colleague, left, "back"),
        title=say("Vouchers to look into"),
        sentence=say("The printer could not say whether these came out. Look for the paper first."),
        rows=tuple(_row(world, say, one) for one in everything[(page - 1) * ROWS : page * ROWS]),
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
        when=_moment(say, operation),
        gift=gift_name(world, say, operation.redeem.gift),
        member=_member(world, say, operation),
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
                   member=_member(world, say, operation)),
        code_label=gift_name(world, say, body.gift),
        code=shown(body.voucher),
        code_facts=(_moment(say, operation),),
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
    member = _member(world, say, operation)
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


def _moment(say: Words, operation: Operation) -> str:
    return f"{say.date(operation.at)} {say.time(operation.at)}"


def _member(world: World, say: Words, operation: Operation) -> str:
    """Masked; the end of their id where this kiosk does not know their name."""
    return world.replica.masked_name(operation.member) or say(
        "Member …{tail}", tail=operation.member[-4:].upper()
    )
