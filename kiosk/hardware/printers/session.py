"""One printer on one line: is it ready, and did this job come out? Only its own echo counts as yes.

A job goes behind a fence: ask for trouble, have the queue echo that it is empty, send, wait for the job's
echo. Before the first byte of the job is handed over nothing can have printed; after it only the echo tells.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from kiosk.events import Outcome
from kiosk.hardware.printers import escpos
from kiosk.hardware.printers.replies import Asb, Cleared, Echo, Reply, ReplyReader, Status, fault
from kiosk.ports import Clock

NO_ANSWER = "K-PR-05"
_CHUNK = 4096
_SLOWEST_LINE = 800
"""Bytes a second of the slowest line, 9600 baud with room to spare."""


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
    """For a job to be printed once it was sent."""
    mending: float = 8.0
    """For somebody to mend a fault seen meanwhile."""


class PrinterSession:
    """Speaks to the printer on one line. After LinkLost it is spent."""

    def __init__(self, link: Link, clock: Clock, patience: Patience | None = None) -> None:
        self.near_end = False
        self._link = link
        self._now = clock.monotonic
        self._patience = patience or Patience()
        self._reader = ReplyReader()
        self._fault = ""
        self._fault_since: float | None = None

    def trouble(self) -> str:
        """'' when it could print now, else the fault code. LinkLost when it says nothing."""
        self._drain()
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

    def print(self, job: bytes, ident: bytes) -> tuple[Outcome, str]:
        """Print bytes that end in the process id `ident`; how it went, and the fault code if any."""
        try:
            why = self._not_ready(ident)
        except LinkLost:
            why = NO_ANSWER
        if why:
            return Outcome.NOT_PRINTED, why
        try:
            self._send(job)
            printed = self._await_echo(ident)
        except LinkLost:
            printed = False
        if printed or self._forget(ident):
            return Outcome.CONFIRMED, ""
        return Outcome.UNKNOWN, self._fault or NO_ANSWER

    def _not_ready(self, ident: bytes) -> str:
        """'' once the printer is well and has nothing of an older job left."""
        code = self.trouble()
        if code:
            return code
        asked = escpos.queue_ident(ident)
        self._link.write(escpos.ASB_ON + escpos.process_id(asked), self._patience.answer)
        if any(reply == Echo(asked) for reply in self._heard(self._patience.queue)):
            return self._fault
        self._forget(asked)
        return self._fault or NO_ANSWER

    def _send(self, job: bytes) -> None:
        """All of the job; a line that takes nothing for as long as a fault may last is lost."""
        end = self._now() + self._patience.mending + len(job) / _SLOWEST_LINE
        for start in range(0, len(job), _CHUNK):
            left = end - self._now()
            if left <= 0:
                raise LinkLost("the job did not get through in time")
            self._link.write(job[start : start + _CHUNK], min(left, self._patience.mending))

    def _await_echo(self, ident: bytes) -> bool:
        replies = self._heard(self._patience.echo, self._mending_ends)
        return any(reply == Echo(ident) for reply in replies)

    def _mending_ends(self) -> float:
        return float("inf") if self._fault_since is None else self._fault_since + self._patience.mending

    def _forget(self, ident: bytes) -> bool:
        """Clear what was not printed, so that it cannot come out later. True if the echo came after all."""
        try:
            self._link.write(escpos.CLEAR, self._patience.answer)
            for reply in self._heard(self._patience.answer):
                if reply == Echo(ident):
                    return True
                if isinstance(reply, Cleared):
                    return False
        except LinkLost:
            return False
        return False

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
                self.near_end = reply.near_end
                self._told(reply.code)
        return replies

    def _told(self, code: str) -> None:
        """A fault's time counts from when the printer was last well."""
        if not code:
            self._fault_since = None
        elif not self._fault:
            self._fault_since = self._now()
        self._fault = code
