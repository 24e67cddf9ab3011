"""Something to read, a page at a time, and what to do with it."""

from pathlib import Path

from kivy.lang import Builder

from kiosk.screens import listing
from kiosk.screens.tokens import look
from kiosk.screens.widgets.framing import Page
from kiosk.screens.widgets.words import Words

__all__ = ["ArticleUpright", "ArticleWide", "listing"]

LINES = 14
"""Lines that a paragraph may take before its letters get smaller."""


class ArticlePage(Page):
    """Draws views.Article."""

    def drawn(self) -> None:
        """The paragraphs."""
        self.ids.text.fill(self.view.paragraphs, _paragraph)


def _paragraph(text: str) -> Words:
    return Words(text=text, style="body", ink=look.ink, lines=LINES)


class ArticleUpright(ArticlePage):
    """Portrait: the picture over the text."""


class ArticleWide(ArticlePage):
    """Landscape: the picture at the left."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
