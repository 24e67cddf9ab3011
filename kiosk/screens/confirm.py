"""Before, cost and after in reading order; then the PIN, said once."""

from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import BooleanProperty, NumericProperty

from kiosk.events import Confirmed
from kiosk.screens.widgets import keypad
from kiosk.screens.widgets.framing import Page

__all__ = ["ConfirmUpright", "ConfirmWide", "keypad"]


class ConfirmPage(Page):
    """Draws views.Confirm. The digits stay in here until they are said."""

    typed = NumericProperty(0)
    ready = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        self._digits: list[str] = []
        self._said = False
        self._seen = (kwargs["view"].ticket, kwargs["view"].error)
        super().__init__(**kwargs)

    def drawn(self) -> None:
        """A new ticket or a new error starts over."""
        seen = (self.view.ticket, self.view.error)
        if seen != self._seen:
            again = seen[0] != self._seen[0] or bool(seen[1])
            self._seen = seen
            if again:
                self._said = False
                self._digits.clear()
        self._count()

    def press(self, key: str) -> None:
        """A key of the pad: a digit, 'clear' or 'back'."""
        if self._said:
            return
        if key == "clear":
            self._digits.clear()
        elif key == "back":
            del self._digits[-1:]
        elif len(self._digits) < self.view.pin_length:
            self._digits.append(key)
        self._count()

    def confirm(self) -> None:
        """Say it, once per ticket, and forget the digits."""
        if self._said or len(self._digits) != self.view.pin_length:
            return
        self._said = True
        pin = "".join(self._digits)
        self._digits.clear()
        self.ready = False
        if self.tell is not None:
            self.tell(Confirmed(self.view.ticket, pin))

    def _count(self) -> None:
        self.typed = len(self._digits)
        self.ready = not self._said and self.typed == self.view.pin_length


class ConfirmUpright(ConfirmPage):
    """Portrait."""


class ConfirmWide(ConfirmPage):
    """Landscape: the summary at the left, the pad at the right."""


class ConfirmSmall(ConfirmPage):
    """A small panel: the same without the picture; what the PIN is about stands at the left."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
