"""The printer's serial line: a pseudo-terminal behind a link, as slow as its baud rate says.

A pseudo-terminal has no timing of its own, so bytes are taken in, and let out, as fast as 8N1 would carry
them. Nearly full, the printer says XOFF. A host that heeds it (IXON) has what the kernel still holds in its
own driver; what another host sends on does arrive, and is lost when the buffer is full. At no baud rate it is
a device file, such as usblp's: as fast as bytes come, and a full printer takes no more until it has room.
"""

import contextlib
import os
import select
import termios
import time
import tty
from pathlib import Path

from kiosk.hardware.simulated.mechanism import Mechanism

READ_MOST = 4096
BITS = 10
"""On the line for each byte: start, eight, stop."""
SLICES = 50
"""A slow line carries a fiftieth of a second's bytes at a time."""
XON, XOFF = b"\x11", b"\x13"
XOFF_ROOM, XON_ROOM = 512, 2048
"""Bytes of room below which the host is stopped, and from which on it may send again."""
START_S = 1.0
"""A printer that was switched on needs this long; what comes meanwhile is lost."""


class Wire:
    """Carries bytes between the mechanism and whoever opens `link`."""

    port = 0

    def __init__(self, printer: Mechanism, link: Path, baud: int = 0, flow: bool = True) -> None:
        self._printer, self._link = printer, link
        self._rate, self._flow = baud // BITS, flow and baud > 0
        # Our own hold on the host's end: without it every host that leaves would hang the line up.
        self._end, self._theirs = os.openpty()
        tty.setraw(self._theirs)
        os.set_blocking(self._end, False)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(self._theirs))
        self._stopped = False
        self._next_read = self._next_write = 0.0
        self._starts_until = 0.0
        self._was_on = True

    def work(self) -> float | None:
        """Print, answer; seconds until there is more to do, None when only the world can change it."""
        now = time.monotonic()
        waits = [self._printer.work(now)]
        self.follow_power()
        self._say_flow()
        self._answer(now)
        waits += [max(0.0, due - now) or None for due in (self._next_read, self._starts_until)]
        if self._printer.replies:
            waits.append(max(0.0, self._next_write - now) or None)
        return min((wait for wait in waits if wait is not None), default=None)

    def follow_power(self) -> None:
        """A serial line stays when the power goes: the printer only falls silent, and starts slowly."""
        if self._printer.power and not self._was_on:
            self._starts_until = time.monotonic() + START_S
            self._stopped = self._flow  # it says XON when it has started
        self._was_on = self._printer.power

    def close(self) -> None:
        """Take the link away and hang up."""
        self._link.unlink(missing_ok=True)
        for end in (self._end, self._theirs):
            os.close(end)

    def watched(self) -> dict[int, int]:
        """What to poll for."""
        now = time.monotonic()
        events = select.POLLIN if self._takes() and self._next_read <= now else 0
        if self._printer.replies and self._next_write <= now:
            events |= select.POLLOUT
        return {self._end: events} if events else {}

    def handle(self, happened: dict[int, int]) -> None:
        """Do what polling found."""
        if happened.get(self._end, 0) & select.POLLIN:
            self._read()

    @property
    def _awake(self) -> bool:
        return self._printer.power and time.monotonic() >= self._starts_until

    def _takes(self) -> bool:
        if not self._awake:
            return True  # the bytes go nowhere
        if not self._rate:
            return self._printer.room > 0
        return not (self._stopped and self._heeded())

    def _heeded(self) -> bool:
        """Whether the host's driver stops sending when it is told to."""
        return bool(termios.tcgetattr(self._theirs)[0] & termios.IXON)

    def _speed(self) -> int:
        """Bytes a second; 0 is as fast as they come."""
        told = self._printer.faults.bytes_per_s
        return min(told, self._rate) if told and self._rate else told or self._rate

    def _read(self) -> None:
        speed = self._speed()
        most = max(1, speed // SLICES) if speed else READ_MOST
        if self._awake and (not self._rate or self._stopped_soon()):
            most = min(most, max(1, self._printer.room))
        try:
            data = os.read(self._end, min(READ_MOST, most))
        except (BlockingIOError, OSError):
            return
        if speed:
            self._next_read = time.monotonic() + len(data) / speed
        if self._awake:
            self._printer.receive(data)
            self._say_flow()
            self._answer(time.monotonic())

    def _stopped_soon(self) -> bool:
        return self._flow and self._heeded()

    def _say_flow(self) -> None:
        if not self._flow or not self._awake or self._printer.way_back.lost:
            return
        full, roomy = self._printer.room < XOFF_ROOM, self._printer.room >= XON_ROOM
        if (full and not self._stopped) or (roomy and self._stopped):
            with contextlib.suppress(OSError):
                os.write(self._end, XOFF if full else XON)
                self._stopped = full

    def _answer(self, now: float) -> None:
        way = self._printer.way_back
        if not way.ready or now < self._next_write:
            return
        speed = self._speed()
        said = way.fetch()[: max(1, speed // SLICES) if speed else READ_MOST]
        with contextlib.suppress(OSError):  # nobody fetches them; the queue of replies is bounded
            gone = os.write(self._end, said)
            way.sent(gone)
            if speed:
                self._next_write = now + gone / speed
