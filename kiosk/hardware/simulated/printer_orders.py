"""What hands and mishaps do to the printer, by name: the control socket's verbs."""

from collections.abc import Callable, Mapping
from typing import Any

from kiosk.hardware.simulated.mechanism import Mechanism
from kiosk.hardware.simulated.paper_roll import NEAR_END_ROWS, ROLL_ROWS

NOISE = bytes.fromhex("ff80a53722ff00c3")
"""Bytes that mean nothing, with half an echo among them."""
_OTHER_NAMES = {"cover_open": "open_cover", "cover_close": "close_cover", "send_replies": "find_replies"}


class NotAnOrder(Exception):
    """No such verb, or its number makes no sense."""


def _set(**changed: bool) -> Callable[[Mechanism], None]:
    def change(printer: Mechanism) -> None:
        for name, value in changed.items():
            setattr(printer, name, value)

    return change


def _leave(rows: int) -> Callable[[Mechanism], None]:
    def change(printer: Mechanism) -> None:
        printer.roll.left = rows

    return change


def _near_end(printer: Mechanism) -> None:
    printer.roll.left = min(printer.roll.left, NEAR_END_ROWS)


def _refill(printer: Mechanism) -> None:
    """A new roll. Unless it goes on with the job, whoever brings it takes out what hangs there."""
    printer.roll.left = ROLL_ROWS
    printer.pull_out_leftovers()


def _clear_jam(printer: Mechanism) -> None:
    """Free the knife; it cuts what it was to cut, or the paper comes out by hand."""
    printer.jammed = printer.cutter_error = False
    printer.pull_out_leftovers()


VERBS: dict[str, Callable[[Mechanism], None]] = {
    "status": _set(),
    "paper_out": _leave(0),
    "refill": _refill,
    "near_end": _near_end,
    "open_cover": _set(cover_open=True),
    "close_cover": _set(cover_open=False),
    "jam": _set(jammed=True),
    "clear_jam": _clear_jam,
    "off": Mechanism.switch_off,
    "on": _set(power=True),
    "lose_replies": _set(replies_lost=True),
    "find_replies": _set(replies_lost=False),
    "garbage": lambda printer: printer.reply(NOISE),
}


def obey(printer: Mechanism, message: Mapping[str, Any]) -> None:
    """Do what `do` says; `paper_out_after` wants `rows`. NotAnOrder, and nothing has changed."""
    verb = str(message.get("do")).replace("-", "_")[:40]
    verb = _OTHER_NAMES.get(verb, verb)
    if verb == "paper_out_after":
        rows = message.get("rows")
        if type(rows) is not int or not 0 <= rows <= ROLL_ROWS:
            raise NotAnOrder(f"rows: a number from 0 to {ROLL_ROWS}")
        printer.roll.left = rows
    elif verb in VERBS:
        VERBS[verb](printer)
    else:
        raise NotAnOrder(f"paper_out_after or one of {', '.join(VERBS)}; not {verb!r}")
    printer.notice()


def told(printer: Mechanism) -> dict[str, Any]:
    """The printer as somebody standing in front of it sees it."""
    return {
        "power": "on" if printer.power else "off",
        "paper": printer.roll.state,
        "cover": "open" if printer.cover_open else "closed",
        "cutter": "error" if printer.cutter_error else "jammed" if printer.jammed else "free",
        "replies": "lost" if printer.replies_lost else "sent",
        "stopped": printer.stopped,
        "buffered": printer.buffered,
        "rows_waiting": printer.rows_waiting,
        "rows_on_strip": printer.roll.rows,
        "rows_left": printer.roll.left,
        "papers": printer.roll.fallen,
    }


def answered(printer: Mechanism, message: Mapping[str, Any], now: float) -> dict[str, Any]:
    """Obey, and answer as the control socket does: ok and how things stand, or why not."""
    try:
        obey(printer, message)
    except NotAnOrder as why:
        return {"ok": False, "why": str(why)}
    printer.work(now)
    return {"ok": True, **told(printer)}
