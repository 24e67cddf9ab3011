"""A receipt printer on TCP or a serial line of this machine that behaves, and misbehaves, like a real one.

Order it over a UNIX socket, one JSON object a line: {"do":"paper_out"}, {"do":"paper_out_after","rows":200}
and the other verbs of printer_orders, which docs/simulators.md explains. What it cuts becomes a PNG in its
folder; that page also says what it does not draw.
"""

import contextlib
import os
import queue
import select
import signal
import socket
import threading
import time
from argparse import ArgumentParser
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from kiosk.hardware.simulated.mechanism import Mechanism
from kiosk.hardware.simulated.order_lines import OrderLines
from kiosk.hardware.simulated.printer_cable import Cable
from kiosk.hardware.simulated.printer_models import MODELS, Model
from kiosk.hardware.simulated.printer_orders import answered
from kiosk.hardware.simulated.printer_wire import Wire

PATIENCE_S = 10.0
_MESSAGES_WAITING = 64


class PrinterLost(Exception):
    """The printer's thread has ended, or does not answer."""


@dataclass(frozen=True, slots=True)
class SerialLine:
    """A pseudo-terminal behind `link`; without a baud rate it is a device file, such as usblp's."""

    link: Path
    baud: int = 0
    flow: bool = True
    """Whether the printer says XOFF when its buffer is nearly full."""


class SimulatedPrinter:
    """The printer; `start` gives it a thread of its own, or `run` lends it yours. A context manager.

    `port` is where hosts connect, unless it is on a serial `line`; `control`, when given, where orders come
    in as JSON lines.
    """

    def __init__(
        self,
        papers: Path,
        port: int = 0,
        control: Path | None = None,
        rows_per_s: float = 0.0,
        *,
        model: Model | None = None,
        line: SerialLine | None = None,
    ) -> None:
        self._printer = Mechanism(papers, rows_per_s, model)
        self._cable: Cable | Wire = (
            Wire(self._printer, line.link, line.baud, line.flow) if line else Cable(self._printer, port)
        )
        self.port = self._cable.port
        self._lines = OrderLines(control, self._order) if control else None
        self._asked: queue.Queue[tuple[dict[str, Any], Future[dict[str, Any]]]] = queue.Queue(
            _MESSAGES_WAITING
        )
        self._bell, self._rope = socket.socketpair()
        self._bell.setblocking(False)
        self._rope.setblocking(False)
        self._ending = False
        self._thread: threading.Thread | None = None

    def start(self) -> "SimulatedPrinter":
        """Print and answer on a thread of its own."""
        self._thread = threading.Thread(target=self.run, name="simulated printer", daemon=True)
        self._thread.start()
        return self

    def do(self, verb: str, **more: Any) -> dict[str, Any]:
        """Order something, from any thread; the control socket's answer. PrinterLost: it does not run."""
        answer: Future[dict[str, Any]] = Future()
        try:
            self._asked.put(({"do": verb, **more}, answer), timeout=PATIENCE_S)
            self._ring()
            return answer.result(PATIENCE_S)
        except (TooSlow, queue.Full) as trouble:
            raise PrinterLost(verb) from trouble

    def end(self) -> None:
        """Let `run` come to its end; may be called from a signal handler."""
        self._ending = True
        self._ring()

    def close(self) -> None:
        """End, and wait for the thread."""
        self.end()
        if self._thread is not None:
            self._thread.join(PATIENCE_S)

    def run(self) -> None:
        """Print and answer until ended."""
        try:
            while not self._ending:
                self._turn()
        finally:
            self._cable.close()
            if self._lines is not None:
                self._lines.close()
            self._bell.close()

    def _turn(self) -> None:
        wait = self._cable.work()
        watched = self._cable.watched() | {self._bell.fileno(): select.POLLIN}
        if self._lines is not None:
            watched |= self._lines.watched()
        poll = select.poll()
        for fd, events in watched.items():
            poll.register(fd, events)
        happened = dict(poll.poll(None if wait is None else wait * 1000))
        if self._bell.fileno() in happened:
            self._bell.recv(4096)
        self._cable.handle(happened)
        if self._lines is not None:
            self._lines.handle(happened)
        for _ in range(self._asked.qsize()):
            message, answer = self._asked.get()
            answer.set_result(self._order(message))

    def _order(self, message: dict[str, Any]) -> dict[str, Any]:
        """Do one thing and see what follows from it at once, before the answer."""
        answer = answered(self._printer, message, time.monotonic())
        self._cable.follow_power()
        self._cable.work()
        return answer

    def _ring(self) -> None:
        with contextlib.suppress(BlockingIOError, BrokenPipeError):  # it is awake already, or has ended
            self._rope.send(b"!")

    def __enter__(self) -> "SimulatedPrinter":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def main() -> None:
    """The printer's own process; it ends on SIGTERM and SIGINT."""
    parser = ArgumentParser(prog="kiosk.hardware.simulated.printer", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--papers", type=Path, required=True, help="where cut papers fall, as PNG")
    parser.add_argument("--control", type=Path, required=True, help="UNIX socket for orders")
    parser.add_argument("--ready-file", type=Path, required=True, help="gets port or link when usable")
    parser.add_argument("--rows-per-s", type=float, default=0.0, help="0 prints instantly; real ones 1200")
    parser.add_argument("--pty", type=Path, metavar="LINK", help="a serial line behind this link, not TCP")
    parser.add_argument("--baud", type=int, default=0, help="of the line; 0 is a device file, as usblp's")
    parser.add_argument("--no-xonxoff", action="store_true", help="the printer never says XOFF")
    parser.add_argument("--model", choices=sorted(MODELS), default="epson")
    asked = parser.parse_args()
    line = SerialLine(asked.pty, asked.baud, not asked.no_xonxoff) if asked.pty else None
    model = MODELS[asked.model]
    printer = SimulatedPrinter(
        asked.papers, asked.port, asked.control, asked.rows_per_s, model=model, line=line
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: printer.end())
    beginning = asked.ready_file.with_name(asked.ready_file.name + ".part")
    beginning.write_text(str(asked.pty or printer.port), "utf-8")
    os.replace(beginning, asked.ready_file)
    printer.run()


if __name__ == "__main__":
    main()
