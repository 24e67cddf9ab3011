"""The page behind the button for easier use: a switch for each mode, for this visit only.

It is no page of the desk: how a visitor likes to read is nobody's business but the screen's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import BooleanProperty, StringProperty

from kiosk import views
from kiosk.screens.dialog import DialogPage
from kiosk.screens.tokens import Modes, look
from kiosk.screens.widgets import chips
from kiosk.screens.widgets.box import Slab
from kiosk.screens.widgets.buttons import Pressable

__all__ = ["EaseOpen", "EasePage", "chips"]


@dataclass(frozen=True, slots=True)
class EaseOpen(views.View):
    """The switches over the invitation."""

    frame: views.Frame
    behind: views.Attract
    ease: views.Ease
    modes: Modes


class ModeSwitch(Pressable, Slab):
    """A mode: its name, its state in words, and a drawn switch."""

    label = StringProperty("")
    word = StringProperty("")
    lit = BooleanProperty(False)


class EasePage(DialogPage):
    """Draws EaseOpen. `switch` is told a mode's name, `close` that the visitor is done."""

    def __init__(self, switch: Callable[[str], None], close: Callable[[], None], **kwargs: Any) -> None:
        self._switch, self.close = switch, close
        super().__init__(**kwargs)

    def drawn(self) -> None:
        """A switch for every mode that changes anything here."""
        super().drawn()
        self.ids.switches.fill([(name, getattr(self.view.modes, name)) for name in look.offers()], self._row)

    def _row(self, mode: tuple[str, bool]) -> ModeSwitch:
        name, lit = mode
        ease = self.view.ease
        row = ModeSwitch(label=getattr(ease, name), word=ease.on if lit else ease.off, lit=lit)
        row.bind(on_release=lambda *_: self._switch(name))
        return row


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
