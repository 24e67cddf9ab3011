"""Nobody is here: one invitation, still, with the way to the reader."""

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import StringProperty

from kiosk.events import StaffCalled
from kiosk.screens.tokens import look
from kiosk.screens.widgets import chips
from kiosk.screens.widgets.buttons import Tile, pushed
from kiosk.screens.widgets.framing import Page
from kiosk.screens.widgets.layout import Part
from kiosk.views import Choice

__all__ = ["AttractUpright", "AttractWide", "chips"]


class AttractPage(Page):
    """Draws views.Attract. `picture` is the one of a pack, '' for the shipped one."""

    picture = StringProperty("")

    def drawn(self) -> None:
        """Choices and languages."""
        view = self.view
        in_foot = "staff" in view.frame.foot
        offered = [one for one in view.choices if not (in_foot and isinstance(one.tells, StaffCalled))]
        self.ids.choices.shown = bool(offered)
        alone = len(offered) == 1
        self.ids.choices.fill(offered, pushed if alone else _tile)
        self.ids.languages.show(view.languages)
        self.ids.foot.aside = view.ease.button if view.ease and look.offers() else ""


def _tile(choice: Choice) -> Part:
    return Tile(label=choice.label, icon=choice.icon, tells=choice.tells)


class AttractUpright(AttractPage):
    """Portrait."""


class AttractWide(AttractPage):
    """Landscape."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
