"""The printer's inside: what arrives, what is printed, what is answered. No sockets, no clock of its own."""

import re
from collections import deque
from pathlib import Path

from kiosk.hardware.simulated import printer_status as status
from kiosk.hardware.simulated.escpos_steps import Echo, Order, Step
from kiosk.hardware.simulated.escpos_stream import CAPACITY, EscPosStream
from kiosk.hardware.simulated.paper_roll import PaperRoll
from kiosk.hardware.simulated.printer_faults import Faults, ReplyPath
from kiosk.hardware.simulated.printer_models import Model
from kiosk.hardware.simulated.typesetting import Laid, Typesetter

CLEAR = bytes.fromhex("10140801031401060208")
CLEARED = bytes.fromhex("372500")
_REAL_TIME = re.compile(rb"\x10\x04[\x01-\x04]|" + re.escape(CLEAR), re.DOTALL)
TURNS = 2000
"""Steps or rows in one go, so that the printer stays answerable while it prints."""
BURST_S = 0.05
AHEAD = 3000
"""Rows that a printer which reads ahead keeps in its memory."""


class _Cut:
    """The knife's turn."""


Work = bytes | int | _Cut | Echo
"""What waits for the head: a row, so many white rows, the knife, or an echo."""


class Mechanism:
    """Everything behind the socket. `receive` and `do` change it, `work` prints, `replies` go out."""

    def __init__(self, papers: Path, rows_per_s: float = 0.0, model: Model | None = None) -> None:
        self.model = model or Model()
        self.roll = PaperRoll(papers, self.model.dots, self.model.dead_columns)
        self.way_back, self.faults = ReplyPath(), Faults()
        self.power, self.cover_open = True, False
        self.jammed = self.cutter_error = self.cutter_broken = False
        self._row_s = 1 / rows_per_s if rows_per_s > 0 else 0.0
        self._next_row = 0.0
        self._stream, self._setter = self._fresh_stream(CAPACITY), Typesetter(self.model)
        self.drawer_opened = 0
        self._asb, self._told = False, b""
        self._forget()

    def _forget(self) -> None:
        """Empty all buffers: what is on paper stays on paper."""
        self._stream.clear()
        self._setter.line.clear()
        self._queue: deque[Work] = deque()
        self._recent = b""

    def _fresh_stream(self, capacity: int) -> EscPosStream:
        return EscPosStream(capacity, self.model.process_ids, self.model.rom == "big5")

    @property
    def room(self) -> int:
        """How many bytes the receive buffer still takes."""
        return 0 if self.faults.off_after_bytes == 0 else self._stream.room

    def resize(self, capacity: int) -> None:
        """Give the receive buffer another size, bytes; what is in it stays."""
        self._stream.capacity = capacity

    @property
    def buffered(self) -> int:
        """Bytes received but not yet understood."""
        return len(self._stream)

    @property
    def rows_waiting(self) -> int:
        """Rows understood but not yet on paper."""
        return sum(work if isinstance(work, int) else isinstance(work, bytes) for work in self._queue)

    @property
    def stopped(self) -> bool:
        """Whether nothing can be printed: no power or paper, off line, open, too hot, or the cutter stuck."""
        mishap = self.cover_open or self.cutter_error or self.faults.offline or self.faults.overheated
        return not self.power or mishap or self.paper == "out"

    @property
    def paper(self) -> str:
        """What the paper sensor says: present | near_end | out."""
        return "present" if self.faults.sensor_stuck else self.roll.state

    @property
    def replies(self) -> bytearray:
        """What the host may fetch now."""
        return self.way_back.ready

    def receive(self, data: bytes) -> None:
        """Take in at most `room` bytes. Real-time commands are obeyed now, even inside pictures."""
        if self.faults.off_after_bytes is not None:
            data = data[: self.faults.off_after_bytes]
            self.faults.off_after_bytes -= len(data)
        self._receive(data)

    def _receive(self, data: bytes) -> None:
        seen = self._recent + data
        kept = 0
        for found in _REAL_TIME.finditer(seen):
            if found.end() <= len(self._recent):
                continue
            if found[0] == CLEAR:
                self._forget()
                kept = found.end()
                self.reply(CLEARED)
            else:
                self.reply(status.real_time(self, found[0][2]))
        start = max(len(seen) - len(data), kept)
        self._stream.push(seen[start:])
        self._recent = seen[max(kept, len(seen) - len(CLEAR) + 1) :]

    def reply(self, answer: bytes) -> None:
        """Put an answer on the way back, unless that way is lost."""
        self.way_back.put(answer)

    def work(self, now: float) -> float | None:
        """Print what can be printed; seconds until there is more to do, None when nothing is left to do."""
        left = self._work(now)
        if self.faults.off_after_bytes == 0:
            self.switch_off()
            self.faults.off_after_bytes = None
        self.notice()
        held = self.way_back.release(now)
        return left if held is None else held if left is None else min(left, held)

    def notice(self) -> None:
        """Tell the host of a change, if it asked to be told."""
        if self._asb and self.power and (said := status.automatic(self)) != self._told:
            self._told = said
            self.reply(said)

    def hang_up(self) -> None:
        """The host has gone: it need not be told anything, but what it sent is still printed."""
        self._asb = False
        self.way_back.clear()

    def switch_off(self) -> None:
        """Power goes: the buffers with it, and whoever stands there pulls out the half-printed paper."""
        self.hang_up()
        self._forget()
        self._stream = self._fresh_stream(self._stream.capacity)
        self._setter.reset()
        self.power = self.cutter_error = False
        self.roll.tear()

    def pull_out_leftovers(self) -> None:
        """Take out a strip that nothing will ever finish: its job was cleared."""
        if not (self.buffered or self._queue):
            self.roll.tear()

    def _work(self, now: float) -> float | None:
        for _ in range(TURNS):
            if self.stopped:
                return None
            if self._reads() and (step := self._stream.next()) is not None:
                self._perform(step)
            elif not self._queue:
                return None
            elif isinstance(self._queue[0], bytes | int) and (wait := self._next_row - now) > 0:
                return wait
            else:
                self._advance(now)
        return 0.0

    def _reads(self) -> bool:
        """Most read on when all has printed; some keep rows in memory."""
        return len(self._queue) < (AHEAD if self.model.reads_ahead else 1)

    def _advance(self, now: float) -> None:
        """Do what is first in the queue; a stuck knife leaves it there."""
        match self._queue[0]:
            case _Cut():
                self.cutter_error = self.jammed or self.cutter_broken
                if not self.cutter_error:
                    self._queue.popleft()
                    self.roll.cut()
            case Echo(job):
                self._queue.popleft()
                self.reply(b"\x37\x22" + job + b"\0")
            case bytes(dots):
                self._queue.popleft()
                self._burn(dots, 1, now)
            case int(blank):
                rows = min(blank, self.roll.left) if self.roll.left > 0 else blank
                rows = 1 if self._row_s else rows
                self._queue[0] = blank - rows
                if not self._queue[0]:
                    self._queue.popleft()
                self._burn(None, rows, now)

    def _burn(self, dots: bytes | None, rows: int, now: float) -> None:
        """A row of dots, or white rows; into the air when the sensor is stuck."""
        if self.faults.prints_nothing or self.roll.left <= 0:
            pass
        elif dots is None:
            self.roll.feed(rows)
        else:
            self.roll.print(dots)
        if self._row_s:
            self._next_row = max(self._next_row, now - BURST_S) + self._row_s * rows

    def forget_job(self) -> None:
        """Lose what it received and has not printed, as some printers do when their cover is opened."""
        self._forget()

    def _perform(self, step: Step) -> None:
        match step:
            case Echo():
                self._queue.append(step)
            case Order():
                self._obey(step)
            case _:
                self._lay(self._setter.set(step))

    def _obey(self, order: Order) -> None:
        match order.what:
            case "asb":
                self._asb, self._told = order.n & 0x0F != 0 and self.model.unasked, b""
                self.notice()
            case "report":
                self.reply(status.report(self, order.n))
            case "identify":
                self.reply(status.identify(order.n, named=self.model.named))
            case "drawer":
                self.drawer_opened += 1
            case _:
                self._lay(self._setter.obey(order))
                if order.what == "cut":
                    self._queue.append(_Cut())

    def _lay(self, laid: Laid) -> None:
        self._queue.extend(work for work in laid if work != 0)
