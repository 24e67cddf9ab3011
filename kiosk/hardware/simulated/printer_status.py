"""What the printer says about itself, byte for byte. Fixed bits tell the kinds apart."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kiosk.hardware.simulated.mechanism import Mechanism

_FIXED = 0x12
_TEXTS = {65: b"SIM 1.0", 66: b"MEMBER KIOSK", 67: b"SIM-80", 68: b"SIM0000001"}
_NUMBERS = {1: 0x20, 2: 0x02, 3: 0x01}


def _paper(printer: "Mechanism", near: int, out: int) -> int:
    """An empty roll is also near its end."""
    return {"present": 0, "near_end": near, "out": near | out}[printer.paper]


def _errors(printer: "Mechanism") -> int:
    """08 the cutter, 20 what only switching off ends, 40 what ends by itself."""
    broken = printer.cutter_error and printer.cutter_broken
    return 0x08 * printer.cutter_error | 0x20 * broken | 0x40 * printer.faults.overheated


def real_time(printer: "Mechanism", n: int) -> bytes:
    """DLE EOT n: 1 printer, 2 why offline, 3 errors, 4 paper."""
    match n:
        case 1:
            said = 0x08 * printer.stopped
        case 2:
            error = printer.cutter_error or printer.faults.overheated
            said = 0x04 * printer.cover_open | 0x20 * (printer.paper == "out") | 0x40 * error
        case 3:
            said = _errors(printer)
        case _:
            said = _paper(printer, 0x0C, 0x60)
    return bytes((_FIXED | said,))


def automatic(printer: "Mechanism") -> bytes:
    """The four bytes of automatic status back."""
    return bytes(
        (
            0x10 | 0x08 * printer.stopped | 0x20 * printer.cover_open,
            _errors(printer),
            _paper(printer, 0x03, 0x0C),
            0,
        )
    )


def report(printer: "Mechanism", n: int) -> bytes:
    """GS r n: 1 the paper sensors, 2 the drawer; nothing for others."""
    if n in (1, 49):
        return bytes((_paper(printer, 0x03, 0x0C),))
    return b"\0" if n in (2, 50) else b""


def identify(n: int, *, named: bool = True) -> bytes:
    """GS I n: a number, or a text between 5F and NUL; nothing for what is not known."""
    if n in _TEXTS:
        return b"\x5f" + _TEXTS[n] + b"\0" if named else b""
    number = _NUMBERS.get(n - 48 if n >= 49 else n)
    return b"" if number is None else bytes((number,))
