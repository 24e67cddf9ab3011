"""A keyboard wedge that somebody else holds: a named pipe of input_event records, or a real uinput keyboard.

Order it over a UNIX socket, one JSON object a line: {"do":"type","text":"..."}, with "end": enter | keypad |
tab | none; {"do":"split","text":"..."} (in two pieces), {"do":"merge","texts":[...]} (in one),
{"do":"slow","text":"..."} (a second of silence in the middle), {"do":"strange","text":"..."} (an arrow key in
the middle), {"do":"overrun","text":"..."} (events are missing in the middle), {"do":"unplug"}, {"do":"plug"},
{"do":"status"}.
"""

import time
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kiosk.hardware.simulated.ordered import NotAnOrder, OrderedDevice
from kiosk.hardware.simulated.wedge_keyboards import (
    ARROW,
    ENDS,
    NAME,
    SHIFT,
    Keyboard,
    PipeKeyboard,
    UinputKeyboard,
)  # fmt: skip
from kiosk.hardware.wedge.keys import DOWN, DROPPED, KEY, LAYOUT, SYNC, UP, KeyEvent

PIECES_S = 0.02
SLOW_S = 1.0
TEXT_MAX = 600
"""Characters in one order: about as many records as a pipe holds that nobody empties."""

_KEYS = {
    one: (code, place)
    for code, both in reversed(LAYOUT.items())
    for place, one in reversed([*enumerate(both)])
}
"""Character -> its key and whether Shift is held; the main keys go before the keypad's."""


class SimulatedWedge(OrderedDevice):
    """The wedge; `do` orders it from any thread. A context manager, which listens at `control`."""

    def __init__(self, keyboard: Keyboard, control: Path | None = None) -> None:
        super().__init__(control)
        self._keyboard = keyboard
        self._keyboard.plug()

    def _state(self) -> dict[str, Any]:
        return {"plugged": self._keyboard.plugged}

    def _let_go(self) -> None:
        self._keyboard.unplug()

    def _obey(self, message: Mapping[str, Any]) -> None:
        match message.get("do"):
            case "type":
                self._press(_typed(message))
            case "split":
                self._in_two(_typed(message), PIECES_S)
            case "slow":
                self._in_two(_typed(message), SLOW_S)
            case "merge":
                texts = message.get("texts")
                each = [{**message, "text": text} for text in (texts if isinstance(texts, list) else ())]
                self._press([event for one in each for event in _typed(one)])
            case "strange":
                self._in_two(_typed(message), 0, [*_stroke(ARROW)])
            case "overrun":
                self._in_two(_typed(message), 0, [KeyEvent(SYNC, DROPPED, 0)])
            case "unplug":
                self._keyboard.unplug()
            case "plug":
                self._keyboard.plug()
            case "status":
                pass
            case verb:
                raise NotAnOrder(
                    f"type, split, slow, merge, strange, overrun, unplug, plug or status; not {verb!r}"
                )

    def _in_two(self, events: list[KeyEvent], pause_s: float, between: list[KeyEvent] | None = None) -> None:
        half = len(events) // 2
        self._press(events[:half] + (between or []))
        time.sleep(pause_s)
        self._press(events[half:])

    def _press(self, events: list[KeyEvent]) -> None:
        if not self._keyboard.plugged:
            raise NotAnOrder("it is unplugged")
        self._keyboard.press(events)


def _typed(message: Mapping[str, Any]) -> list[KeyEvent]:
    """The strokes of an order's text and end."""
    text, end = message.get("text"), message.get("end", "enter")
    if not isinstance(text, str) or end not in ENDS or not set(text) <= set(_KEYS) or len(text) > TEXT_MAX:
        raise NotAnOrder(f"text: at most {TEXT_MAX} characters of ASCII; end: one of {', '.join(ENDS)}")
    events = [event for one in text for event in _stroke(*_KEYS[one])]
    return events + (_stroke(ENDS[end]) if ENDS[end] else [])


def _stroke(code: int, shifted: int = 0) -> list[KeyEvent]:
    """One key down and up again, with Shift around it where it needs that."""
    key = [KeyEvent(KEY, code, DOWN), _SYNC, KeyEvent(KEY, code, UP), _SYNC]
    shift = [KeyEvent(KEY, SHIFT, DOWN), _SYNC], [KeyEvent(KEY, SHIFT, UP), _SYNC]
    return [*shift[0], *key, *shift[1]] if shifted else key


_SYNC = KeyEvent(SYNC, 0, 0)


def main() -> None:
    """The wedge's own process; it ends on SIGTERM and SIGINT."""
    parser = ArgumentParser(prog="kiosk.hardware.simulated.wedge", description=__doc__)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--link", type=Path, help="the pipe, as the kiosk's settings name it")
    where.add_argument("--uinput", action="store_true", help=f"a real keyboard named {NAME!r}")
    parser.add_argument("--control", type=Path, required=True, help="UNIX socket for orders")
    parser.add_argument("--ready-file", type=Path, required=True, help="gets the device when it can be used")
    asked = parser.parse_args()
    wedge = SimulatedWedge(UinputKeyboard() if asked.uinput else PipeKeyboard(asked.link), asked.control)
    wedge.serve(asked.ready_file, NAME if asked.uinput else str(asked.link))


if __name__ == "__main__":
    main()
