"""Rows of lists: history lines and numbered steps, divided by hairs; the pager under them."""

from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import BooleanProperty, NumericProperty, ObjectProperty, StringProperty

from kiosk.screens.tokens import look
from kiosk.screens.widgets.box import Box, Painted
from kiosk.screens.widgets.layout import Column, Row
from kiosk.views import HistoryRow


class HistoryLine(Row):
    """What happened, when and where, and the points."""

    row = ObjectProperty(rebind=True)


class StepLine(Row):
    """A numbered step."""

    number = NumericProperty(1)
    step = ObjectProperty(rebind=True)


class Rows(Box):
    """A card of rows with hairs between them; `empty` is said when there are none."""

    empty = StringProperty("")

    def show(self, rows: Any, make: Any) -> None:
        """Show these rows."""
        lined = [part for row in rows for part in (row, None)][:-1]
        self.ids.rows.fill(lined, lambda row: hair() if row is None else make(row))
        self.ids.rows.shown = bool(rows)
        self.ids.empty.text = "" if rows else self.empty


def hair() -> Painted:
    """A divider."""
    return Painted(fill_ink=look.hair, high=look.thin)


def history_line(row: HistoryRow) -> HistoryLine:
    """A part for a row."""
    return HistoryLine(row=row)


class Pager(Row):
    """Back and forth through pages; at an end the button says so and rests."""

    page = NumericProperty(1)
    pages = NumericProperty(1)
    page_text = StringProperty("")
    previous = StringProperty("")
    following = StringProperty("")
    step = NumericProperty(1)
    """Things a page, where pages are told by the place of their first one."""
    narrow = BooleanProperty(False)
    bare = BooleanProperty(False)
    """Without the words between: they stand elsewhere on the page."""


class Summary(Column):
    """A small label over a value."""

    label = StringProperty("")
    value = StringProperty("")


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
