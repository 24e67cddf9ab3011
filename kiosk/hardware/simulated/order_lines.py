"""Orders to a simulated device: JSON lines on a UNIX socket, for a loop that polls."""

import contextlib
import json
import os
import select
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

CALLERS = 8
LINE_MAX = 4096

Answer = dict[str, Any]


class OrderLines:
    """Listens at `path` (only its owner may call) and answers each line with a line."""

    def __init__(self, path: Path, order: Callable[[Answer], Answer]) -> None:
        self._path, self._order = path, order
        self._callers: dict[int, tuple[socket.socket, bytearray]] = {}
        path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        self._listener.setblocking(False)
        before = os.umask(0o177)
        try:
            self._listener.bind(str(path))
        finally:
            os.umask(before)
        self._listener.listen(CALLERS)

    def watched(self) -> dict[int, int]:
        """What to poll for; callers beyond CALLERS wait."""
        waiting = {self._listener.fileno(): select.POLLIN} if len(self._callers) < CALLERS else {}
        return waiting | dict.fromkeys(self._callers, select.POLLIN)

    def handle(self, happened: dict[int, int]) -> None:
        """Do what polling found."""
        for fd in [fd for fd in self._callers if fd in happened]:
            self._read(fd)
        if self._listener.fileno() in happened:
            with contextlib.suppress(OSError):
                caller, _ = self._listener.accept()
                caller.setblocking(False)
                self._callers[caller.fileno()] = (caller, bytearray())

    def close(self) -> None:
        """Hang up and take the socket away."""
        for caller, _ in self._callers.values():
            caller.close()
        self._listener.close()
        self._path.unlink(missing_ok=True)

    def _read(self, fd: int) -> None:
        caller, heard = self._callers[fd]
        try:
            data = caller.recv(LINE_MAX)
            heard += data
            while (end := heard.find(b"\n")) >= 0:
                caller.sendall(json.dumps(self._answered(bytes(heard[:end]))).encode() + b"\n")
                del heard[: end + 1]
            if data and len(heard) <= LINE_MAX:
                return
        except OSError:
            pass  # it left, or does not fetch its answers
        del self._callers[fd]
        caller.close()

    def _answered(self, line: bytes) -> Answer:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError) as trouble:
            return {"ok": False, "why": f"no JSON: {trouble}"}
        if not isinstance(message, dict):
            return {"ok": False, "why": "a line is one object"}
        return self._order(message)
