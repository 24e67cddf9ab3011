"""A serial device that is plugged in and out: a pseudo-terminal behind a link, as udev makes by port."""

import os
import tty
from pathlib import Path


class PtyPlug:
    """Our end of the line. `link` names the other end while it is plugged in, and only then."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._ends: tuple[int, int] | None = None

    @property
    def plugged(self) -> bool:
        """Whether the device is there."""
        return self._ends is not None

    def fileno(self) -> int:
        """Our end, for polling; -1 when it is unplugged, which `poll` passes over."""
        return self._ends[0] if self._ends else -1

    def into(self) -> None:
        """Plug it in, if it is out."""
        if self._ends is not None:
            return
        ours, theirs = os.openpty()
        os.set_blocking(ours, False)
        tty.setraw(theirs)
        beginning = self._link.with_name(self._link.name + ".part")
        beginning.unlink(missing_ok=True)
        beginning.symlink_to(os.ttyname(theirs))
        beginning.replace(self._link)
        self._ends = (ours, theirs)

    def out(self) -> None:
        """Unplug it, if it is in."""
        if self._ends is None:
            return
        self._link.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = None

    def read(self) -> bytes:
        """What the host sent; b'' for nothing."""
        try:
            return os.read(self.fileno(), 4096)
        except (BlockingIOError, OSError):
            return b""

    def write(self, data: bytes) -> None:
        """Send to the host; BlockingIOError when nobody empties the line, OSError when it is unplugged."""
        os.write(self.fileno(), data)
