"""What waits to go up, since when, and what head office thought of what went: for staff and technicians."""

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from kiosk.ledger import entries as en
from kiosk.ledger import sync as wire
from kiosk.offline.batches import Batch

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Backlog:
    """One moment's figures. `up` is None before the first answer or failure.

    `waiting` entries are not acknowledged yet, the oldest is of `since` (UTC microseconds; 0: none waits,
    or its time cannot be read). `disputed`, `debt` and `quarantined` count verdicts since this kiosk started.
    """

    up: bool | None = None
    waiting: int = 0
    since: int = 0
    debt: int = 0
    disputed: int = 0
    quarantined: int = 0


class WaitingJournal(Protocol):
    """What is asked of the journal."""

    def tail(self) -> wire.Mark:
        """The last entry."""

    def batch(self, after: int, entries: int, size: int) -> Batch:
        """The entries after `after`, bounded."""


class BacklogMeter:
    """Keeps the figures. Written by the uploader's thread; `now` may be read by any."""

    def __init__(self, journal: WaitingJournal) -> None:
        self._journal = journal
        self._judged = 0
        self._oldest = 0
        self.now = Backlog()

    def measure(self, acknowledged: int) -> None:
        """Count what lies beyond the entry that head office acknowledged last."""
        waiting = max(0, self._journal.tail().n - acknowledged)
        since = self._since(acknowledged) if waiting else 0
        self.now = replace(self.now, waiting=waiting, since=since)

    def link(self, *, up: bool) -> None:
        """Head office was reached, or not."""
        self.now = replace(self.now, up=up)

    def ping(self, _message: dict[str, Any]) -> dict[str, Any]:
        """A verb of the control socket: the kiosk lives, and these are the figures."""
        return {"ok": True, **{name: getattr(self.now, name) for name in Backlog.__slots__}}

    def judge(self, verdicts: Iterable[wire.EntryVerdict]) -> None:
        """Count the verdicts that are not 'posted', each entry once, however often it is told."""
        for told in verdicts:
            if told.verdict == "posted" or told.n <= self._judged:
                continue
            self._judged = told.n
            log.warning("entry %d is %s: %s", told.n, told.verdict, told.reason)
            self.now = replace(self.now, **{told.verdict: getattr(self.now, told.verdict) + 1})

    def _since(self, acknowledged: int) -> int:
        """When the oldest waiting entry was made; looked up once for each that is the oldest."""
        if self._oldest != acknowledged + 1 or not self.now.since:
            self._oldest = acknowledged + 1
            entries = self._journal.batch(acknowledged, 1, wire.BYTES_MAX).entries
            try:
                return en.decode(entries[0]).at if entries else 0
            except en.MalformedEntry:
                return 0
        return self.now.since
