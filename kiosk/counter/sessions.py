"""Who is signed in at the counter's page, what they were told, and when they were last there."""

import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from kiosk.ledger.feed import Colleague
from kiosk.ports import CounterAnswer

ANSWERS_KEPT = 20
SESSIONS_MAX = 20
"""People signed in at once; the one who was idle longest makes room."""


@dataclass(frozen=True, slots=True)
class Told:
    """One answer as it was given. `number` is the voucher's, '' if it had none; `at` UTC microseconds."""

    at: int
    number: str
    said: CounterAnswer


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that no answer has come to yet: its name at the desk, and until when (monotonic seconds)."""

    request: str
    number: str
    until: float


@dataclass(slots=True)
class Session:
    """One person at one browser. `form` is in every form of theirs: no other page knows it."""

    token: str = field(repr=False)
    form: str = field(repr=False)
    colleague: Colleague
    visit: str
    seen: float
    answers: deque[Told] = field(default_factory=lambda: deque(maxlen=ANSWERS_KEPT))
    waiting: Waiting | None = None
    hint: str = ""
    """Why nothing was asked, as a sentence of the catalogue; '' once something is."""


class Sessions:
    """Lives between the page's thread and the desk's, which hears who is gone by `gone`."""

    def __init__(
        self,
        now: Callable[[], float],
        idle_s: float,
        fresh: Callable[[int], str] = secrets.token_urlsafe,
    ) -> None:
        self._now = now
        self._idle_s = idle_s
        self._fresh = fresh
        self._lock = threading.Lock()
        self._open: dict[str, Session] = {}
        self._gone: list[Session] = []

    def open(self, colleague: Colleague, visit: str) -> Session:
        """Somebody proved themselves."""
        session = Session(self._fresh(32), self._fresh(32), colleague, visit, self._now())
        with self._lock:
            if len(self._open) >= SESSIONS_MAX:
                self._close(min(self._open.values(), key=lambda one: one.seen))
            self._open[session.token] = session
        return session

    def of(self, token: str, *, touched: bool) -> Session | None:
        """Whose token this is; None if nobody's or idle too long. `touched`: a person did something."""
        with self._lock:
            session = self._open.get(token)
            if session is None:
                return None
            if self._now() - session.seen >= self._idle_s:
                self._close(session)
                return None
            if touched:
                session.seen = self._now()
            return session

    def close(self, token: str) -> None:
        """They signed out."""
        with self._lock:
            session = self._open.get(token)
            if session is not None:
                self._close(session)

    def gone(self) -> tuple[Session, ...]:
        """Whoever signed out or was idle too long, each told once."""
        with self._lock:
            for session in tuple(self._open.values()):
                if self._now() - session.seen >= self._idle_s:
                    self._close(session)
            gone, self._gone = tuple(self._gone), []
        return gone

    def _close(self, session: Session) -> None:
        del self._open[session.token]
        self._gone.append(session)
