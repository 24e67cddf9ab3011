"""Where a simulated wedge's keys go: a named pipe of the kernel's records, or a keyboard through uinput."""

import os
import select
import time
from pathlib import Path
from typing import Any, Protocol

from kiosk.hardware.simulated.ordered import NotAnOrder
from kiosk.hardware.wedge.keys import LAYOUT, RECORD, KeyEvent

NAME = "Simulated wedge"
ENDS = {"enter": 28, "keypad": 96, "tab": 15, "none": 0}
SHIFT, ARROW = 42, 103


class Keyboard(Protocol):
    """Where keys go."""

    def plug(self) -> None:
        """Be there."""

    def unplug(self) -> None:
        """Be gone."""

    @property
    def plugged(self) -> bool:
        """Whether it is there."""

    def press(self, events: list[KeyEvent]) -> None:
        """Send events; NotAnOrder when nobody takes them."""


class PipeKeyboard:
    """A named pipe at `link`, as long as it is plugged in."""

    def __init__(self, link: Path) -> None:
        self._link = link
        self._fd = -1

    def plug(self) -> None:
        """Make the pipe."""
        if self.plugged:
            return
        beginning = self._link.with_name(self._link.name + ".part")
        beginning.unlink(missing_ok=True)
        os.mkfifo(beginning, 0o600)
        self._fd = os.open(beginning, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        beginning.replace(self._link)

    def unplug(self) -> None:
        """Take the pipe away; who reads it is told by its end."""
        if self.plugged:
            self._link.unlink(missing_ok=True)
            os.close(self._fd)
            self._fd = -1

    @property
    def plugged(self) -> bool:
        """Whether the pipe is there."""
        return self._fd >= 0

    def press(self, events: list[KeyEvent]) -> None:
        """Write the records, all or none of a pipe's length at a time."""
        now = time.time_ns() // 1000
        data = b"".join(RECORD.pack(now // 1_000_000, now % 1_000_000, *event) for event in events)
        step = select.PIPE_BUF // RECORD.size * RECORD.size
        try:
            for at in range(0, len(data), step):
                os.write(self._fd, data[at : at + step])
        except OSError as full:
            raise NotAnOrder("nobody listens, and the pipe is full") from full


class UinputKeyboard:
    """A real keyboard of the kernel's, by the name NAME."""

    def __init__(self) -> None:
        self._device: Any = None

    def plug(self) -> None:
        """Make the keyboard; needs write access to /dev/uinput."""
        import evdev

        if self._device is None:
            keys = [*LAYOUT, *ENDS.values(), SHIFT, ARROW]
            self._device = evdev.UInput({evdev.ecodes.EV_KEY: [key for key in keys if key]}, name=NAME)

    def unplug(self) -> None:
        """Take it away."""
        if self._device is not None:
            self._device.close()
            self._device = None

    @property
    def plugged(self) -> bool:
        """Whether it is there."""
        return self._device is not None

    def press(self, events: list[KeyEvent]) -> None:
        """Let the kernel tell."""
        for event in events:
            self._device.write(*event)
