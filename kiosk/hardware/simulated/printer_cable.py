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
        self.follow_power()

    def work(self) -> float | None:
        """Print, answer; seconds until there is more to print, None when only the world can change it."""
        wait = self._printer.work(time.monotonic())
        self._answer()
        return wait

    def follow_power(self) -> None:
        """Listen while the power is on; without it, refuse and break what was connected."""
        if self._printer.power and self._listener is None:
            self._listener = _bound(self.port)
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, KERNEL_BUFFER)
            self._listener.listen(8)
        elif not self._printer.power:
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
            events = select.POLLIN if self._printer.room else 0
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
            data = self._host.recv(min(READ_MOST, self._printer.room))
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self._printer.receive(data)
            self._answer()
        else:
            self._drop(reset=False)

    def _answer(self) -> None:
        if self._host is None:
            self._printer.replies.clear()
        elif self._printer.replies:
            try:
                del self._printer.replies[: self._host.send(self._printer.replies)]
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
