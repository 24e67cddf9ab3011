"""Thirty seconds without a touch: staying is the large answer. The page below shows no values."""

from pathlib import Path

from kivy.lang import Builder

from kiosk.screens.dialog import DialogPage


class StillTherePage(DialogPage):
    """Draws views.StillThere over the page it interrupts."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
