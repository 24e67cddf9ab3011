"""A paper before it is printed, on a desk of mist; it is shown whole, however long it is."""

from io import BytesIO
from pathlib import Path

from kivy.core.image import Image as Loaded
from kivy.graphics import Color, Rectangle
from kivy.lang import Builder

from kiosk.screens.tokens import look
from kiosk.screens.widgets import buttons
from kiosk.screens.widgets.box import Painted
from kiosk.screens.widgets.framing import Page

__all__ = ["PreviewUpright", "PreviewWide", "buttons"]


class PaperPicture(Painted):
    """A picture of a paper (PNG file), as large as fits, never larger than it will be printed."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(**kwargs)
        self._png = b""
        self._texture = None

    def show(self, png: bytes) -> None:
        """Another paper; b'' for none."""
        if png == self._png:
            return
        self._png = png
        self._texture = Loaded(BytesIO(png), ext="png", nocache=True).texture if png else None
        self.paint()

    def paint(self, *_: object) -> None:
        """The paper in the middle, with the shadow of paper."""
        super().paint()
        if self._texture is None or self.canvas is None:
            return
        wide, high = self._texture.size
        scale = min(self.width / wide, self.height / high, look.paper_most / wide)
        size = (round(wide * scale), round(high * scale))
        pos = (round(self.center_x - size[0] / 2), round(self.center_y - size[1] / 2))
        with self.canvas.before:
            Color(*look.glaze)
            Rectangle(pos=(pos[0] + look.s8, pos[1] - look.s8), size=size)
            Color(*look.white)
            Rectangle(pos=pos, size=size, texture=self._texture)


class PreviewPage(Page):
    """Draws views.Preview."""

    def drawn(self) -> None:
        """The paper."""
        self.ids.paper.show(self.view.paper)


class PreviewUpright(PreviewPage):
    """Portrait."""


class PreviewWide(PreviewPage):
    """Landscape: the paper at the left, what can be done at the right."""


Builder.load_file(str(Path(__file__).with_suffix(".kv")))
