"""The answer about a voucher, readable from the gift shelf: face, mark and big words say the same."""

from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import ObjectProperty

from kiosk.screens.tokens import look
from kiosk.screens.widgets import buttons
from kiosk.screens.widgets.framing import Page
from kiosk.screens.widgets.words import Words

__all__ = ["VerdictUpright", "VerdictWide", "buttons"]


class VerdictPage(Page):
    """Draws views.Verdict."""

    answer = ObjectProperty(None, allownone=True)

    def __init__(self, **kwargs: Any) -> None:
        kwargs["answer"] = look.answers[kwargs["view"].tone]
        super().__init__(**kwargs)

    def drawn(self) -> None:
        """Colours and facts."""
        self.answer = look.answers[self.view.tone]
        self.ids.facts.fill(self.view.facts, lambda fact: Words(text=fact, lines=2))


class VerdictUpright(VerdictPage):
    """Portrait."""


class VerdictWide(VerdictPage):
    """Landscape: the answer at the left, the gift at the right."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
