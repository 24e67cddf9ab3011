"""Raises the curtain without handing over the loop: for the gallery and the tests, frame by frame."""

from collections.abc import Callable

from kivy.base import EventLoop, runTouchApp
from kivy.core.window import Window

from kiosk.events import Event
from kiosk.screens.app import KioskApp
from kiosk.screens.faces import Faces
from kiosk.screens.pilot import Pilot
from kiosk.views import View


class SteppedPilot(Pilot):
    """A pilot whose frames run when it asks for them."""

    def show(self, view: View) -> None:
        """Show a view and let it settle."""
        self.app.show(view)
        self.step()
        self.settle()

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
    reduced_motion: bool = True,
    on_first_frame: Callable[[], None] = lambda: None,
) -> SteppedPilot:
    """The app in its window, standing still between frames."""
    app = KioskApp(tell, size, faces, reduced_motion=reduced_motion, on_first_frame=on_first_frame)
    app.root = app.build()
    Window.add_widget(app.root)
    runTouchApp(embedded=True)
    return SteppedPilot(app, EventLoop.idle)
