"""A printer behind a device file such as /dev/usb/lp0 (usblp), which can be read and written and polled."""

import os
import select
import stat
import time
import tty

from kiosk.hardware.printers.session import LinkLost

_READ_MAX = 4096
_EMPTY_S = 0.01


class FileLink:
    """A session.Link over a character device. A printer that takes nothing never blocks the kiosk."""

    def __init__(self, device: int) -> None:
        self._device = device

    @classmethod
    def open(cls, path: str) -> "FileLink":
        """Open for reading and writing, or LinkLost. A regular file is none: it would take everything."""
        try:
            device = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
        except OSError as trouble:
            raise LinkLost(f"{path}: {trouble}") from trouble
        if not stat.S_ISCHR(os.fstat(device).st_mode):
            os.close(device)
            raise LinkLost(f"{path}: no device")
        if os.isatty(device):
            tty.setraw(device)  # a terminal would change line ends, and echo answers back
        return cls(device)

    def write(self, data: bytes, deadline_s: float) -> None:
        """Hand all of it to the driver; LinkLost when it takes longer."""
        end = time.monotonic() + deadline_s
        left = memoryview(data)
        while left:
            if not self._ready(select.POLLOUT, end - time.monotonic()):
                raise LinkLost("the printer takes nothing")
            try:
                left = left[os.write(self._device, left) :]
            except BlockingIOError:
                continue
            except OSError as trouble:
                raise LinkLost(str(trouble)) from trouble

    def read(self, deadline_s: float) -> bytes:
        """What arrived, or b'' when nothing did in time; LinkLost when the device is gone."""
        end = time.monotonic() + deadline_s
        while self._ready(select.POLLIN, end - time.monotonic()):
            try:
                arrived = os.read(self._device, _READ_MAX)
            except BlockingIOError:
                continue
            except OSError as trouble:
                raise LinkLost(str(trouble)) from trouble
            if arrived:
                return arrived
            time.sleep(_EMPTY_S)  # usblp passes on empty transfers of a printer that has nothing to say
        return b""

    def close(self) -> None:
        """Let go of it; never raises."""
        try:
            os.close(self._device)
        except OSError:
            return

    def _ready(self, events: int, left_s: float) -> bool:
        poll = select.poll()
        poll.register(self._device, events)
        found = poll.poll(max(0.0, left_s) * 1000)
        if found and found[0][1] & (select.POLLERR | select.POLLHUP | select.POLLNVAL):
            raise LinkLost("the device is gone")
        return bool(found)
