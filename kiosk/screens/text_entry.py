"""A line of text: what is typed above, the keyboard below. Every key is said; nothing is kept here."""

from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import ColorProperty, ObjectProperty

from kiosk.screens.tokens import look
from kiosk.screens.widgets import keyboard, tier_card
from kiosk.screens.widgets.framing import Page
from kiosk.screens.widgets.layers import Layers

__all__ = ["TextEntrySmall", "TextEntryUpright", "TextEntryWide", "keyboard", "tier_card"]


class CardToBe(Layers):
    """The member card that is being made, and the name that will stand on it."""

    card = ObjectProperty(None, rebind=True, allownone=True)
    ink = ColorProperty(look.ink)

    def on_card(self, *_: Any) -> None:
        """The tier's ink."""
        if self.card is not None:
            self.ink = look.tiers.get(self.card.tier, look.tiers["member"]).ink


class TextEntryPage(Page):
    """Draws views.TextEntry."""


class TextEntryUpright(TextEntryPage):
    """Portrait."""


class TextEntryWide(TextEntryPage):
    """Landscape: the keyboard over the whole width, the field above it."""


class TextEntrySmall(TextEntryPage):
    """A small panel: title and field in one row."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
