"""A printer on the network: raw bytes, usually port 9100."""

import select
import socket
import time

from kiosk.hardware.printers.session import LinkLost

_CONNECT_S = 3.0
_READ_MAX = 4096


class TcpLink:
    """A session.Link over TCP. Deadlines hold for the whole call, however the bytes trickle."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._socket.setblocking(False)

    @classmethod
    def open(cls, host: str, port: int) -> "TcpLink":
        """Connect within three seconds, or LinkLost."""
        try:
            connected = socket.create_connection((host, port), _CONNECT_S)
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as trouble:
            raise LinkLost(f"{host}:{port}: {trouble}") from trouble
        return cls(connected)

    def write(self, data: bytes, deadline_s: float) -> None:
        """Hand all of it to the network; LinkLost when it takes longer."""
        end = time.monotonic() + deadline_s
        left = memoryview(data)
        while left:
            if not self._wait(write=True, deadline_s=end - time.monotonic()):
                raise LinkLost("the printer takes nothing")
            try:
                left = left[self._socket.send(left) :]
            except BlockingIOError:
                continue
            except OSError as trouble:
                raise LinkLost(str(trouble)) from trouble

    def read(self, deadline_s: float) -> bytes:
        """What arrived, or b'' when nothing did in time; LinkLost when the printer hung up."""
        if not self._wait(write=False, deadline_s=deadline_s):
            return b""
        try:
            arrived = self._socket.recv(_READ_MAX)
        except BlockingIOError:
            return b""
        except OSError as trouble:
            raise LinkLost(str(trouble)) from trouble
        if not arrived:
            raise LinkLost("the printer hung up")
        return arrived

    def close(self) -> None:
        """Hang up; never raises."""
        self._socket.close()

    def _wait(self, *, write: bool, deadline_s: float) -> bool:
        try:
            poll = select.poll()
            poll.register(self._socket, select.POLLOUT if write else select.POLLIN)
            return bool(poll.poll(max(0.0, deadline_s) * 1000))
        except (OSError, ValueError) as trouble:
            raise LinkLost(str(trouble)) from trouble
