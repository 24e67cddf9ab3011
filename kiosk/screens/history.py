"""The member's history, a page at a time."""

from dataclasses import replace
from pathlib import Path

from kivy.lang import Builder

from kiosk.screens.widgets import buttons
from kiosk.screens.widgets.framing import Page
from kiosk.screens.widgets.rows import history_line
from kiosk.views import Choice

__all__ = ["HistoryUpright", "HistoryWide", "buttons"]


class HistoryPage(Page):
    """Draws views.History."""

    def drawn(self) -> None:
        """The lines."""
        self.ids.rows.show(self.view.rows, history_line)


class HistoryUpright(HistoryPage):
    """Portrait."""


COLUMN = 4
"""Lines in a column before a second one begins."""


class TwoColumns(HistoryPage):
    """The lines in two columns."""

    def drawn(self) -> None:
        """The lines, the later half at the right."""
        rows = self.view.rows
        half = len(rows) if len(rows) <= COLUMN else -(-len(rows) // 2)
        self.ids.rows.show(rows[:half], history_line)
        self.ids.more.shown = bool(rows[half:])
        self.ids.more.show(rows[half:], history_line)


class HistoryWide(TwoColumns):
    """Landscape."""


class HistorySmall(TwoColumns):
    """A small panel: what can be done stands beside the title, in words alone."""

    @staticmethod
    def bare(choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
        """The choices without their icons: there is room for words only."""
        return tuple(replace(choice, icon="") for choice in choices)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
