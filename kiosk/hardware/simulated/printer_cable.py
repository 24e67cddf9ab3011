"""The printer's network socket: one host at a time, bytes in as far as there is room, answers out."""

import contextlib
import select
import socket
import struct
import time

from kiosk.hardware.simulated.mechanism import Mechanism

READ_MOST = 4096
KERNEL_BUFFER = 16 * 1024
GONE = select.POLLHUP | select.POLLERR | select.POLLNVAL


class Cable:
    """Carries bytes between the mechanism and the one host; further hosts wait, as at a real printer."""

    def __init__(self, printer: Mechanism, port: int) -> None:
        self._printer = printer
        # Bound but never listening: it keeps the port ours while the printer is off.
        self._place = _bound(port)
        self.port: int = self._place.getsockname()[1]
        self._listener: socket.socket | None = None
        self._host: socket.socket | None = None
        self._next_read = 0.0
        self.follow_power()

    def work(self) -> float | None:
        """Print, answer; seconds until there is more to print, None when only the world can change it."""
        now = time.monotonic()
        wait = self._printer.work(now)
        self.follow_power()
        self._answer()
        if not (slow := self._next_read - now) > 0:
            return wait
        return slow if wait is None else min(wait, slow)

    def follow_power(self) -> None:
        """Listen while the power is on and hosts may come; without power, break what was connected."""
        busy = self._host is not None and self._printer.faults.refuses_second
        if busy:
            self._stop_listening()
        elif self._printer.power and self._listener is None:
            self._listener = _bound(self.port)
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BUFFER)
            self._listener.listen(8)
        if not self._printer.power:
            self._stop_listening()
            self._drop()

    def close(self) -> None:
        """Let go of the host and of the port."""
        self._stop_listening()
        self._drop()
        self._place.close()

    def watched(self) -> dict[int, int]:
        """What to poll for."""
        if self._host is not None:
            events = select.POLLIN if self._printer.room and self._next_read <= time.monotonic() else 0
            if self._full_and_stopped():
                events |= select.POLLRDHUP
            if self._printer.replies:
                events |= select.POLLOUT
            return {self._host.fileno(): events}
        return {} if self._listener is None else {self._listener.fileno(): select.POLLIN}

    def handle(self, happened: dict[int, int]) -> None:
        """Do what polling found."""
        if self._host is not None:
            events = happened.get(self._host.fileno(), 0)
            if events & select.POLLIN:
                self._read()
            elif events & (GONE | select.POLLRDHUP):
                # With RDHUP: it left, and its last bytes would wait for ever before the next host.
                self._drop()
        elif self._listener is not None and self._listener.fileno() in happened:
            self._accept(self._listener)

    def _full_and_stopped(self) -> bool:
        return not self._printer.room and self._printer.stopped

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # it left while it waited
            self._host, _ = listener.accept()
            self._host.setblocking(False)
            self._host.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def _read(self) -> None:
        assert self._host is not None
        try:
            data = self._host.recv(min(self._at_once(), self._printer.room))
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            if rate := self._printer.faults.bytes_per_s:
                self._next_read = time.monotonic() + len(data) / rate
            self._printer.receive(data)
            self._answer()
        else:
            self._drop(reset=False)

    def _at_once(self) -> int:
        """A slow line hands over a fiftieth of a second's bytes at a time."""
        rate = self._printer.faults.bytes_per_s
        return min(READ_MOST, max(1, rate // 50)) if rate else READ_MOST

    def _answer(self) -> None:
        way = self._printer.way_back
        if self._host is None:
            way.clear()
        elif way.ready:
            try:
                way.sent(self._host.send(way.fetch()))
            except BlockingIOError:
                pass  # the queue of replies is bounded
            except OSError:
                self._drop()

    def _drop(self, reset: bool = True) -> None:
        if self._host is not None:
            if reset:  # so that the host notices at once
                self._host.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._host.close()
            self._host = None
            self._printer.hang_up()

    def _stop_listening(self) -> None:
        if self._listener is not None:
            self._listener.close()
            self._listener = None


def _bound(port: int) -> socket.socket:
    place = socket.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    place.bind(("127.0.0.1", port))
    return place
