"""Questions to head office, asked on a thread of their own: the desk never waits for a socket."""

import logging
import queue
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from kiosk.events import AccountAnswered, Event, MemberAnswered, PinAnswered
from kiosk.ledger.sync import (
    AccountAnswer,
    CodeAnswer,
    JoinAnswer,
    NewPinAnswer,
    PhoneAnswer,
    PinAnswer,
    Want,
)
from kiosk.offline.transport import HubRefused, HubUnreachable
from kiosk.offline.wants import Wants
from kiosk.ports import Clock, Newcomer, PinChange, Post, Replica

log = logging.getLogger(__name__)

QUESTIONS_MAX = 20
PATIENCE_S = 5.0
"""A question older than this is answered with None: its visitor was told so already."""


class AskedHub(Protocol):
    """What is asked of head office (HttpHub)."""

    def account(self, card: bytes) -> AccountAnswer:
        """HubUnreachable or HubRefused if there is no answer."""

    def pin(self, member: str, route: str, entry: str, pin: str) -> PinAnswer:
        """HubUnreachable or HubRefused if there is no answer."""

    def phone(self, phone: str, entry: str, pin: str) -> PhoneAnswer:
        """HubUnreachable or HubRefused if there is no answer."""

    def code(self, name: str, entry: str) -> CodeAnswer:
        """HubUnreachable or HubRefused if there is no answer."""

    def new_pin(self, change: PinChange) -> NewPinAnswer:
        """HubUnreachable or HubRefused if there is no answer."""

    def join_code(self, number: str, entry: str) -> CodeAnswer:
        """HubUnreachable or HubRefused if there is no answer."""

    def join(self, newcomer: Newcomer) -> JoinAnswer:
        """HubUnreachable or HubRefused if there is no answer."""


@dataclass(frozen=True, slots=True)
class _Question:
    asked_at: float
    ask: Callable[[], Event]
    unanswered: Event


class HubDesk:
    """Implements ports.Hub. `run` answers until stopped; wants are left to the uploader."""

    def __init__(self, hub: AskedHub, replica: Replica, wants: Wants, post: Post, clock: Clock) -> None:
        self._hub, self._replica, self._wants, self._post, self._clock = hub, replica, wants, post, clock
        self._questions: queue.Queue[_Question | None] = queue.Queue(QUESTIONS_MAX)

    # --- ports.Hub -------------------------------------------------------------------------------

    def ask_account(self, request: str, card: bytes) -> None:
        """AccountAnswered follows."""
        self._put(lambda: self._account(request, card), AccountAnswered(request, None))

    def ask_pin(self, request: str, member: str, route: str, entry: str, pin: str) -> None:
        """PinAnswered follows."""
        self._put(
            lambda: PinAnswered(request, self._hub.pin(member, route, entry, pin)), PinAnswered(request, None)
        )

    def ask_phone(self, request: str, phone: str, entry: str, pin: str) -> None:
        """MemberAnswered follows."""
        self._put_member(request, lambda: self._hub.phone(phone, entry, pin))

    def ask_code(self, request: str, name: str, entry: str) -> None:
        """MemberAnswered follows."""
        self._put_member(request, lambda: self._hub.code(name, entry))

    def ask_new_pin(self, request: str, change: PinChange) -> None:
        """MemberAnswered follows."""
        self._put_member(request, lambda: self._hub.new_pin(change))

    def ask_join_code(self, request: str, number: str, entry: str) -> None:
        """MemberAnswered follows."""
        self._put_member(request, lambda: self._hub.join_code(number, entry))

    def ask_join(self, request: str, newcomer: Newcomer) -> None:
        """MemberAnswered follows."""
        self._put_member(request, lambda: self._hub.join(newcomer))

    def want(self, want: Want) -> None:
        """Sent by every sync until granted, refused or dropped."""
        self._wants.put(want)

    def drop(self, want_id: str) -> None:
        """Nobody waits for it any more."""
        self._wants.drop(want_id)

    def nudge(self) -> None:
        """There is something to upload."""
        self._wants.bell.set()

    # --- the thread ------------------------------------------------------------------------------

    def run(self) -> None:
        """Answer questions until stopped."""
        while (question := self._questions.get()) is not None:
            self._post(self._answer(question))

    def answer_one(self) -> bool:
        """Answer the oldest question, if there is one: the step of a world without threads."""
        try:
            question = self._questions.get_nowait()
        except queue.Empty:
            return False
        if question is not None:
            self._post(self._answer(question))
        return question is not None

    def stop(self) -> None:
        """Let `run` return after the question it is at; what waits then is not asked any more."""
        while True:
            try:
                self._questions.put_nowait(None)
            except queue.Full:
                self._drop_oldest()
            else:
                return

    def _put(self, ask: Callable[[], Event], unanswered: Event) -> None:
        try:
            self._questions.put_nowait(_Question(self._clock.monotonic(), ask, unanswered))
        except queue.Full:
            self._post(unanswered)

    def _put_member(
        self, request: str, ask: Callable[[], PhoneAnswer | CodeAnswer | NewPinAnswer | JoinAnswer]
    ) -> None:
        self._put(lambda: MemberAnswered(request, ask()), MemberAnswered(request, None))

    def _answer(self, question: _Question) -> Event:
        if self._clock.monotonic() - question.asked_at > PATIENCE_S:
            return question.unanswered
        try:
            return question.ask()
        except (HubUnreachable, HubRefused) as trouble:
            log.info("head office did not answer a question: %s", trouble)
            self._wants.bell.set()  # the uploader finds out whether the link is down, and says so
            return question.unanswered

    def _account(self, request: str, card: bytes) -> Event:
        answer = self._hub.account(card)
        if answer.account is not None:
            self._replica.remember(answer.account)
        return AccountAnswered(request, answer)

    def _drop_oldest(self) -> None:
        try:
            self._questions.get_nowait()
        except queue.Empty:
            return
