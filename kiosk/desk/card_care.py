"""What becomes of a member's card, at the staff's hands: lost, found, frozen by the store, opened again.

It is done here at once, also without the network; head office's order decides between two kiosks, and tells
every other one. The points are the account's whatever becomes of the card.
"""

from dataclasses import dataclass
from typing import TypeVar

from kiosk import events as ev
from kiosk.desk import card_care_pages as pages
from kiosk.desk import notices
from kiosk.desk.bind_card import tail_of
from kiosk.desk.pages import Journey, Page, moment, wait_for
from kiosk.desk.phone_sign_in import known_by_phone
from kiosk.desk.staff_answers import is_sure
from kiosk.desk.staff_pages import Locked, staff_page
from kiosk.desk.world import ANSWER_S_MAX, World
from kiosk.ledger.entries import CardStep
from kiosk.ledger.feed import Colleague
from kiosk.membership.card_states import ACTIVE, STATES, STEPS, State, Step, open_steps
from kiosk.ports import Draft
from kiosk.words import _

_HERE_STEPS: tuple[Step, ...] = ("lose", "find", "hold", "release")
"""What is done at a kiosk; a new card in its place has a tile of its own, the rest is head office's."""


Choice = TypeVar("Choice", bound=str)


@dataclass(frozen=True, slots=True)
class Shown:
    """A card that is looked at: its keyed hash, the end of its number, its state."""

    card: bytes
    tail: str
    state: State


def card_care(world: World, colleague: Colleague) -> Journey[None]:
    """From a card, or a member's phone and PIN, to what becomes of it."""
    shown = yield from _held_up(world, colleague)
    if shown is None:
        return
    steps = steps_open(colleague, shown.state)
    if not steps:
        yield from notices.read_it(pages.nothing_to_do(world, shown.tail, shown.state))
        return
    ticket = world.ids.uuid7()
    page = staff_page(world, pages.what_now(world, colleague, ticket, (shown.tail, shown.state, steps)))
    step = yield from _chosen(page, ticket, steps)
    if step is None:
        return
    ticket, reasons = world.ids.uuid7(), STEPS[step].reasons
    page = staff_page(world, pages.why_so(world, colleague, ticket, (shown.tail, step, reasons)))
    reason = yield from _chosen(page, ticket, reasons)
    if reason is not None and (yield from _is_sure(world, colleague, shown.tail, step)):
        _take(world, colleague, shown, step, reason)
        yield from notices.read_it(pages.done(world, shown.tail, step))


def steps_open(colleague: Colleague, state: State) -> tuple[Step, ...]:
    """What somebody of this role may do with a card in this state, at a kiosk."""
    if colleague.role == "technician":
        return ()
    may = open_steps(state, colleague.role)
    return tuple(step for step in _HERE_STEPS if step in may)


def _is_sure(world: World, colleague: Colleague, tail: str, step: Step) -> Journey[bool]:
    ticket = world.ids.uuid7()
    page = Page(pages.sure(world, colleague, ticket, (tail, step)), countdown_s=notices.READING_S)
    return (yield from is_sure(page, ticket))


def _take(world: World, colleague: Colleague, shown: Shown, step: Step, reason: str) -> None:
    """Journal it, then act by it here."""
    body = CardStep(card=shown.card, step=step, was=shown.state, reason=reason)
    world.journal.append(Draft(body, operator=colleague.id))
    end = STEPS[step].end
    if end == ACTIVE:
        world.replica.allow(shown.card)
    else:
        world.replica.deny(shown.card, end)
    world.hub.nudge()


def _held_up(world: World, colleague: Colleague) -> Journey[Shown | None]:
    """The card they mean; None after saying why there is none, or if they rather not."""
    ticket = world.ids.uuid7()
    page = Page(pages.hold_it(world, colleague, ticket), countdown_s=notices.READING_S, taps=True)
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return None
        if event == ev.OptionChosen(ticket, pages.BY_PHONE):
            return (yield from _by_phone(world, colleague))
        if isinstance(event, ev.CardTapped):
            card = world.card_key.hash(event.card)
            state = yield from _state_of(world, card)
            if state is None:
                yield from notices.read_it(pages.nobodys(world))
                return None
            return Shown(card, tail_of(event.card), state)


def _by_phone(world: World, colleague: Colleague) -> Journey[Shown | None]:
    """The card is not here: its owner types number and PIN, and says which."""
    visitor = yield from known_by_phone(world)
    if visitor is None:
        raise Locked  # whoever stands there now is not staff
    theirs = {one.tail: one.card for one in visitor.cards}
    ticket = world.ids.uuid7()
    page = staff_page(world, pages.which(world, colleague, ticket, (visitor.account.name, tuple(theirs))))
    tail = yield from _chosen(page, ticket, tuple(theirs))
    if tail is None:
        return None
    return Shown(theirs[tail], tail, _here(world, theirs[tail]))


def _state_of(world: World, card: bytes) -> Journey[State | None]:
    """Its state by head office, or by what lies here without it; None: it is no member's."""
    if world.replica.staff_card(card):
        return None
    if world.connected is not False:
        request = world.ids.uuid7()
        world.hub.ask_account(request, card)
        answered = yield from wait_for(
            world,
            moment(world, _("Looking at the card")),
            lambda event: (
                event if isinstance(event, ev.AccountAnswered) and event.request == request else None
            ),
            ANSWER_S_MAX,
        )
        answer = answered.answer if answered else None
        if answer is not None and answer.standing != "limited":
            if answer.standing == "unknown":
                return None
            return _known(answer.why)
    known = world.replica.denied(card) or world.replica.account(card)
    return _here(world, card) if known else None


def _here(world: World, card: bytes) -> State:
    return _known(world.replica.denied(card))


def _known(why: str) -> State:
    """A reason of a newer head office that we do not know is one that nobody here can lift."""
    return next((state for state in STATES if state == why), "frozen")


def _chosen(page: Page, ticket: str, options: tuple[Choice, ...]) -> Journey[Choice | None]:
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return None
        if isinstance(event, ev.OptionChosen) and event.ticket == ticket:
            named = next((one for one in options if one == event.option), None)
            if named is not None:
                return named
