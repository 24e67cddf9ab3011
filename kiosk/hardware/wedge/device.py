"""The device behind a keyboard wedge: found by what it is, and grabbed, so that nobody else hears its keys.

A named pipe of input_event records is taken as well: the simulator's, where there is no /dev/uinput.
"""

import os
import re
import select
import stat
from pathlib import Path

from kiosk.hardware.scanners.line import LineLost

_READ_MAX = 24 * 64
_IDS = re.compile(r"([0-9a-fA-F]{4}):([0-9a-fA-F]{4})")


class WedgeDevice:
    """An open device. Keys come here and nowhere else."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    @classmethod
    def open(cls, wanted: str) -> "WedgeDevice":
        """Find and grab it: a device file, `vendor:product` in hexadecimal, or the name it gives itself.

        LineLost: it is not there, is not ours to open, or somebody else has grabbed it.
        """
        try:
            path = wanted if wanted.startswith("/") else _found(wanted)
            if stat.S_ISFIFO(Path(path).stat().st_mode):
                return cls(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))
            return cls(_grabbed(path))
        except OSError as trouble:
            raise LineLost(f"{wanted}: {trouble}") from trouble

    def read(self, wait_s: float) -> bytes:
        """Records that came within `wait_s`, b'' for none. LineLost: it was unplugged."""
        try:
            if not select.select([self._fd], [], [], wait_s)[0]:
                return b""
            data = os.read(self._fd, _READ_MAX)
        except BlockingIOError:
            return b""
        except OSError as trouble:
            raise LineLost(str(trouble)) from trouble
        if not data:
            raise LineLost("its pipe was closed")
        return data

    def close(self) -> None:
        """Let go of it."""
        os.close(self._fd)


def _grabbed(path: str) -> int:
    """A descriptor of the device, grabbed: it is ours until it is closed."""
    import evdev

    device = evdev.InputDevice(path, readonly=True)
    device.grab()
    fd = os.dup(device.fd)  # the grab belongs to the open file, not to the number
    device.close()
    return fd


def _found(wanted: str) -> str:
    """The path of the first keyboard that says it is this one. OSError: none does."""
    import evdev

    ids = _IDS.fullmatch(wanted)
    for path in sorted(evdev.list_devices(writable=False)):
        try:
            device = evdev.InputDevice(path, readonly=True)
        except OSError:
            continue  # unplugged between the list and the look
        with_keys = evdev.ecodes.EV_KEY in device.capabilities()
        info, name = device.info, device.name
        device.close()
        same = (info.vendor, info.product) == (int(ids[1], 16), int(ids[2], 16)) if ids else name == wanted
        if with_keys and same:
            return str(path)
    raise OSError("no such keyboard is plugged in")
