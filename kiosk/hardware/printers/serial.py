"""A printer on a serial line, or on USB that behaves like one."""

import time
from typing import Any

from kiosk.hardware.printers.session import LinkLost

_READ_MAX = 4096


def _start_again(line: Any) -> None:
    """Forget a stop said to whoever held the line before.

    Opening discards what has arrived, the printer's "go on" among it: said once, it would be waited for
    for ever. A printer that is still full says stop again.
    """
    line.set_output_flow_control(False)  # the driver starts a line again only after a stop of the host's own
    line.set_output_flow_control(True)


class SerialLink:
    """A session.Link over pyserial, with a real deadline on writing: a printer out of paper takes nothing."""

    def __init__(self, line: Any) -> None:
        self._line = line

    @classmethod
    def open(cls, device: str, baud: int, flow: str = "none") -> "SerialLink":
        """Open 8N1, or LinkLost. `flow` is none | xonxoff | rtscts, as the printer is set.

        With "none" the line must be the slower end. A line that has no such wire is LinkLost, not silence.
        """
        import serial

        try:
            handshake = {flow: True} if flow != "none" else {}
            line = serial.Serial(device, baud, timeout=0, write_timeout=1, exclusive=True, **handshake)
            line.reset_input_buffer()
            if flow == "rtscts":
                _ = line.cts  # pyserial opens lines without that wire all the same (ENOTTY comes only here)
            if flow == "xonxoff":
                _start_again(line)
        except (OSError, ValueError) as trouble:
            raise LinkLost(f"{device}: {trouble}") from trouble
        return cls(line)

    def write(self, data: bytes, deadline_s: float) -> None:
        """Hand all of it to the line; LinkLost when it takes longer."""
        end = time.monotonic() + deadline_s
        try:
            self._line.write_timeout = max(0.01, deadline_s)
            self._line.write(data)
        except (OSError, TypeError) as trouble:
            raise LinkLost(str(trouble)) from trouble
        if time.monotonic() > end + 1:
            raise LinkLost("the printer takes nothing")

    def read(self, deadline_s: float) -> bytes:
        """What arrived, or b'' when nothing did in time; LinkLost when the device is gone."""
        try:
            self._line.timeout = max(0.0, deadline_s)
            first = bytes(self._line.read(1))
            waiting = min(self._line.in_waiting, _READ_MAX - 1) if first else 0
            return first + (bytes(self._line.read(waiting)) if waiting else b"")
        except (OSError, TypeError) as trouble:
            raise LinkLost(str(trouble)) from trouble

    def close(self) -> None:
        """Hang up; never raises."""
        try:
            self._line.reset_output_buffer()  # what a stopped printer did not take must not come out later
            self._line.close()
        except OSError:
            return
