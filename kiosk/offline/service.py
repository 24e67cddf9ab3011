"""The journal's own thread: whoever needs the journal asks a question and waits for the answer."""

import queue
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as NoAnswer
from typing import Any, TypeVar

from kiosk.events import StorageFailed
from kiosk.offline.journal import DurableJournal
from kiosk.offline.journal_port import JournalPort
from kiosk.ports import JournalFailed, Post

QUESTIONS_MAX = 64
ANSWER_S_MAX = 30.0
IDLE_S = 1.0
"""Without a question for so long the journal does its own housekeeping, one slice at a time."""

T = TypeVar("T")


class _Question:
    """One question, and the place where its answer appears."""

    def __init__(self, ask: Callable[[DurableJournal], Any]) -> None:
        self._ask = ask
        self.answer: Future[Any] = Future()

    def put_to(self, journal: DurableJournal) -> None:
        """Ask it; whatever is raised is the answer."""
        try:
            self.answer.set_result(self._ask(journal))
        except BaseException as trouble:
            self.answer.set_exception(trouble)


class JournalService:
    """Opens the journal on the thread that calls `run`, answers there, and closes it when stopped.

    `start` is what a start owes before anybody is served (see `escrow.start_up`). The first failure is posted
    as StorageFailed, and every later question is answered with it.
    """

    def __init__(
        self,
        open_journal: Callable[[], DurableJournal],
        post: Post,
        start: Callable[[DurableJournal], object] = lambda _journal: None,
        idle_s: float = IDLE_S,
    ) -> None:
        self._open_journal = open_journal
        self._post = post
        self._start = start
        self._idle_s = idle_s
        self._questions: queue.Queue[_Question | None] = queue.Queue(QUESTIONS_MAX)
        self._failed: JournalFailed | None = None

    def port(self) -> JournalPort:
        """The journal for other threads."""
        return JournalPort(self.ask)

    def stop(self) -> None:
        """Let `run` return once everything asked before has been answered."""
        self._questions.put(None, timeout=ANSWER_S_MAX)

    def run(self) -> None:
        """Serve until stopped; nobody is left waiting when this returns or raises."""
        try:
            journal = self._open_journal()
            try:
                self._start(journal)
                self._tell_frozen(journal)
                self._serve(journal)
            finally:
                journal.close()
        except JournalFailed as failure:
            self._tell(failure)
        finally:
            self._failed = self._failed or JournalFailed("K-JR-06", "the journal's thread has ended")
            self._refuse_waiting(self._failed)

    def ask(self, question: Callable[[DurableJournal], T]) -> T:
        """The answer, from the journal's thread; what is raised there is raised here."""
        asked = _Question(question)
        try:
            if self._failed is None:
                self._questions.put(asked, timeout=ANSWER_S_MAX)
            if self._failed is not None:
                # The thread may have ended before it could see what was put there just now.
                self._refuse_waiting(self._failed)
            result: T = asked.answer.result(timeout=0 if self._failed else ANSWER_S_MAX)
        except (queue.Full, NoAnswer) as late:
            raise self._failed or JournalFailed("K-JR-06", "the journal does not answer") from late
        return result

    def _serve(self, journal: DurableJournal) -> None:
        while True:
            try:
                question = self._questions.get(timeout=self._idle_s)
            except queue.Empty:
                journal.move_cut()  # nobody waits: without head office, too, a start stays short
                continue
            if question is None:
                return
            question.put_to(journal)
            if journal.failed is not None:
                raise journal.failed

    def _tell_frozen(self, journal: DurableJournal) -> None:
        """A frozen kiosk says so without head office; its log is still answered for, so that it goes up."""
        if why := journal.frozen():
            self._post(StorageFailed("K-SY-01", why))

    def _tell(self, failure: JournalFailed) -> None:
        self._failed = failure
        self._post(StorageFailed(failure.code, failure.detail))

    def _refuse_waiting(self, failure: JournalFailed) -> None:
        while True:
            try:
                question = self._questions.get_nowait()
            except queue.Empty:
                return
            if question is not None:
                question.answer.set_exception(failure)
