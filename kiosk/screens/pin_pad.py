"""A PIN on a page of its own: the pad of Confirm, and nothing beside it."""

from pathlib import Path

from kivy.lang import Builder

from kiosk.screens.confirm import ConfirmPage


class PinPadUpright(ConfirmPage):
    """Draws views.PinPad, portrait."""


class PinPadWide(ConfirmPage):
    """Draws views.PinPad, landscape: who and why at the left, the pad at the right."""


class PinPadSmall(ConfirmPage):
    """Draws views.PinPad on a small panel."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
