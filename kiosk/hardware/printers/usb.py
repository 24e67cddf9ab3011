"""A printer on USB, spoken to directly: the home of pyusb. Two bulk pipes of its printer interface (class 7).

It is never reset: that would end a job in the printer. The kernel's usblp driver is asked to let go of it.
"""

import re
import time
from typing import Any

from kiosk.hardware.printers.session import LinkLost

_PRINTER_CLASS = 7
_READ_MAX = 4096
_CHUNK = 4096
_ADDRESS = re.compile(r"([0-9a-fA-F]{4}):([0-9a-fA-F]{4})(?::(.{1,60}))?")


def parts_of(address: str) -> tuple[int, int, str]:
    """(vendor, product, serial or '') of VVVV:PPPP[:SERIAL] in hexadecimal; ValueError if it is none."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise ValueError(f"no USB address such as 04b8:0202 or 04b8:0202:SERIAL: {address}")
    return int(found[1], 16), int(found[2], 16), found[3] or ""


class UsbLink:
    """A session.Link over pyusb. Time-outs are the pipe's own, in milliseconds; what went before counts."""

    def __init__(self, device: Any, out: Any, back: Any) -> None:
        self._device, self._out, self._back = device, out, back

    @classmethod
    def open(cls, address: str, backend: Any = None) -> "UsbLink":
        """Claim the printer with this address, or LinkLost. `backend`: pyusb's, None for its own choice."""
        import usb.core
        import usb.util

        try:
            vendor, product, serial = parts_of(address)
            found = usb.core.find(find_all=True, backend=backend, idVendor=vendor, idProduct=product)
            device = next((one for one in found if not serial or one.serial_number == serial), None)
            if device is None:
                raise LinkLost(f"{address}: not plugged in")
            return cls._claim(device)
        except (ValueError, NotImplementedError, usb.core.USBError) as trouble:
            raise LinkLost(f"{address}: {trouble}") from trouble

    @classmethod
    def _claim(cls, device: Any) -> "UsbLink":
        import usb.util

        interface = next(
            (one for one in device.get_active_configuration() if one.bInterfaceClass == _PRINTER_CLASS), None
        )
        if interface is None:
            raise LinkLost("no printer interface")
        number = interface.bInterfaceNumber
        if device.is_kernel_driver_active(number):
            device.detach_kernel_driver(number)
        usb.util.claim_interface(device, number)
        pipes = {usb.util.endpoint_direction(one.bEndpointAddress): one for one in interface}
        try:
            return cls(device, pipes[usb.util.ENDPOINT_OUT], pipes[usb.util.ENDPOINT_IN])
        except KeyError as trouble:
            usb.util.dispose_resources(device)
            raise LinkLost("a pipe is missing: without answers there is no fence") from trouble

    def write(self, data: bytes, deadline_s: float) -> None:
        """Hand all of it to the printer; LinkLost when it takes longer."""
        import usb.core

        end = time.monotonic() + deadline_s
        for start in range(0, len(data), _CHUNK):
            left = data[start : start + _CHUNK]
            try:
                gone = self._out.write(left, max(1, int((end - time.monotonic()) * 1000)))
            except usb.core.USBError as trouble:
                raise LinkLost(str(trouble)) from trouble
            if gone != len(left):
                raise LinkLost("the printer takes nothing")

    def read(self, deadline_s: float) -> bytes:
        """What arrived, or b'' when nothing did in time; LinkLost when it was unplugged.

        A printer with nothing to say may end a read at once with no bytes: it is asked again in time.
        """
        import usb.core

        end = time.monotonic() + deadline_s
        while True:
            left_ms = int((end - time.monotonic()) * 1000)
            try:
                arrived = bytes(self._back.read(_READ_MAX, max(1, left_ms)))
            except usb.core.USBTimeoutError:
                return b""
            except usb.core.USBError as trouble:
                raise LinkLost(str(trouble)) from trouble
            if arrived or left_ms <= 0:
                return arrived
            time.sleep(min(0.01, max(0.0, end - time.monotonic())))  # it answered at once: do not spin

    def close(self) -> None:
        """Let go of it; never raises."""
        import usb.util

        usb.util.dispose_resources(
            self._device
        )  # lets go of the interface, too, and never minds an unplugged one
