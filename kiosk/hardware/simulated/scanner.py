"""A bar code scanner on a pseudo-terminal: a serial scanner as the kiosk sees it, that somebody else holds.

Order it over a UNIX socket, one JSON object a line: {"do":"scan","text":"..."}, {"do":"split","text":"..."}
(in two pieces), {"do":"merge","texts":[...]} (in one), {"do":"garbage"}, {"do":"unplug"}, {"do":"plug"},
{"do":"status"}. `end` is cr | lf | crlf | etx (between STX and ETX), cr without it. The device lies behind a
link, as udev's names by port do; unplugging takes the link away.
"""

import contextlib
import os
import select
import signal
import socket
import threading
import time
import tty
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from kiosk.hardware.simulated.order_lines import OrderLines

FRAMED = {"cr": (b"", b"\r"), "lf": (b"", b"\n"), "crlf": (b"", b"\r\n"), "etx": (b"\x02", b"\x03")}
"""How a code begins and ends."""
NOISE = bytes.fromhex("00ff81fe") + b"half a code"
"""What a plug that wriggles sends; no code ends in it."""
PIECES_S = 0.02
TEXT_MAX = 4000
"""Bytes in one order; a pseudo-terminal that nobody empties holds about as many."""


class NotAnOrder(Exception):
    """No such verb, or it makes no sense now."""


class SimulatedScanner:
    """The scanner; `do` orders it from any thread. A context manager, which listens at `control`."""

    def __init__(self, link: Path, control: Path | None = None) -> None:
        self._link = link
        self._ends: tuple[int, int] | None = None
        self._guard = threading.Lock()
        self._scanned = 0
        self._lines = OrderLines(control, self._order) if control else None
        self._bell, self._rope = socket.socketpair()
        self._thread: threading.Thread | None = None
        self._plug()

    def do(self, verb: str, **more: Any) -> dict[str, Any]:
        """Order something; the control socket's answer."""
        return self._order({"do": verb, **more})

    def run(self) -> None:
        """Take orders from the socket until ended."""
        try:
            while True:
                poll = select.poll()
                poll.register(self._bell.fileno(), select.POLLIN)
                for fd, events in (self._lines.watched() if self._lines else {}).items():
                    poll.register(fd, events)
                happened = dict(poll.poll())
                if self._bell.fileno() in happened:
                    return
                if self._lines is not None:
                    self._lines.handle(happened)
        finally:
            if self._lines is not None:
                self._lines.close()
            self._unplug()

    def end(self) -> None:
        """Let `run` come to its end; may be called from a signal handler."""
        with contextlib.suppress(OSError):
            self._rope.send(b"!")

    def _order(self, message: Mapping[str, Any]) -> dict[str, Any]:
        try:
            with self._guard:
                self._obey(message)
        except NotAnOrder as why:
            return {"ok": False, "why": str(why)}
        return {"ok": True, "plugged": self._ends is not None, "scanned": self._scanned}

    def _obey(self, message: Mapping[str, Any]) -> None:
        match message.get("do"):
            case "scan":
                self._send(_framed(message, message.get("text")))
            case "split":
                code = _framed(message, message.get("text"))
                self._send(code[: len(code) // 2])
                time.sleep(PIECES_S)
                self._send(code[len(code) // 2 :])
            case "merge":
                texts = message.get("texts")
                self._send(
                    b"".join(_framed(message, text) for text in (texts if isinstance(texts, list) else ()))
                )
            case "garbage":
                self._send(NOISE)
            case "unplug":
                self._unplug()
            case "plug":
                self._plug()
            case "status":
                pass
            case verb:
                raise NotAnOrder(f"scan, split, merge, garbage, unplug, plug or status; not {verb!r}")

    def _send(self, data: bytes) -> None:
        if self._ends is None:
            raise NotAnOrder("it is unplugged")
        if len(data) > TEXT_MAX:
            raise NotAnOrder(f"longer than {TEXT_MAX} bytes")
        try:
            os.write(self._ends[0], data)
        except BlockingIOError as full:
            raise NotAnOrder("nobody listens, and the line is full") from full
        self._scanned += 1

    def _plug(self) -> None:
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

    def _unplug(self) -> None:
        if self._ends is None:
            return
        self._link.unlink(missing_ok=True)
        for end in self._ends:
            os.close(end)
        self._ends = None

    def __enter__(self) -> "SimulatedScanner":
        self._thread = threading.Thread(target=self.run, name="simulated scanner", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
        if self._thread is not None:
            self._thread.join()


def _framed(message: Mapping[str, Any], text: object) -> bytes:
    end = message.get("end", "cr")
    if not isinstance(text, str) or end not in FRAMED:
        raise NotAnOrder(f"text: what stands in the code; end: one of {', '.join(FRAMED)}")
    before, after = FRAMED[end]
    return before + text.encode() + after


def main() -> None:
    """The scanner's own process; it ends on SIGTERM and SIGINT."""
    parser = ArgumentParser(prog="kiosk.hardware.simulated.scanner", description=__doc__)
    parser.add_argument(
        "--link", type=Path, required=True, help="the device file, as the kiosk's settings name it"
    )
    parser.add_argument("--control", type=Path, required=True, help="UNIX socket for orders")
    parser.add_argument("--ready-file", type=Path, required=True, help="gets the link when it can be used")
    asked = parser.parse_args()
    scanner = SimulatedScanner(asked.link, asked.control)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: scanner.end())
    beginning = asked.ready_file.with_name(asked.ready_file.name + ".part")
    beginning.write_text(str(asked.link), "utf-8")
    os.replace(beginning, asked.ready_file)
    scanner.run()


if __name__ == "__main__":
    main()
