"""A pilot for a kiosk that runs: reads, presses and photographs between two frames, from another thread."""

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TypeVar

from kivy.clock import Clock

from kiosk.screens.app import KioskApp
from kiosk.screens.pilot import Pilot

T = TypeVar("T")

PATIENCE_S = 15.0
QUIET_FRAMES = 3
"""Frames without a slide that must have passed before a page is read, pressed or photographed."""


class LivePilot(Pilot):
    """Kivy's own loop runs the frames. Calls wait until the page stands; TimeoutError if it never does."""

    def __init__(self, app: KioskApp) -> None:
        super().__init__(app, step=lambda: None)

    def settle(self, frames: int = 3, deadline_s: float = 5.0) -> None:
        """Nothing to do: `_standing` has waited."""

    def read(self) -> list[str]:
        """Every visible text."""
        return self._standing(self.texts)

    def press(self, text: str) -> None:
        """Touch the button that carries this text; NothingThere if none does."""
        self._standing(lambda: self.tap(text))

    def photograph(self, path: Path) -> Path:
        """The window as a PNG file."""
        return self._standing(lambda: self.shoot(path))

    def _standing(self, work: Callable[[], T]) -> T:
        done: Future[T] = Future()

        def attempt(quiet: int) -> None:
            quiet = quiet if self.app.stage.still else 0
            if quiet < QUIET_FRAMES:
                Clock.schedule_once(lambda _dt: attempt(quiet + 1), 0)
                return
            try:
                done.set_result(work())
            except Exception as trouble:
                done.set_exception(trouble)

        Clock.schedule_once(lambda _dt: attempt(0), 0)
        return done.result(timeout=PATIENCE_S)
