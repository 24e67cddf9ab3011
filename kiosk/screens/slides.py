"""The invitation's pictures: one at a time, changed at once, no more than one kept decoded."""

from collections.abc import Sequence

from kiosk.screens.tokens import look
from kiosk.screens.widgets.box import gallery


class Slides:
    """Pictures as pairs of PNG files (upright, lying), each shown for `every_s` seconds."""

    def __init__(self, pictures: Sequence[tuple[bytes, bytes]], every_s: float) -> None:
        self.every_s = every_s
        self._pictures = tuple(pictures)
        self._at = -1
        self._name = ""

    def shown(self) -> str:
        """The name of the picture that is up; '' before the first."""
        return self._name

    def turned(self) -> str:
        """Put up the next one; its name. With less movement the first one stays."""
        if self._name and (look.reduced_motion or len(self._pictures) == 1):
            return self._name
        before, self._at = self._name, (self._at + 1) % len(self._pictures)
        self._name = f"slide-{self._at}"
        gallery.give(self._name, self._pictures[self._at][not look.portrait])
        if before:
            gallery.give(before, b"")
        return self._name
