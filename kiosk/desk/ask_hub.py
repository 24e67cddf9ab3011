"""Questions to head office about a member's phone, code or PIN: asked, and asked again if nobody answered.

What is asked names an entry that was journalled before, so the same question again is the same question.
"""

from collections.abc import Callable
from typing import TypeVar

from kiosk.desk.pages import Journey, moment, wait_for
from kiosk.desk.world import ANSWER_S_MAX, World
from kiosk.events import Event, MemberAnswered
from kiosk.ledger.sync import CodeAnswer, JoinAnswer, NewPinAnswer, PhoneAnswer

A = TypeVar("A", PhoneAnswer, CodeAnswer, NewPinAnswer, JoinAnswer)
Ask = Callable[[str], None]
"""Sends a question under this request id."""


def ask_twice(world: World, kind: type[A], ask: Ask, sentence: str) -> Journey[A | None]:
    """What head office says; None without it. `sentence` (marked) stands on the page meanwhile."""
    answer = yield from _ask(world, kind, ask, sentence)
    if answer is None and world.connected is not False:
        answer = yield from _ask(world, kind, ask, sentence)
    return answer


def _ask(world: World, kind: type[A], ask: Ask, sentence: str) -> Journey[A | None]:
    if world.connected is False:
        return None
    request = world.ids.uuid7()

    def mine(event: Event) -> MemberAnswered | None:
        return event if isinstance(event, MemberAnswered) and event.request == request else None

    ask(request)
    answered = yield from wait_for(world, moment(world, sentence), mine, ANSWER_S_MAX)
    answer = answered.answer if answered else None
    return answer if isinstance(answer, kind) else None
