"""What hands and mishaps do to the printer, by name: the control socket's verbs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kiosk.hardware.simulated.mechanism import Mechanism
from kiosk.hardware.simulated.paper_roll import NEAR_END_ROWS, ROLL_ROWS
from kiosk.hardware.simulated.printer_faults import NOISE, Faults, Place

_OTHER_NAMES = {"cover_open": "open_cover", "cover_close": "close_cover", "send_replies": "find_replies"}


class NotAnOrder(Exception):
    """No such verb, or its number makes no sense."""


def _set(**changed: bool) -> Callable[[Mechanism], None]:
    def change(printer: Mechanism) -> None:
        for name, value in changed.items():
            setattr(printer, name, value)

    return change


def _fault(**changed: bool) -> Callable[[Mechanism], None]:
    def change(printer: Mechanism) -> None:
        for name, value in changed.items():
            setattr(printer.faults, name, value)

    return change


def _replies(**changed: bool) -> Callable[[Mechanism], None]:
    def change(printer: Mechanism) -> None:
        for name, value in changed.items():
            setattr(printer.way_back, name, value)

    return change


def _noise(place: Place | None) -> Callable[[Mechanism], None]:
    def change(printer: Mechanism) -> None:
        printer.way_back.noise = place

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


def _refill_and_forget(printer: Mechanism) -> None:
    """A new roll in a printer that loses its job when it is opened: what was half printed is pulled out."""
    printer.forget_job()
    _refill(printer)


def _clear_jam(printer: Mechanism) -> None:
    """Free the knife, unless it is broken; it cuts what it was to cut, or the paper comes out by hand."""
    printer.jammed = False
    printer.cutter_error = printer.cutter_error and printer.cutter_broken
    printer.pull_out_leftovers()


def _repair_cutter(printer: Mechanism) -> None:
    """A new knife; `clear_jam`, or switching off, then ends the error."""
    printer.jammed = printer.cutter_broken = False


def _all_well(printer: Mechanism) -> None:
    """Every fault of its line, its head and its sensors is over."""
    printer.faults = Faults()
    printer.way_back.mend()


def _set_lost_after(printer: Mechanism, count: int) -> None:
    printer.way_back.lost_after = count


def _set_off_after(printer: Mechanism, count: int) -> None:
    printer.faults.off_after_bytes = count


def _set_line_speed(printer: Mechanism, rate: int) -> None:
    printer.faults.bytes_per_s = rate


def _set_late(printer: Mechanism, milliseconds: int) -> None:
    printer.way_back.late_s = milliseconds / 1000


def _set_rows(printer: Mechanism, rows: int) -> None:
    printer.roll.left = rows


VERBS: dict[str, Callable[[Mechanism], None]] = {
    "status": _set(),
    "paper_out": _leave(0),
    "refill": _refill,
    "near_end": _near_end,
    "open_cover": _set(cover_open=True),
    "close_cover": _set(cover_open=False),
    "jam": _set(jammed=True),
    "clear_jam": _clear_jam,
    "break_cutter": _set(cutter_broken=True),
    "repair_cutter": _repair_cutter,
    "refill_and_forget": _refill_and_forget,
    "offline": _fault(offline=True),
    "online": _fault(offline=False),
    "overheat": _fault(overheated=True),
    "cool_down": _fault(overheated=False),
    "refuse_second": _fault(refuses_second=True),
    "queue_second": _fault(refuses_second=False),
    "print_nothing": _fault(prints_nothing=True),
    "print_again": _fault(prints_nothing=False),
    "stick_sensor": _fault(sensor_stuck=True),
    "free_sensor": _fault(sensor_stuck=False),
    "split_replies": _replies(single_bytes=True, merged=False),
    "merge_replies": _replies(merged=True, single_bytes=False),
    "whole_replies": _replies(merged=False, single_bytes=False),
    "noise_before": _noise("before"),
    "noise_inside": _noise("inside"),
    "noise_after": _noise("after"),
    "no_noise": _noise(None),
    "all_well": _all_well,
    "off": Mechanism.switch_off,
    "on": _set(power=True),
    "lose_replies": _replies(lost=True),
    "find_replies": _replies(lost=False),
    "garbage": lambda printer: printer.reply(NOISE),
}


@dataclass(frozen=True, slots=True)
class Measure:
    """A verb with a number: what the number is called, its bounds, and what it does."""

    name: str
    least: int
    most: int
    change: Callable[[Mechanism, int], None]


MEASURES: dict[str, Measure] = {
    "paper_out_after": Measure("rows", 0, ROLL_ROWS, _set_rows),
    "off_after_bytes": Measure("bytes", 1, 1 << 30, _set_off_after),
    "lose_replies_after": Measure("bytes", 1, 1 << 20, _set_lost_after),
    "line_speed": Measure("bytes_per_s", 0, 1 << 30, _set_line_speed),
    "late_replies": Measure("milliseconds", 0, 60_000, _set_late),
    "buffer": Measure("bytes", 1024, 1 << 24, Mechanism.resize),
}


def obey(printer: Mechanism, message: Mapping[str, Any]) -> None:
    """Do what `do` says; those of MEASURES want their number. NotAnOrder, and nothing has changed."""
    verb = str(message.get("do")).replace("-", "_")[:40]
    verb = _OTHER_NAMES.get(verb, verb)
    if (measure := MEASURES.get(verb)) is not None:
        number = message.get(measure.name)
        if type(number) is not int or not measure.least <= number <= measure.most:
            raise NotAnOrder(f"{measure.name}: a number from {measure.least} to {measure.most}")
        measure.change(printer, number)
    elif verb in VERBS:
        VERBS[verb](printer)
    else:
        raise NotAnOrder(f"one of {', '.join((*VERBS, *MEASURES))}; not {verb!r}")
    printer.notice()


def _cutter(printer: Mechanism) -> str:
    if printer.cutter_error:
        return "error"
    return "broken" if printer.cutter_broken else "jammed" if printer.jammed else "free"


def told(printer: Mechanism) -> dict[str, Any]:
    """The printer as somebody standing in front of it sees it."""
    return {
        "power": "on" if printer.power else "off",
        "paper": printer.roll.state,
        "paper_told": printer.paper,
        "cover": "open" if printer.cover_open else "closed",
        "cutter": _cutter(printer),
        "replies": "lost" if printer.way_back.lost else "sent",
        "stopped": printer.stopped,
        "buffered": printer.buffered,
        "rows_waiting": printer.rows_waiting,
        "rows_on_strip": printer.roll.rows,
        "rows_left": printer.roll.left,
        "drawer_opened": printer.drawer_opened,
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
