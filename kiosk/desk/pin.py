"""The PIN: one try is spent, durably, before each look at it."""

from dataclasses import dataclass, replace
from typing import Literal

from kiosk import events as ev
from kiosk.desk import notices
from kiosk.desk.pages import Draw, Journey, Page, moment, wait_for
from kiosk.desk.rights import obtain
from kiosk.desk.world import ANSWER_S_MAX, World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import PinTried, PinTry
from kiosk.ledger.sync import Account, PinAnswer
from kiosk.ports import Draft, PinHolder
from kiosk.words import _

ROUTE = "card"
CHECKING = _("Checking your PIN")


@dataclass(frozen=True, slots=True)
class Checked:
    """How a PIN check ended: right, wrong with `left` tries, or a page that says why nothing more goes."""

    right: bool = False
    left: int = 0
    why: Draw | None = None
    proof: str = ""
    """The try, where head office saw that it was right."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose PIN is looked at: the name under which their tries are kept, their verifier, by which route.

    `here`: it may be checked here while head office cannot be asked; `ahead` tries are kept for that.
    """

    name: str
    holder: PinHolder
    route: str
    here: bool
    ahead: int = 0


@dataclass(frozen=True, slots=True)
class Looked:
    """How a look ended: right, or wrong with `left` tries; `why` nothing was or will be looked at."""

    right: bool = False
    left: int = 0
    why: Literal["", "locked", "later"] = ""
    proof: str = ""
    """The try, where head office saw that it was right."""


def check_pin(world: World, account: Account, visit: str, pin: str) -> Journey[Checked]:
    """A member's PIN. A page that says why, where nothing more goes."""
    here = world.shop.offline_pin and account.home and bool(account.verifier)
    looked = yield from look(world, Subject(account.member, account, ROUTE, here), visit, pin)
    if looked.why:
        # The tries of a home member lie here: if none is left, they were all spent.
        locked = looked.why == "locked" or (here and world.connected is False)
        return Checked(why=notices.pin_locked(world) if locked else notices.no_right(world))
    return Checked(right=looked.right, left=looked.left, proof=looked.proof)


def look(world: World, subject: Subject, visit: str, pin: str) -> Journey[Looked]:
    """Spend a try, then ask head office; without it, check here where policy allows."""
    page = moment(world, CHECKING)
    if world.connected is False and not subject.here:
        return Looked(why="later")  # no try is spent where no PIN can be checked
    short = yield from _obtain_try(world, subject, page)
    if short:
        return Looked(why="locked" if short == "tries" else "later")
    (spent,) = world.journal.append(Draft(PinTry(route=subject.route), member=subject.name, visit=visit))
    answer = yield from ask_twice(world, subject.name, subject.route, spent.id, pin)
    if answer is not None:
        looked = _judged(world, subject, visit, answer.result == "right", answer)
        return replace(looked, proof=spent.id) if looked.right else looked
    if not subject.here:
        return Looked(why="later")
    return _judged(world, subject, visit, world.pin_checker.matches(subject.holder, pin), None)


def _obtain_try(world: World, subject: Subject, page: Page) -> Journey[str]:
    """'' when there is a try to spend, else why not."""
    wanted = 1 if world.connected is False else 1 + subject.ahead
    short = yield from obtain(world, acc.TRIES, wanted, subject.name, page)
    return short if world.journal.rights(acc.TRIES, subject.name) < 1 else ""


def ask_twice(world: World, name: str, route: str, entry: str, pin: str) -> Journey[PinAnswer | None]:
    """What head office says of this try; None without it. An answer may be lost on its way.

    The same try asked again is the same try.
    """
    answer = yield from _ask_hub(world, name, route, entry, pin)
    if answer is None and world.connected is not False:
        answer = yield from _ask_hub(world, name, route, entry, pin)
    return answer


def _ask_hub(world: World, name: str, route: str, entry: str, pin: str) -> Journey[PinAnswer | None]:
    if world.connected is False:
        return None
    request = world.ids.uuid7()
    world.hub.ask_pin(request, name, route, entry, pin)
    answered = yield from wait_for(
        world,
        moment(world, CHECKING),
        lambda event: event if isinstance(event, ev.PinAnswered) and event.request == request else None,
        ANSWER_S_MAX,
    )
    return answered.answer if answered else None


def _judged(world: World, subject: Subject, visit: str, right: bool, answer: PinAnswer | None) -> Looked:
    where = "hub" if answer is not None else "here"
    tried = PinTried(route=subject.route, ok=right, where=where)  # type: ignore[arg-type]
    world.journal.append(Draft(tried, member=subject.name, visit=visit))
    if right:
        return Looked(right=True)
    if answer is not None and answer.result == "locked":
        return Looked(why="locked")
    left = answer.left if answer is not None else world.journal.rights(acc.TRIES, subject.name)
    return Looked(left=left) if left > 0 else Looked(why="locked")
