"""A dialog over a page: the page below is dimmed and does not listen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.properties import ObjectProperty

from kiosk.screens.tokens import look
from kiosk.screens.widgets.framing import Page
from kiosk.views import View


class DialogPage(Page):
    """Draws a view that has a `behind`, in its part `dialog`; `make` makes the page below."""

    behind = ObjectProperty(None, allownone=True)

    def __init__(self, make: Callable[[View], Page], **kwargs: Any) -> None:
        self._make = make
        super().__init__(**kwargs)

    def drawn(self) -> None:
        """Build the page below, once per change."""
        below = self.ids.below
        view = self.view.behind
        if self.behind is not None and type(self.behind.view) is type(view):
            self.behind.view = view
            return
        below.clear_widgets()
        self.behind = self._make(view)
        self.behind.disabled = True
        below.add_widget(self.behind)

    def place(self, x: float, y: float, width: float, height: float) -> None:
        """The page below fills the window like any page; the dialog stands low on an upright panel."""
        super().place(x, y, width, height)
        dialog = self.ids.dialog
        wide = min(look.dialog, width - 2 * look.s40)
        tall = min(dialog.wants_height(wide), height - 2 * look.s40)
        low = y + look.foot + look.s72 * 1.5 if look.portrait else y + (height - tall) / 2
        dialog.place(x + (width - wide) / 2, low, wide, tall)


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
