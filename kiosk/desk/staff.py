"""A card on the reader: members visit, staff sign in. What staff may do here follows from their role."""

import contextlib

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.claim_desk import claim_desk
from kiosk.desk.customer import visit
from kiosk.desk.pages import Journey, VisitEnded
from kiosk.desk.paper_care import COVER_OPEN, PAPER_OUT, paper_care
from kiosk.desk.staff_counter import ScreenCounter
from kiosk.desk.staff_pages import ROLES, Locked, staff_frame, staff_page
from kiosk.desk.staff_sign_in import sign_in, sign_out
from kiosk.desk.staff_vouchers import look_into, to_look_into
from kiosk.desk.world import World
from kiosk.ledger.feed import Colleague
from kiosk.words import Words

DUTIES: dict[str, tuple[type[ev.Event], ...]] = {
    "assistant": (ev.ClaimDeskOpened, ev.PaperCareOpened),
    "cashier": (ev.ClaimDeskOpened, ev.OpenVouchersOpened, ev.PaperCareOpened),
    "manager": (ev.ClaimDeskOpened, ev.OpenVouchersOpened, ev.PaperCareOpened),
    "technician": (ev.PaperCareOpened,),
}
"""Role -> what its tiles open. Who may look into vouchers may make one void, which gives points back."""


def arrival(world: World, counter: ScreenCounter, tap: ev.CardTapped) -> Journey[None]:
    """From a card on the reader to a cleared screen."""
    colleague = world.replica.staff_card(world.card_key.hash(tap.card))
    if colleague is None:
        yield from visit(world, tap)
    else:
        yield from _staff_visit(world, counter, colleague, tap)


def _staff_visit(
    world: World, counter: ScreenCounter, colleague: Colleague, tap: ev.CardTapped
) -> Journey[None]:
    denied = world.replica.denied(world.card_key.hash(tap.card))
    if denied:
        yield from notices.read_it(notices.denied_card(world, denied))
        return
    number = world.ids.uuid7()
    signed_in = yield from sign_in(world, colleague, number)
    if signed_in is None:
        return
    try:
        with contextlib.suppress(Locked):
            yield from _while_known(world, signed_in, _at_work(world, counter, signed_in))
    except VisitEnded:
        sign_out(world, signed_in, number)
        raise
    sign_out(world, signed_in, number)


def _while_known(world: World, colleague: Colleague, work: Journey[None]) -> Journey[None]:
    """What they do here, until head office blocks them or gives them another role; a print is waited for."""
    page = next(work)
    while True:
        try:
            event = yield page
        except VisitEnded as ended:
            with contextlib.suppress(StopIteration):
                work.throw(ended)
            raise
        now = world.replica.colleague(colleague.id)
        if not page.held and (now is None or now.role != colleague.role):
            with contextlib.suppress(VisitEnded, Locked, StopIteration):
                work.throw(VisitEnded())
            raise Locked
        try:
            page = work.send(event)
        except StopIteration:
            return


def _at_work(world: World, counter: ScreenCounter, colleague: Colleague) -> Journey[None]:
    """Staff home, and what its tiles open, until they sign out or the page locks."""
    home = staff_page(world, lambda say, left: staff_home(world, say, colleague, left))
    duties = DUTIES.get(colleague.role, ())
    if world.printer.ready() in {PAPER_OUT, COVER_OPEN} and ev.PaperCareOpened in duties:
        yield from paper_care(world, colleague)  # that is what they came for
    while True:
        event = yield home
        if not isinstance(event, duties):
            continue
        match event:
            case ev.ClaimDeskOpened():
                yield from claim_desk(world, counter, colleague)
            case ev.OpenVouchersOpened():
                yield from look_into(world, counter, colleague)
            case ev.PaperCareOpened():
                yield from paper_care(world, colleague)


def staff_home(world: World, say: Words, colleague: Colleague, left: int) -> views.StaffHome:
    """The tiles of somebody's role."""
    role = say(ROLES.get(colleague.role, colleague.role))
    return views.StaffHome(
        frame=staff_frame(world, say, colleague, left),
        title=say("Hello, {name}", name=colleague.name),
        sentence=say("{role}. What you do here is kept in the records under your name.", role=role),
        tiles=tuple(_tile(world, say, duty) for duty in DUTIES.get(colleague.role, ())),
    )


def _tile(world: World, say: Words, duty: type[ev.Event]) -> views.Choice:
    if duty is ev.ClaimDeskOpened:
        note = say("A voucher is shown: check it and hand over the gift")
        return views.Choice(say("Claim desk"), ev.ClaimDeskOpened(), icon="ticket", note=note)
    if duty is ev.OpenVouchersOpened:
        count = len(to_look_into(world))
        note = say("{count} prints to check", count=count) if count else say("Nothing to check")
        return views.Choice(say("Vouchers to look into"), ev.OpenVouchersOpened(), icon="eye", note=note)
    well = say("The paper is nearly used up") if world.paper_low else say("Ready to print")
    note = say("Something is wrong with it") if world.printer.ready() else well
    return views.Choice(say("Printer"), ev.PaperCareOpened(), icon="print", note=note)
