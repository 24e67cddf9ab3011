"""Digits in large groups over the large pad: a phone number, a one-time code."""

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import BooleanProperty, StringProperty

from kiosk.events import TextKeyed
from kiosk.screens.widgets import keyboard, keypad
from kiosk.screens.widgets.box import Plate
from kiosk.screens.widgets.framing import Page

__all__ = ["NumberPadSmall", "NumberPadUpright", "NumberPadWide", "keyboard", "keypad"]


class DigitGroup(Plate):
    """Digits that are read together; an inked edge shows where the next one goes."""

    text = StringProperty("")
    active = BooleanProperty(False)


class NumberPadPage(Page):
    """Draws views.NumberEntry. Every key is said; nothing is kept here."""

    def drawn(self) -> None:
        """The groups."""
        sized = list(zip(self.view.groups, self.view.group_sizes, strict=True))
        at = next((place for place, (text, size) in enumerate(sized) if len(text) < size), -1)
        self.ids.groups.fill([(text, size, place == at) for place, (text, size) in enumerate(sized)], _group)

    def press(self, key: str) -> None:
        """A key of the pad."""
        if self.tell is not None:
            self.tell(TextKeyed(self.view.entry, key))


def _group(shown: tuple[str, int, bool]) -> DigitGroup:
    text, size, active = shown
    return DigitGroup(text=text, grow=size, active=active)


class NumberPadUpright(NumberPadPage):
    """Portrait."""


class NumberPadWide(NumberPadPage):
    """Landscape: what is typed at the left, the pad at the right."""


class NumberPadSmall(NumberPadPage):
    """A small panel: the same, without a strip."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
