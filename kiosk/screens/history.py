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


class HistoryWide(HistoryPage):
    """Landscape."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
