"""A voucher is typed: the number in groups, then its check code. Every key is said; nothing is kept here."""

from pathlib import Path

from kivy.lang import Builder
from kivy.properties import BooleanProperty, StringProperty

from kiosk.events import Keyed
from kiosk.screens.widgets import keypad
from kiosk.screens.widgets.box import Plate
from kiosk.screens.widgets.framing import Page

__all__ = ["ClaimDeskUpright", "ClaimDeskWide", "keypad"]


class GroupBox(Plate):
    """A few characters of what is typed; an inked edge shows where the next one goes."""

    text = StringProperty("")
    active = BooleanProperty(False)


class ClaimDeskPage(Page):
    """Draws views.ClaimDesk."""

    def drawn(self) -> None:
        """The groups."""
        view = self.view
        open_groups = [place for place, (text, size) in enumerate(self._sized()) if len(text) < size]
        at = open_groups[0] if view.typing == "number" and open_groups else -1
        self.ids.groups.fill(
            [(text, size, place == at) for place, (text, size) in enumerate(self._sized())], _group
        )
        self.ids.check.fill([(view.check, view.check_size, view.typing == "check")], _group)

    def _sized(self) -> list[tuple[str, int]]:
        return list(zip(self.view.groups, self.view.group_sizes, strict=True))

    def press(self, key: str) -> None:
        """A key of the pad that stands."""
        if self.tell is not None:
            self.tell(Keyed(self.view.typing, key))


def _group(shown: tuple[str, int, bool]) -> GroupBox:
    text, size, active = shown
    return GroupBox(text=text, grow=size, active=active)


class ClaimDeskUpright(ClaimDeskPage):
    """Portrait."""


class ClaimDeskWide(ClaimDeskPage):
    """Landscape: what is typed at the left, the pad at the right."""


class ClaimDeskSmall(ClaimDeskPage):
    """A small panel: what is typed in one row, the pad over the whole width."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
