"""The demo's kiosk: the real one, with the shared clock, and a pilot that presses and reads its screen."""

import logging
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from kiosk import appliance
from kiosk.control import ControlSocket, Message, Verb
from kiosk.demo.clock import SharedClock
from kiosk.settings import load


def pilot_verbs(app: Any) -> dict[str, Verb]:
    """For a control socket: texts, press {text}, keys {digits}, shoot {file}."""
    from kiosk.screens.live_pilot import LivePilot
    from kiosk.screens.pilot import NothingThere

    pilot = LivePilot(app)

    def press(message: Message) -> Message:
        try:
            pilot.press(str(message["text"]))
        except NothingThere:
            return {"ok": False, "why": f"nothing says {message['text']!r}"}
        return {"ok": True}

    def keys(message: Message) -> Message:
        for digit in str(message["digits"])[:20]:
            pilot.press(digit)
        return {"ok": True}

    def shoot(message: Message) -> Message:
        return {"ok": True, "file": str(pilot.photograph(Path(str(message["file"]))))}

    def texts(_message: Message) -> Message:
        return {"ok": True, "texts": pilot.read()}

    return {"texts": texts, "press": press, "keys": keys, "shoot": shoot}


def main() -> int:
    """A kiosk for a demo; exit codes as the real one's."""
    parser = ArgumentParser(prog="kiosk.demo.window", description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("--clock", type=Path, required=True)
    parser.add_argument("--pilot", type=Path, required=True)
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format=appliance.LOG_FORMAT)

    def with_pilot(app: Any, parts: appliance.Parts) -> None:
        pilot = ControlSocket(asked.pilot, pilot_verbs(app))
        parts.add("pilot", pilot.run, pilot.close)

    return appliance.run(load(asked.config), SharedClock(asked.clock), with_pilot)


if __name__ == "__main__":
    sys.exit(main())
