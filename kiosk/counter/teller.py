"""The desk of a device without screen: it settles claims and signs staff in. Nobody visits it."""

import contextlib
import logging
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from typing import Literal

from kiosk import events as ev
from kiosk.counter.sessions import Sessions
from kiosk.desk.counter import answer
from kiosk.desk.duties import may_claim
from kiosk.desk.elsewhere import Elsewhere
from kiosk.desk.pages import Journey
from kiosk.desk.pin import Looked
from kiosk.desk.staff_sign_in import pretend, prove, sign_out
from kiosk.desk.world import World
from kiosk.ledger.feed import Colleague
from kiosk.ports import JournalFailed, NotHeld

log = logging.getLogger(__name__)

LOOKS_MAX = 16
"""PINs that are looked at at once: the others are asked to wait."""
_NAME_MAX = 40


@dataclass(frozen=True, slots=True)
class SignIn:
    """How signing in ended. `session` is its token; without one `why` says what kept them out.

    not-you: nobody of this store, or the wrong PIN: which is nobody's business. role: it claims nothing.
    over: head office took the duty from them while they were signed in.
    """

    session: str = field(default="", repr=False)
    why: Literal["", "not-you", "locked", "later", "role", "over", "closed"] = ""


@dataclass(frozen=True, slots=True)
class SignInAsked(ev.Event):
    """Somebody says who they are. `answer` hears how it ended, on the desk's thread."""

    staff: str
    pin: str = field(repr=False)
    answer: Future[SignIn] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Look:
    """One PIN that is being looked at."""

    colleague: Colleague | None
    visit: str
    journey: Journey[Looked]
    answer: Future[SignIn]


class CounterTeller:
    """Implements loop.Teller on the desk's thread."""

    def __init__(self, world: World, sessions: Sessions) -> None:
        self._world = world
        self._sessions = sessions
        self._elsewhere = Elsewhere(world)
        self._looks: list[_Look] = []
        self.out_of_service = ""
        """A fault code when nothing can be claimed here; the process then ends and recovers at its start."""

    def start(self) -> None:
        """Nothing is shown before somebody asks for the page."""

    def handle(self, event: ev.Event) -> None:
        """Take one event; a journal that failed ends all service."""
        if self.out_of_service:
            if isinstance(event, SignInAsked):
                _tell(event.answer, SignIn(why="closed"))
            return
        try:
            self._take(event)
        except JournalFailed as failure:
            self._close(failure.code, failure.detail)
        except NotHeld as refused:
            # Nothing was written. A right that went away in between must not end the counter.
            log.error("refused: %s", refused)

    def _take(self, event: ev.Event) -> None:
        if isinstance(event, ev.LinkChanged):
            self._world.connected = event.up
        self._elsewhere.hear(event)
        match event:
            case ev.StorageFailed(code=code, detail=detail):
                self._close(code, detail)
            case ev.ClaimAsked() | ev.VoidAsked():
                answer(self._world, self._elsewhere, event)
            case SignInAsked():
                self._begin(event)
            case _:
                for one in tuple(self._looks):
                    self._go_on(one, event)
        if isinstance(event, ev.Ticked):
            for session in self._sessions.gone():
                sign_out(self._world, session.colleague, session.visit)

    def _begin(self, asked: SignInAsked) -> None:
        """Whoever is unknown is looked at as long, and as often, as somebody who works here."""
        if not _may_be_a_name(asked.staff):
            _tell(asked.answer, SignIn(why="not-you"))
            return
        if len(self._looks) >= LOOKS_MAX:
            _tell(asked.answer, SignIn(why="later"))
            return
        world, visit = self._world, self._world.ids.uuid7()
        colleague = world.replica.colleague(asked.staff)
        if colleague is None:
            journey = pretend(world, asked.staff, asked.pin)
        else:
            journey = prove(world, colleague, visit, asked.pin)
        look = _Look(colleague, visit, journey, asked.answer)
        self._looks.append(look)
        self._go_on(look, None)

    def _go_on(self, look: _Look, event: ev.Event | None) -> None:
        try:
            look.journey.send(event)  # type: ignore[arg-type]  # None begins it
        except StopIteration as ended:
            self._looks.remove(look)
            _tell(look.answer, self._ended(look, ended.value))
        except JournalFailed:
            self._looks.remove(look)
            _tell(look.answer, SignIn(why="closed"))
            raise
        except NotHeld as refused:  # the others who are being looked at hear this event all the same
            log.error("refused: %s", refused)
            self._looks.remove(look)
            _tell(look.answer, SignIn(why="later"))

    def _ended(self, look: _Look, looked: Looked) -> SignIn:
        colleague = look.colleague
        if looked.right and colleague is not None:
            if not may_claim(colleague):
                sign_out(self._world, colleague, look.visit)
                return SignIn(why="role")  # said only to themselves
            return SignIn(self._sessions.open(colleague, look.visit).token)
        return SignIn(why=looked.why or "not-you")  # how many tries are left would tell that they exist

    def _close(self, code: str, detail: str) -> None:
        log.critical("out of service: %s %s", code, detail)
        self.out_of_service = code
        for look in self._looks:
            _tell(look.answer, SignIn(why="closed"))
        self._looks.clear()


def _may_be_a_name(staff: str) -> bool:
    """Whether anybody could have this staff number: head office gives no other ones."""
    return 0 < len(staff) <= _NAME_MAX and staff.replace("-", "").replace(".", "").isalnum()


def _tell(answer: Future[SignIn], said: SignIn) -> None:
    """The page may have given up waiting."""
    with contextlib.suppress(InvalidStateError):
        answer.set_result(said)
