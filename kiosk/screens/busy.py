"""One moment: what is being done, in words. Nothing moves."""

from pathlib import Path

from kivy.lang import Builder

from kiosk.screens.widgets import buttons
from kiosk.screens.widgets.framing import Page

__all__ = ["BusyUpright", "BusyWide", "buttons"]


class BusyUpright(Page):
    """Draws views.Busy, portrait."""


class BusyWide(Page):
    """Draws views.Busy, landscape."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
