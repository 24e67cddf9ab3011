"""Raises the curtain without handing over the loop: for the gallery and the tests, frame by frame."""

from collections.abc import Callable

from kivy.base import EventLoop, runTouchApp
from kivy.core.window import Window
from kivy.graphics.opengl import glFinish

from kiosk.events import Event
from kiosk.screens.app import KioskApp
from kiosk.screens.brand import SHIPPED, Brand
from kiosk.screens.faces import Faces
from kiosk.screens.pilot import Pilot
from kiosk.screens.tokens import Modes
from kiosk.views import View

STILL = Modes(less_motion=True)


class SteppedPilot(Pilot):
    """A pilot whose frames run when it asks for them."""

    def show(self, view: View) -> None:
        """Show a view and let it settle."""
        self.app.show(view)
        self.step()
        self.settle()

    def lay(self, view: View) -> None:
        """Arrange a view without drawing a frame: enough to judge a page, at a tenth of the time."""
        self.app.stage.show(view)
        if self.app.stage.page is not None:
            self.app.stage.page.arrange()

    def lay_anew(self) -> None:
        """Build and arrange the standing page again, in the modes that are on now."""
        self.app.stage.stand_anew()
        if self.app.stage.page is not None:
            self.app.stage.page.arrange()

    def resize(self, size: tuple[int, int]) -> None:
        """Another window size."""
        if tuple(Window.size) != size:
            Window.size = size
            self.until(lambda: tuple(self.app.stage.size) == size)
            self.settle()


def raised(
    size: tuple[int, int],
    faces: Faces,
    tell: Callable[[Event], None] = lambda _event: None,
    *,
    modes: Modes = STILL,
    brand: Brand = SHIPPED,
    inches: float = 0.0,
    on_first_frame: Callable[[], None] = lambda: None,
) -> SteppedPilot:
    """The app in its window, standing still between frames."""
    # Off screen nothing waits for a frame: the driver would keep a copy of each one for good.
    Window.bind(on_flip=lambda *_: glFinish())
    app = KioskApp(tell, size, faces, brand, modes=modes, inches=inches, on_first_frame=on_first_frame)
    app.root = app.build()
    Window.add_widget(app.root)
    runTouchApp(embedded=True)
    return SteppedPilot(app, EventLoop.idle)
