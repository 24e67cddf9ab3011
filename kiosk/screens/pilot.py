"""A finger and an eye for the window: tap by visible text, settle, read, take a picture."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from kivy.base import EventLoop
from kivy.core.window import Window
from kivy.input.motionevent import MotionEvent
from kivy.uix.widget import Widget

from kiosk.screens.app import KioskApp
from kiosk.screens.stage import picture_of_window
from kiosk.screens.widgets.box import Icon
from kiosk.screens.widgets.buttons import Pressable
from kiosk.screens.widgets.words import Words


class NothingThere(Exception):
    """Nothing on the screen carries this text or icon."""


class Finger(MotionEvent):
    """One touch, in pixels of the window."""

    def __init__(self, number: int, x: float, y: float, button: str = "left") -> None:
        spot = {"x": x / Window.width, "y": y / Window.height, "button": button}
        super().__init__("pilot", number, spot, is_touch=True, type_id="touch")

    def depack(self, args: Any) -> None:
        """Kivy asks for the position here."""
        self.sx, self.sy, self.button = args["x"], args["y"], args["button"]
        self.profile = ["pos", "button"]
        super().depack(args)


class Pilot:
    """Drives one app on Kivy's thread, in place of `app.run()`: `step` runs one frame."""

    def __init__(self, app: KioskApp, step: Callable[[], None] = EventLoop.idle) -> None:
        self.app = app
        self.step = step
        self._touches = 0

    def settle(self, frames: int = 3, deadline_s: float = 5.0) -> None:
        """Run until nothing slides, then a few frames more."""
        end = time.monotonic() + deadline_s
        while not self.app.stage.still and time.monotonic() < end:
            self.step()
        for _ in range(frames):
            Window.canvas.ask_update()
            self.step()

    def until(self, happened: Callable[[], bool], deadline_s: float = 5.0) -> bool:
        """Run frames until something is so; False when the time is over."""
        end = time.monotonic() + deadline_s
        while not happened():
            if time.monotonic() > end:
                return False
            self.step()
        return True

    def parts(self, kind: type[Any]) -> Iterator[Any]:
        """Shown parts of the standing page, front to back, without those behind a dialog."""
        if self.app.stage.page is not None:
            yield from _shown(self.app.stage.page, kind)

    def texts(self) -> list[str]:
        """Every visible text."""
        return [part.text for part in self.parts(Words) if part.text.strip()]

    def tap(self, text: str) -> None:
        """Touch the button that carries this text (whole, else as a part)."""
        found = [part for part in self.parts(Words) if part.text == text]
        found = found or [part for part in self.parts(Words) if text in part.text]
        self._touch_first(found, text)

    def tap_icon(self, icon: str) -> None:
        """Touch the button that carries this icon."""
        self._touch_first([part for part in self.parts(Icon) if part.icon == icon], icon)

    def _touch_first(self, found: list[Any], name: str) -> None:
        pressable = [part for part in found if _button_of(part) is not None] or found
        if not pressable:
            raise NothingThere(name)
        self.touch(*pressable[0].center)

    def touch(self, x: float, y: float, button: str = "left", frames: int = 3) -> None:
        """Down and up again at a place in the window; then so many frames."""
        self._touches += 1
        finger = Finger(self._touches, x, y, button)
        finger.scale_for_screen(Window.width, Window.height)
        EventLoop.post_dispatch_input("begin", finger)
        EventLoop.post_dispatch_input("end", finger)
        self.settle(frames)

    def swipe(self, spots: Sequence[tuple[float, float]]) -> None:
        """Down at the first place, over the others, up at the last."""
        self._touches += 1
        (x, y), *others = spots
        finger = Finger(self._touches, x, y)
        finger.scale_for_screen(Window.width, Window.height)
        EventLoop.post_dispatch_input("begin", finger)
        for x, y in others:
            finger.move({"x": x / Window.width, "y": y / Window.height, "button": "left"})
            finger.scale_for_screen(Window.width, Window.height)
            EventLoop.post_dispatch_input("update", finger)
        EventLoop.post_dispatch_input("end", finger)

    def shoot(self, path: Path) -> Path:
        """The window as a PNG file, settled."""
        self.settle()
        return picture_of_window(path)


def _shown(part: Widget, kind: type[Any]) -> Iterator[Any]:
    if not getattr(part, "shown", True) or part.disabled:
        return
    if isinstance(part, kind):
        yield part
    for child in reversed(part.children):
        yield from _shown(child, kind)


def _button_of(part: Widget) -> Any:
    above = part
    while above is not None and above is not above.parent:
        if isinstance(above, Pressable):
            return above
        above = above.parent
    return None
