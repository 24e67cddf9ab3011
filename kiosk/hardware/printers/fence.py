"""Fences: how a printer says that it is through with everything before. A strong one vouches for paper.

Process id (GS ( H, Epson's command reference): the printer says four letters back once all before them has
printed. Status (GS r 1, understood by nearly every printer): it is answered when the printer *reads* it; the
last lines may still be on their way to the paper. That one counts only when nothing else can have happened:
exactly one answer outstanding, no fault seen since, time enough to print, and well afterwards.
"""

from typing import Protocol

from kiosk.hardware.printers import escpos
from kiosk.hardware.printers.replies import Echo, Queued, Reply


class Fence(Protocol):
    """How one printer is asked whether it is through."""

    @property
    def strong(self) -> bool:
        """Whether an answer alone proves that the paper has printed."""

    def mark(self, ident: bytes) -> bytes:
        """The bytes that follow a job."""

    def answers(self, reply: Reply, ident: bytes) -> bool:
        """Whether this is the answer to the mark with this ident."""


class ProcessId:
    """GS ( H 48: the strong one."""

    strong = True

    def mark(self, ident: bytes) -> bytes:
        """The process id itself."""
        return escpos.process_id(ident)

    def answers(self, reply: Reply, ident: bytes) -> bool:
        """Only its own letters count."""
        return reply == Echo(ident)


class StatusRequest:
    """GS r 1: the weaker one. Its answers have no names, so only one may be outstanding."""

    strong = False

    def mark(self, ident: bytes) -> bytes:
        """Report the paper sensors, in turn."""
        del ident
        return escpos.REPORT

    def answers(self, reply: Reply, ident: bytes) -> bool:
        """Any answer in turn."""
        del ident
        return isinstance(reply, Queued)
