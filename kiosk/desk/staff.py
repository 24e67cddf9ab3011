"""A card on the reader: members visit, staff sign in and do what their role allows."""

import contextlib
from dataclasses import replace
from typing import TypeVar, cast

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.assisted_join import assisted_join
from kiosk.desk.card_care import card_care
from kiosk.desk.card_visit import visit
from kiosk.desk.claim_desk import claim_desk
from kiosk.desk.credit_desk import credit_desk
from kiosk.desk.duties import duties_of
from kiosk.desk.join import join
from kiosk.desk.newcomer import Form
from kiosk.desk.pages import Journey, Page, VisitEnded
from kiosk.desk.paper_care import COVER_OPEN, PAPER_OUT, paper_care
from kiosk.desk.replace_card import replace_card
from kiosk.desk.shift_desk import shift_desk
from kiosk.desk.staff_counter import ScreenCounter
from kiosk.desk.staff_in_doubt import in_doubt
from kiosk.desk.staff_pages import ROLES, Locked, SentAway, staff_frame, staff_page
from kiosk.desk.staff_sign_in import sign_in, sign_out
from kiosk.desk.staff_vouchers import look_into, to_look_into
from kiosk.desk.stock_desk import stock_desk
from kiosk.desk.world import World
from kiosk.ledger.feed import Colleague
from kiosk.ports import NotHeld
from kiosk.words import Words, _

T = TypeVar("T")

_TILES: dict[type[ev.Event], tuple[str, str, str]] = {
    ev.ClaimDeskOpened: (_("Claim desk"), _("Check a voucher, hand over the gift"), "ticket"),
    ev.OpenVouchersOpened: (_("Things to look into"), _("Nothing to check"), "eye"),
    ev.CreditDeskOpened: (_("Top up and give"), _("Money, stamps, uses, points"), "plus"),
    ev.AssistedJoinOpened: (_("A new member"), _("You ask and tick, they agree and type"), "user"),
    ev.ReplaceCardOpened: (_("A new card"), _("Lost, broken, or one more"), "card"),
    ev.CardCareOpened: (_("State of a card"), _("Lost, found, frozen, opened"), "lock"),
    ev.StockDeskOpened: (_("Gift stock"), _("Delivered, broken or missing"), "gift"),
    ev.ShiftDeskOpened: (_("Shift"), _("Begin, hand over, count and close"), "wallet"),
    ev.PaperCareOpened: (_("Printer"), _("Ready to print"), "print"),
}
"""Duty -> its tile: what it is called, what it is for, and its icon."""


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
    sent_away, newcomer = False, None
    try:
        newcomer = yield from _while_known(world, signed_in, _at_work(world, counter, signed_in))
    except SentAway:
        sent_away = True
    except Locked:
        pass
    except (VisitEnded, NotHeld):
        sign_out(world, signed_in, number)
        raise
    sign_out(world, signed_in, number)
    if sent_away:
        yield from notices.read_it(notices.sent_away(world))
    if newcomer is not None:
        yield from join(world, form=newcomer)


def _while_known(world: World, colleague: Colleague, work: Journey[T]) -> Journey[T]:
    """What they do here, until head office blocks them or gives them another role; a print is waited for."""
    page = next(work)
    shown = _at_work_page(page)
    while True:
        try:
            event = yield shown
        except VisitEnded as ended:
            with contextlib.suppress(StopIteration):
                work.throw(ended)
            raise
        now = world.replica.colleague(colleague.id)
        if not page.held and (now is None or now.role != colleague.role):
            with contextlib.suppress(VisitEnded, Locked, StopIteration):
                work.throw(VisitEnded())
            raise SentAway
        try:
            after = work.send(event)
        except StopIteration as done:
            return cast("T", done.value)
        if after is not page:
            page, shown = after, _at_work_page(after)


def _at_work_page(page: Page) -> Page:
    return replace(page, staff=True)


def _at_work(world: World, counter: ScreenCounter, colleague: Colleague) -> Journey[Form | None]:
    """Staff home and what its tiles open, until they sign out, it locks, or a newcomer goes on alone."""
    home = staff_page(world, lambda say, left: staff_home(world, say, colleague, left))
    duties = duties_of(world, colleague)
    if world.printer.ready() in {PAPER_OUT, COVER_OPEN} and ev.PaperCareOpened in duties:
        yield from paper_care(world, colleague)  # that is what they came for
    while True:
        event = yield home
        if not isinstance(event, duties):
            continue
        if isinstance(event, ev.AssistedJoinOpened):
            newcomer = yield from assisted_join(world, colleague)
            if newcomer is not None:
                return newcomer
        else:
            yield from _duty(world, counter, colleague, event)


def _duty(world: World, counter: ScreenCounter, colleague: Colleague, event: ev.Event) -> Journey[None]:
    """What a tile opens, until they are back."""
    match event:
        case ev.ClaimDeskOpened():
            yield from claim_desk(world, counter, colleague)
        case ev.OpenVouchersOpened():
            yield from look_into(world, counter, colleague)
        case ev.CreditDeskOpened():
            yield from credit_desk(world, colleague)
        case ev.ReplaceCardOpened():
            yield from replace_card(world, colleague)
        case ev.CardCareOpened():
            yield from card_care(world, colleague)
        case ev.StockDeskOpened():
            yield from stock_desk(world, colleague)
        case ev.ShiftDeskOpened():
            yield from shift_desk(world, colleague)
        case ev.PaperCareOpened():
            yield from paper_care(world, colleague)


def staff_home(world: World, say: Words, colleague: Colleague, left: int) -> views.StaffHome:
    """The tiles of somebody's role."""
    role = say(ROLES.get(colleague.role, colleague.role))
    return views.StaffHome(
        frame=staff_frame(world, say, colleague, left),
        title=say("Hello, {name}", name=colleague.name),
        sentence=say("{role}. What you do here is kept in the records under your name.", role=role),
        tiles=tuple(_tile(world, say, duty) for duty in duties_of(world, colleague)),
    )


def _tile(world: World, say: Words, duty: type[ev.Event]) -> views.Choice:
    label, note, icon = _TILES[duty]
    return views.Choice(say(label), duty(), icon=icon, note=_count(world, say, duty) or say(note))


def _count(world: World, say: Words, duty: type[ev.Event]) -> str:
    """What a tile's note says instead just now; '' for its own words."""
    if duty is ev.OpenVouchersOpened:
        count = len(to_look_into(world)) + len(in_doubt(world))
        return say("{count} to look into", count=count) if count else ""
    if duty is ev.PaperCareOpened and world.printer.ready():
        return say("Something is wrong with it")
    return say("The paper is nearly used up") if duty is ev.PaperCareOpened and world.paper_low else ""
