"""One printer on one line: is it ready, and did this job come out? Only the fence's answer counts as yes.

A job goes behind a fence: ask for trouble, have the queue answer that it is empty, send, wait for the job's
own answer. Before the first byte of the job is handed over nothing can have printed; after it only the
answer tells.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Protocol

from kiosk.events import Outcome
from kiosk.hardware.printers import escpos
from kiosk.hardware.printers.fence import Fence, ProcessId, StatusRequest
from kiosk.hardware.printers.replies import Asb, Cleared, Queued, Reply, ReplyReader, Status, Told, fault
from kiosk.ports import Clock

NO_ANSWER = "K-PR-05"
_CHUNK = 4096
_COME_APART = ("K-PR-01", "K-PR-02")
_LOOK_S = 0.2
"""How often a printer with the weaker fence is asked whether it is still well while it prints."""
_PRINTER_BUFFER = 64 * 1024
"""Bytes that may still be on a slow line, or in the printer, when the last one was handed over."""


class LinkLost(Exception):
    """The line to the printer broke, or took nothing within its deadline. Open a new one."""


class Link(Protocol):
    """A line to a printer. Both calls return or raise LinkLost within their deadline."""

    def write(self, data: bytes, deadline_s: float) -> None:
        """Hand all of it over; LinkLost when that does not end in time (some may have gone)."""

    def read(self, deadline_s: float) -> bytes:
        """What arrived, at most 4 KiB, or b'' when nothing did in time."""

    def close(self) -> None:
        """Hang up; never raises."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds."""

    answer: float = 1.0
    """For an answer that comes at once."""
    queue: float = 4.0
    """For the queue to say that it is empty."""
    echo: float = 25.0
    """For a job to be printed once the printer has it."""
    mending: float = 8.0
    """For somebody to mend a fault seen meanwhile, and for a line to take the next bytes."""
    bytes_per_s: float = 800.0
    """How slow the line may be; the default is 9600 baud with room to spare."""

    def sending(self, size: int) -> float:
        """For so many bytes to be handed over."""
        return self.mending + size / self.bytes_per_s

    def printing(self, size: int) -> float:
        """For a job of so many bytes to print once it was handed over: some are still on the line."""
        return self.echo + min(size, _PRINTER_BUFFER) / self.bytes_per_s

    def longest(self, size: int) -> float:
        """Until the outcome of a job of so many bytes is known, whatever happens."""
        asking = 16 * self.answer + 2 * self.queue
        return asking + self.sending(size) + self.printing(size)


class PrinterSession:
    """Speaks to the printer on one line. After LinkLost it is spent."""

    def __init__(
        self, link: Link, clock: Clock, patience: Patience | None = None, fence: Fence | None = None
    ) -> None:
        self.near_end = False
        self.unasked = False
        """Whether it tells changes of its state unasked."""
        self._link = link
        self._now = clock.monotonic
        self._patience = patience or Patience()
        self._fence = fence or ProcessId()
        self._reader = ReplyReader()
        self._fault = ""
        self._fault_since: float | None = None
        self._faults = 0
        self._torn = ""
        """The last fault of this job in which the paper may have come apart: its end, or an open cover."""

    def trust(self, fence: Fence) -> None:
        """Ask this printer in another way from now on."""
        self._fence = fence

    def trouble(self) -> str:
        """'' when it could print now, else the fault code. LinkLost when it says nothing."""
        self._drain()
        return self._state()

    def print(self, sheet: bytes, ident: bytes, print_s: float = 0.0) -> tuple[Outcome, str]:
        """Print a sheet; how it went, and the fault code if any.

        `ident` must differ from the last ones'; `print_s` is how long the printer may take over the sheet.
        """
        try:
            why = self._not_ready(ident)
        except LinkLost:
            why = NO_ANSWER
        if why:
            return Outcome.NOT_PRINTED, why
        self._faults, self._torn, began = 0, "", self._now()
        try:
            self._send(sheet + self._fence.mark(ident))
            printed = self._await_mark(ident, len(sheet)) and (
                self._fence.strong or self._stayed(began, print_s)
            )
        except LinkLost:
            printed = False
        if (printed or self._forget(ident)) and not self._torn:
            return Outcome.CONFIRMED, ""
        return Outcome.UNKNOWN, self._fault or self._torn or NO_ANSWER

    def knows(self, ident: bytes) -> bool:
        """Whether this printer, with nothing to do, says process ids back. LinkLost: nobody can tell now.

        That it does not is believed only when it answers other questions in their turn, and only after any
        older job must have printed. What it took for text is dropped.
        """
        strong, weak = ProcessId(), StatusRequest()
        self._link.write(strong.mark(ident) + weak.mark(ident), self._patience.answer)
        others = 0
        try:
            for reply in self._heard(self._patience.queue + self._patience.echo):
                if strong.answers(reply, ident):
                    return True
                others += weak.answers(reply, ident)
        finally:
            self._link.write(escpos.RESET, self._patience.answer)
        if others != weak.count:
            self._forget(ident)  # half a picture of a job that broke off takes all that follows for dots
            raise LinkLost("it answers something, but not what was asked")
        return False

    def tells(self, n: int) -> str:
        """What it says about itself (GS I n, 65-69), '' for nothing."""
        self._link.write(bytes((0x1D, 0x49, n)), self._patience.answer)
        heard = self._heard(self._patience.answer)
        return next((reply.text for reply in heard if isinstance(reply, Told)), "")

    def _not_ready(self, ident: bytes) -> str:
        """'' once the printer is well and has nothing of an older job left."""
        code = self.trouble()
        if code:
            return code
        asked = escpos.queue_ident(ident)
        self._link.write(escpos.ASB_ON + self._fence.mark(asked), self._patience.answer)
        if self._answered(asked, self._heard(self._patience.queue)):
            return self._fault if self._fence.strong else self._alone()
        self._forget(asked)
        return self._fault or NO_ANSWER

    def _alone(self) -> str:
        """'' when the printer owes no other answer: without names, an older one could pass for ours."""
        if any(isinstance(reply, Queued) for reply in self._heard(self._patience.answer)):
            return self._fault or NO_ANSWER
        return self._fault

    def _send(self, job: bytes) -> None:
        """All of the job; a line that takes nothing for as long as a fault may last is lost."""
        end = self._now() + self._patience.sending(len(job))
        for start in range(0, len(job), _CHUNK):
            left = end - self._now()
            if left <= 0:
                raise LinkLost("the job did not get through in time")
            self._link.write(
                job[start : start + _CHUNK],
                min(left, self._patience.mending + _CHUNK / self._patience.bytes_per_s),
            )

    def _await_mark(self, ident: bytes, size: int) -> bool:
        return self._answered(ident, self._heard(self._patience.printing(size), self._mending_ends))

    def _answered(self, ident: bytes, replies: Iterator[Reply]) -> bool:
        """Whether the mark gets all its answers; it stops listening at the last one."""
        found = (reply for reply in replies if self._fence.answers(reply, ident))
        return len(tuple(islice(found, self._fence.count))) == self._fence.count

    def _stayed(self, began: float, print_s: float) -> bool:
        """Whether nothing went wrong until the sheet must be on paper, nor after it. LinkLost: it is silent.

        It is asked all the while: a printer may lose its paper or its power and be well again at the end.
        """
        while (left := began + print_s - self._now()) > 0:
            if any(isinstance(reply, Queued) for reply in self._heard(min(left, _LOOK_S))) or self._state():
                return False
        return self._state() == "" and not self._faults

    def _mending_ends(self) -> float:
        return float("inf") if self._fault_since is None else self._fault_since + self._patience.mending

    def _forget(self, ident: bytes) -> bool:
        """Clear what was not printed, so that it cannot come out later. True if the answer came after all."""
        try:
            self._link.write(escpos.CLEAR, self._patience.answer)
            for reply in self._heard(self._patience.answer):
                if self._fence.strong and self._fence.answers(reply, ident):
                    return True
                if isinstance(reply, Cleared):
                    return False
        except LinkLost:
            return False
        return False

    def _state(self) -> str:
        one, two, three, four = (self._ask(query) for query in escpos.QUERIES)
        self.near_end = bool(four & 0x0C)
        code = fault(
            cover=bool(two & 0x04),
            paper=bool(two & 0x20 or four & 0x60),
            cutter=bool(three & 0x08),
            error=bool(three & 0x64 or two & 0x40),
            offline=bool(one & 0x08),
        )
        self._told(code)
        return code

    def _ask(self, query: bytes) -> int:
        """The answer to one DLE EOT. One at a time: it does not say which it answers."""
        self._link.write(query, self._patience.answer)
        for reply in self._heard(self._patience.answer):
            if isinstance(reply, Status):
                return reply.byte
        raise LinkLost("no answer")

    def _drain(self) -> None:
        """Take in what came while nobody listened, so that no old answer passes for a new one."""
        for _ in range(64):
            arrived = self._link.read(0)
            if not arrived:
                return
            self._take(arrived)

    def _heard(self, patience: float, sooner: Callable[[], float] | None = None) -> Iterator[Reply]:
        """Replies as they come, until `patience` is over or the monotonic time `sooner()`."""
        end = self._now() + patience
        while True:
            until = min(end, sooner()) if sooner else end
            arrived = self._link.read(max(0.0, until - self._now()))
            if not arrived:
                return
            yield from self._take(arrived)
            if self._now() >= (min(end, sooner()) if sooner else end):
                return

    def _take(self, arrived: bytes) -> list[Reply]:
        replies = self._reader.feed(arrived)
        for reply in replies:
            if isinstance(reply, Asb):
                self.near_end, self.unasked = reply.near_end, True
                self._told(reply.code)
        return replies

    def _told(self, code: str) -> None:
        """A fault's time counts from when the printer was last well."""
        if not code:
            self._fault_since = None
        elif not self._fault:
            self._fault_since = self._now()
        self._faults += bool(code)
        self._torn = code if code in _COME_APART else self._torn
        self._fault = code
