"""The demo's kiosk: the real one, with the shared clock, and a pilot that presses and reads its screen."""

import logging
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from kiosk import appliance
from kiosk.control import ControlSocket, Message
from kiosk.demo.clock import SharedClock
from kiosk.settings import load

T = TypeVar("T")
PATIENCE_S = 15.0
FRAMES = 3
"""Frames that must have passed quietly before a page is read, pressed or photographed."""


class PilotVerbs:
    """texts, press {text}, keys {digits}, shoot {file}: each on Kivy's thread, once the page stands."""

    def __init__(self, app: Any) -> None:
        from kiosk.screens.pilot import Pilot

        class LivePilot(Pilot):
            """A pilot on Kivy's own loop: the loop runs the frames, not the pilot."""

            def settle(self, frames: int = 3, deadline_s: float = 5.0) -> None:
                """Nothing to do: `_standing` has waited."""

        self._app = app
        self._pilot = LivePilot(app)

    def verbs(self) -> dict[str, Callable[[Message], Message]]:
        """For a control socket."""
        return {"texts": self._texts, "press": self._press, "keys": self._keys, "shoot": self._shoot}

    def _texts(self, _message: Message) -> Message:
        return {"ok": True, "texts": list(self._standing(self._pilot.texts))}

    def _press(self, message: Message) -> Message:
        from kiosk.screens.pilot import NothingThere

        try:
            self._standing(lambda: self._pilot.tap(str(message["text"])))
        except NothingThere:
            return {"ok": False, "why": f"nothing says {message['text']!r}"}
        return {"ok": True}

    def _keys(self, message: Message) -> Message:
        for digit in str(message["digits"])[:20]:
            self._press({"text": digit})
        return {"ok": True}

    def _shoot(self, message: Message) -> Message:
        self._standing(lambda: self._pilot.shoot(Path(str(message["file"]))))
        return {"ok": True}

    def _standing(self, work: Callable[[], T]) -> T:
        """Do it between two frames, when nothing slides."""
        from kivy.clock import Clock

        done: Future[T] = Future()

        def attempt(quiet: int) -> None:
            if not self._app.stage.still:
                quiet = 0
            if quiet < FRAMES:
                Clock.schedule_once(lambda _dt: attempt(quiet + 1), 0)
                return
            try:
                done.set_result(work())
            except Exception as trouble:
                done.set_exception(trouble)

        Clock.schedule_once(lambda _dt: attempt(0), 0)
        return done.result(timeout=PATIENCE_S)


def main() -> int:
    """A kiosk for a demo; exit codes as the real one's."""
    parser = ArgumentParser(prog="kiosk.demo.window", description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("--clock", type=Path, required=True)
    parser.add_argument("--pilot", type=Path, required=True)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(levelname)s %(message)s")

    def with_pilot(app: Any, parts: appliance.Parts) -> None:
        pilot = ControlSocket(asked.pilot, PilotVerbs(app).verbs())
        parts.runs["pilot"] = pilot.run
        parts.stops.append(pilot.close)

    return appliance.run(load(asked.config), SharedClock(asked.clock), with_pilot)


if __name__ == "__main__":
    sys.exit(main())
