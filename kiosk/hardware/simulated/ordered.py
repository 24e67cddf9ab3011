"""What simulated devices share that somebody else holds: orders from threads and a socket, and one loop."""

import contextlib
import select
import signal
import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kiosk.hardware.simulated.order_lines import OrderLines


class NotAnOrder(Exception):
    """No such verb, or it makes no sense now."""


class OrderedDevice(ABC):
    """`do` orders it from any thread. A context manager, which listens at `control`.

    Orders are obeyed one at a time; what `_hear` does takes `_guard` itself.
    """

    def __init__(self, control: Path | None) -> None:
        self._guard = threading.Lock()
        self._lines = OrderLines(control, self._order) if control else None
        self._bell, self._rope = socket.socketpair()
        self._thread: threading.Thread | None = None

    @abstractmethod
    def _obey(self, message: Mapping[str, Any]) -> None:
        """Do what an order says; NotAnOrder if that cannot be."""

    @abstractmethod
    def _state(self) -> dict[str, Any]:
        """What every answer tells of the device."""

    @abstractmethod
    def _let_go(self) -> None:
        """Unplug it: the loop has ended."""

    def _line(self) -> int:
        """Where the host sends what `_hear` reads, as a file descriptor; -1: this device never listens."""
        return -1

    def _hear(self) -> None:
        """Read what the host sent."""
        raise NotImplementedError

    def do(self, verb: str, **more: Any) -> dict[str, Any]:
        """Order something; the control socket's answer."""
        return self._order({"do": verb, **more})

    def run(self) -> None:
        """Hear the host and take orders until ended."""
        try:
            while True:
                poll = select.poll()
                poll.register(self._bell.fileno(), select.POLLIN)
                with self._guard:
                    line = self._line()
                if line >= 0:
                    poll.register(line, select.POLLIN)
                for fd, events in (self._lines.watched() if self._lines else {}).items():
                    poll.register(fd, events)
                happened = dict(poll.poll())
                if self._bell.fileno() in happened and self._bell.recv(1) == b"!":
                    return
                if line in happened:
                    self._hear()
                if self._lines is not None:
                    self._lines.handle(happened)
        finally:
            if self._lines is not None:
                self._lines.close()
            self._let_go()

    def end(self) -> None:
        """Let `run` come to its end; may be called from a signal handler."""
        with contextlib.suppress(OSError):
            self._rope.send(b"!")

    def serve(self, ready_file: Path, name: str) -> None:
        """Run in a process of its own until SIGTERM or SIGINT; `ready_file` gets the device's name first."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.end())
        beginning = ready_file.with_name(ready_file.name + ".part")
        beginning.write_text(name, "utf-8")
        beginning.replace(ready_file)
        self.run()

    def _order(self, message: Mapping[str, Any]) -> dict[str, Any]:
        try:
            with self._guard:
                self._obey(message)
                self._rope.send(b".")  # the line to poll may be another now
        except NotAnOrder as why:
            return {"ok": False, "why": str(why)}
        return {"ok": True, **self._state()}

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self.run, name=type(self).__name__, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
        if self._thread is not None:
            self._thread.join()
