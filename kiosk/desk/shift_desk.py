"""The drawer's money: a shift begins with a count, changes hands with one, and ends with one and a report.

What should be there is the journal's to say. A count that differs is kept as it is, with a reason; nobody is
asked to make it fit.
"""

from msgspec.structs import replace

from kiosk import events as ev
from kiosk.desk import notices
from kiosk.desk import shift_pages as pages
from kiosk.desk.money_entry import MoneyAsk, enter_money
from kiosk.desk.pages import Journey
from kiosk.desk.print_out import print_out
from kiosk.desk.staff_answers import another, chosen, is_sure
from kiosk.desk.staff_pages import staff_page
from kiosk.desk.world import World
from kiosk.ledger.drawer import REASONS
from kiosk.ledger.entries import Drawer, Entry
from kiosk.ledger.feed import Colleague
from kiosk.ports import Draft
from kiosk.words import _

_COUNT = MoneyAsk(_("Count the money in the drawer"), _("Coins and notes together, as they lie there now."))
_LEAVE = _("How much stays in the drawer?"), _("For change. The rest goes to the safe.")
_TOO_MUCH = _("That is more than was counted.")
ROLES = frozenset({"cashier", "manager"})
"""Who may have a shift."""


def shift_desk(world: World, colleague: Colleague) -> Journey[None]:
    """Begin a shift where none is open; else see what it did, hand it over or end it."""
    if world.journal.till().shift is None:
        yield from _begin(world, colleague)
        return
    ticket, number = world.ids.uuid7(), 1
    while True:
        match (yield staff_page(world, pages.open_shift(world, colleague, ticket, number))):
            case ev.WentBack():
                return
            case ev.PageTurned(page=page):
                number = page
            case ev.OptionChosen(asked, pages.HAND) if asked == ticket:
                yield from _hand_over(world, colleague)
                return
            case ev.OptionChosen(asked, pages.CLOSE) if asked == ticket:
                yield from _close(world, colleague)
                return


def _begin(world: World, colleague: Colleague) -> Journey[None]:
    counted = yield from enter_money(world, colleague, _COUNT)
    if counted is None:
        return
    written = yield from _write(world, colleague, counted, counted, colleague.id)
    if written is not None:
        yield from notices.read_it(pages.begun(world, colleague.name, counted))


def _hand_over(world: World, colleague: Colleague) -> Journey[None]:
    """Whoever takes over counts too: they hold their card and type their PIN when both agree on it."""
    counted = yield from enter_money(world, colleague, _COUNT)
    if counted is None:
        return
    other = yield from another(
        world,
        colleague,
        lambda one: one.role in ROLES,
        lambda wrong: pages.other_please(world, colleague, counted, wrong=wrong),
    )
    if other is None:
        return
    written = yield from _write(world, colleague, counted, counted, other.id)
    if written is not None:
        yield from _report(world, colleague, *written)


def _close(world: World, colleague: Colleague) -> Journey[None]:
    counted = yield from enter_money(world, colleague, _COUNT)
    if counted is None:
        return
    left = 0
    if counted:
        asked = yield from enter_money(world, colleague, MoneyAsk(*_LEAVE, counted, _TOO_MUCH))
        if asked is None:
            return
        left = asked
    written = yield from _write(world, colleague, counted, left, "")
    if written is not None:
        yield from _report(world, colleague, *written)


def _write(
    world: World, colleague: Colleague, counted: int, left: int, to: str
) -> Journey[tuple[Entry, Drawer] | None]:
    """Journal the count once they agree to it; None when they rather count again."""
    while True:
        till = world.journal.till()
        body = Drawer(expected=till.cents, counted=counted, left=left, to=to, takings=till.takings)
        if till.shift:
            body = replace(body, of=till.shift.staff, began=till.shift.began)
        else:
            body = replace(body, brought=max(0, counted - till.cents))
        if body.difference:
            ticket = world.ids.uuid7()
            why = yield from chosen(staff_page(world, pages.why(world, colleague, ticket, body)), ticket)
            if why not in REASONS:
                return None
            body = replace(body, reason=why)
        ticket = world.ids.uuid7()
        if not (yield from is_sure(staff_page(world, pages.sure(world, colleague, ticket, body)), ticket)):
            return None
        if world.journal.till() == till:
            break  # else something came in while they looked, at a counter's page: they look again
    (entry,) = world.journal.append(Draft(body, operator=colleague.id))
    world.hub.nudge()
    return entry, body


def _report(world: World, colleague: Colleague, entry: Entry, body: Drawer) -> Journey[None]:
    """The report on the screen, and on paper as often as they like."""
    ticket = world.ids.uuid7()
    paper = pages.report_paper(world, world.say, entry, body)
    page = staff_page(world, pages.report(world, colleague, ticket, entry, body))
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return
        if event == ev.PrintAsked(ticket):
            why = world.printer.ready()
            why = why or (yield from print_out(world, "shift", paper, pages.printing(world, colleague)))
            yield from notices.read_it(pages.came_out(world, why))
