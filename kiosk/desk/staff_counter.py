"""Staff ask about vouchers at this kiosk's own screen: one more counter, with the same answers."""

from collections.abc import Callable

from kiosk.desk.pages import Journey, Page
from kiosk.events import ClaimAsked, VoidAsked, WentBack
from kiosk.ports import Counter, CounterAnswer

Asked = ClaimAsked | VoidAsked
_OURS = "screen:"


class ScreenCounter:
    """Implements ports.Counter for the screen, on the desk's thread, and for whoever asks from outside."""

    def __init__(self, outside: Counter, settle: Callable[[Asked], None]) -> None:
        self._outside = outside
        self._settle = settle
        self._waiting: dict[str, CounterAnswer | None] = {}

    def expects(self, request: str) -> bool:
        """Whether somebody still waits for this answer."""
        if request.startswith(_OURS):
            return request in self._waiting
        return self._outside.expects(request)

    def answer(self, request: str, said: CounterAnswer) -> None:
        """The answer to a question; one that nobody waits for any more is dropped."""
        if not request.startswith(_OURS):
            self._outside.answer(request, said)
        elif request in self._waiting:
            self._waiting[request] = said

    def ask(self, asked: Asked, waiting: Page) -> Journey[CounterAnswer | None]:
        """Ask, show `waiting` until the answer is there; None when whoever asks goes back before.

        However this ends, nothing is journalled for the question afterwards.
        """
        self._waiting[asked.request] = None
        try:
            self._settle(asked)
            while (said := self._waiting[asked.request]) is None:
                if isinstance((yield waiting), WentBack) and self._waiting[asked.request] is None:
                    return None
            return said
        finally:
            del self._waiting[asked.request]


def ours(request: str) -> str:
    """A fresh id as the name of a question asked at the screen."""
    return _OURS + request
