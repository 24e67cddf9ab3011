"""The window: draws whatever view it was shown last, and says what fingers did."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window

from kiosk.events import Event
from kiosk.screens.brand import SHIPPED, Brand
from kiosk.screens.faces import Faces
from kiosk.screens.slides import Slides
from kiosk.screens.stage import Stage
from kiosk.screens.tokens import Modes, look
from kiosk.screens.widgets.box import gallery
from kiosk.views import View


class KioskApp(App):
    """Kivy's side of the kiosk. `prepare()` must have been called before this module is imported.

    `size` is the window's in pixels, `inches` its panel's diagonal (0: the usual one), and
    `on_first_frame` is called once, on Kivy's thread, when the first view has been drawn.
    """

    use_kivy_settings = False

    def __init__(
        self,
        tell: Callable[[Event], None],
        size: tuple[int, int],
        fonts: Faces,
        brand: Brand = SHIPPED,
        on_first_frame: Callable[[], None] = lambda: None,
        *,
        modes: Modes = Modes(),  # noqa: B008  frozen
        inches: float = 0.0,
    ) -> None:
        super().__init__()
        self._tell = tell
        self._fonts = fonts
        # Holds the latest view only; append and pop are atomic, so a view from another thread is never lost.
        self._waiting: deque[View] = deque(maxlen=1)
        self._first = on_first_frame
        self._announced = False
        look.own_modes = look.modes = modes
        look.wear(brand.palette)
        look.radius, look.headline, look.heads = brand.radius, brand.headline, brand.can_head
        look.fit(*size, inches=inches)
        gallery.own = brand.pictures

    def build(self) -> Stage:
        """The stage, in a window that obeys nobody but the shop."""
        Window.clearcolor = look.canvas
        Window.bind(on_keyboard=_swallow, on_key_down=_swallow, on_key_up=_swallow, on_textinput=_swallow)
        Window.bind(on_request_close=_swallow)
        self.stage = Stage(self._tell, self._fonts, size=Window.size)
        self._draw_soon = Clock.create_trigger(self._draw)
        if self._waiting:
            self._draw_soon()
        return self.stage

    def show(self, view: View) -> None:
        """Draw this view. From any thread; of several before the next frame only the last is drawn."""
        self._waiting.append(view)
        if self.root is not None:
            Clock.schedule_once(self._draw)

    def play(self, pictures: Sequence[tuple[bytes, bytes]], every_s: float) -> None:
        """Let the invitation show these instead of its own: PNG upright, PNG lying. From any thread."""
        Clock.schedule_once(lambda _dt: self.stage.play(Slides(pictures, every_s)))

    def stop_soon(self, seconds: float = 0.0) -> None:
        """Close the window, now or a little later. From any thread and from signal handlers."""
        Clock.schedule_once(lambda _dt: self.stop(), seconds)

    def keep_alive(self, every_s: float, alive: Callable[[], object]) -> None:
        """Call `alive` from Kivy's own loop: a frozen window then falls silent. Never for 0 seconds."""
        if every_s > 0:
            Clock.schedule_interval(lambda _dt: alive(), every_s)

    def open_settings(self, *_: Any) -> bool:
        """No settings for visitors."""
        return False

    def _draw(self, *_: Any) -> None:
        try:
            view = self._waiting.pop()
        except IndexError:
            return  # an earlier call drew it already
        self.stage.show(view)
        if not self._announced:
            self._announced = True
            # One frame later the view is on the glass.
            Clock.schedule_once(lambda *_: Clock.schedule_once(lambda *_: self._first()))


def _swallow(*_: Any, **__: Any) -> bool:
    """Keys, and a window manager's wish to close: heard, and nothing comes of it."""
    return True
