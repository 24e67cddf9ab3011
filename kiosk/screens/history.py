"""The member's history, a page at a time."""

from pathlib import Path

from kivy.lang import Builder

from kiosk.screens.widgets.framing import Page
from kiosk.screens.widgets.rows import history_line


class HistoryPage(Page):
    """Draws views.History."""

    def drawn(self) -> None:
        """The lines."""
        self.ids.rows.show(self.view.rows, history_line)


class HistoryUpright(HistoryPage):
    """Portrait."""


COLUMN = 4
"""Lines in a column before a second one begins."""


class HistoryWide(HistoryPage):
    """Landscape: two columns."""

    def drawn(self) -> None:
        """The lines, the later half at the right."""
        rows = self.view.rows
        half = len(rows) if len(rows) <= COLUMN else -(-len(rows) // 2)
        self.ids.rows.show(rows[:half], history_line)
        self.ids.more.shown = bool(rows[half:])
        self.ids.more.show(rows[half:], history_line)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
