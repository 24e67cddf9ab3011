"""The PIN: one try is spent, durably, before each look at it."""

from dataclasses import dataclass

from kiosk import events as ev
from kiosk.desk import notices
from kiosk.desk.pages import Draw, Journey, Page, moment, wait_for
from kiosk.desk.rights import obtain
from kiosk.desk.world import ANSWER_S_MAX, World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import PinTried, PinTry
from kiosk.ledger.sync import Account, PinAnswer
from kiosk.ports import Draft
from kiosk.words import _

ROUTE = "card"


@dataclass(frozen=True, slots=True)
class Checked:
    """How a PIN check ended: right, wrong with `left` tries, or a page that says why nothing more goes."""

    right: bool = False
    left: int = 0
    why: Draw | None = None


def check_pin(world: World, account: Account, visit: str, pin: str) -> Journey[Checked]:
    """Spend a try, then ask head office; without it, check here where policy allows."""
    page = moment(world, _("Checking your PIN"))
    checked_here = world.shop.offline_pin and account.home and bool(account.verifier)
    if world.connected is False and not checked_here:
        return Checked(why=notices.no_right(world))  # no try is spent where no PIN can be checked
    short = yield from obtain(world, acc.TRIES, 1, account.member, page)
    if short:
        locked = short == "tries" or (short == "later" and account.home and world.connected is False)
        return Checked(why=notices.pin_locked(world) if locked else notices.no_right(world))
    (spent,) = world.journal.append(Draft(PinTry(route=ROUTE), member=account.member, visit=visit))
    answer = yield from _ask_hub(world, account, spent.id, pin, page)
    if answer is None and world.connected is not False:
        # An answer may be lost on its way: the same try asked again is the same try.
        answer = yield from _ask_hub(world, account, spent.id, pin, page)
    if answer is not None:
        return _judged(world, account, visit, answer.result == "right", answer)
    if not checked_here:
        return Checked(why=notices.no_right(world))
    return _judged(world, account, visit, world.pin_checker.matches(account, pin), None)


def _ask_hub(world: World, account: Account, entry: str, pin: str, page: Page) -> Journey[PinAnswer | None]:
    if world.connected is False:
        return None
    request = world.ids.uuid7()
    world.hub.ask_pin(request, account.member, ROUTE, entry, pin)
    answered = yield from wait_for(
        world,
        page,
        lambda event: event if isinstance(event, ev.PinAnswered) and event.request == request else None,
        ANSWER_S_MAX,
    )
    return answered.answer if answered else None


def _judged(world: World, account: Account, visit: str, right: bool, answer: PinAnswer | None) -> Checked:
    where = "hub" if answer is not None else "here"
    tried = PinTried(route=ROUTE, ok=right, where=where)  # type: ignore[arg-type]
    world.journal.append(Draft(tried, member=account.member, visit=visit))
    if right:
        return Checked(right=True)
    if answer is not None and answer.result == "locked":
        return Checked(why=notices.pin_locked(world))
    left = answer.left if answer is not None else world.journal.rights(acc.TRIES, account.member)
    return Checked(left=left) if left > 0 else Checked(why=notices.pin_locked(world))
