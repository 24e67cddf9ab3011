"""Fences: how a printer says that it is through with everything before. A strong one vouches for paper.

Process id (GS ( H, Epson's command reference): the printer says four letters back once all before them has
printed. Status (GS r 1 and 2, understood by nearly every printer): they are answered when the printer *reads*
them; the last lines may still be on their way to the paper. Those count only when nothing else can have
happened: no other answer outstanding, no fault seen since, time enough to print, and well afterwards.
"""

from typing import Protocol

from kiosk.hardware.printers import escpos
from kiosk.hardware.printers.replies import Echo, Queued, Reply


class Fence(Protocol):
    """How one printer is asked whether it is through."""

    @property
    def strong(self) -> bool:
        """Whether its answers alone prove that the paper has printed."""

    @property
    def count(self) -> int:
        """How many answers a mark gets."""

    def mark(self, ident: bytes) -> bytes:
        """The bytes that follow a job."""

    def answers(self, reply: Reply, ident: bytes) -> bool:
        """Whether this is an answer to the mark with this ident."""


class ProcessId:
    """GS ( H 48: the strong one."""

    strong = True
    count = 1

    def mark(self, ident: bytes) -> bytes:
        """The process id itself."""
        return escpos.process_id(ident)

    def answers(self, reply: Reply, ident: bytes) -> bool:
        """Only its own letters count."""
        return reply == Echo(ident)


class StatusRequest:
    """GS r 1 and 2: the weaker one. Answers have no names: two, so that no stray byte passes for them."""

    strong = False
    count = 2

    def mark(self, ident: bytes) -> bytes:
        """Report the paper sensors and the drawer, in turn."""
        del ident
        return escpos.REPORT

    def answers(self, reply: Reply, ident: bytes) -> bool:
        """Any answer in turn that these questions can get."""
        del ident
        return isinstance(reply, Queued) and not reply.byte & 0xF0
