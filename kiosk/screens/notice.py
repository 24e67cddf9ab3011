"""Something a person should know: what happened, what became of the points, what to do next."""

from pathlib import Path

from kivy.lang import Builder

from kiosk.screens import take_voucher
from kiosk.screens.tokens import look
from kiosk.screens.widgets.buttons import pushed
from kiosk.screens.widgets.framing import Page
from kiosk.screens.widgets.layout import Part
from kiosk.screens.widgets.words import Words
from kiosk.views import Choice

__all__ = ["NoticeUpright", "NoticeWide", "take_voucher"]


class NoticePage(Page):
    """Draws views.Notice."""

    def drawn(self) -> None:
        """Facts for staff, and the answers."""
        view, ids = self.view, self.ids
        if "facts" in ids:
            ids.facts.fill(view.code_facts, _fact)
        ids.answers.shown = bool(view.answers)
        ids.answers.fill(view.answers, _answer)


def _fact(fact: str) -> Words:
    return Words(text=fact, style="note", ink=look.ink2, halign="right", lines=2)


def _answer(choice: Choice) -> Part:
    return pushed(choice)


class NoticeUpright(NoticePage):
    """Portrait."""


class NoticeWide(NoticePage):
    """Landscape."""


class NoticeSmall(NoticePage):
    """A small panel: the code and its facts under the picture."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
