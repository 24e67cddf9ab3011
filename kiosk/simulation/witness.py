"""The witness: remembers every entry that a journal acknowledged, and stands where the power may go."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kiosk.ledger import entries as en
from kiosk.ledger.sync import Mark
from kiosk.offline.journal import DurableJournal
from kiosk.ports import Draft
from kiosk.simulation.power import Fuse


@dataclass
class Witness:
    """What one journal told its callers: n -> the bytes it said were durable."""

    acknowledged: dict[int, bytes] = field(default_factory=dict)
    expiries: list[tuple[int, int]] = field(default_factory=list)
    """(when, the true time; the voucher's last moment) of each voucher that was ended by time."""
    tell: Callable[[str], None] = lambda _line: None

    def hear(self, entries: tuple[en.Entry, ...]) -> None:
        """These entries were acknowledged."""
        for entry in entries:
            self.acknowledged[entry.n] = en.encode(entry)
            body = en.body_of(entry)
            told = getattr(body, "reason", "") or getattr(body, "op", "") or getattr(body, "asset", "")
            self.tell(f"journal {entry.n} {entry.kind} {told}")


class WitnessedJournal(DurableJournal):
    """The real journal; its callers may lose power before and after each write."""

    def __init__(
        self, *args: Any, witness: Witness, fuse: Fuse, true_time: Callable[[], int], **named: Any
    ) -> None:
        self._witness, self._fuse, self._true_time = witness, fuse, true_time
        super().__init__(*args, **named)

    def append(self, *drafts: Draft) -> tuple[en.Entry, ...]:
        """Write, and be seen writing."""
        self._fuse.step()
        entries = super().append(*drafts)
        # Durable, but whoever asked has not heard yet: a cut here is the interesting one.
        self._fuse.step()
        self._witness.hear(entries)
        for draft in drafts:
            if isinstance(draft.body, en.Expire) or getattr(draft.body, "reason", "") == "expired":
                self._witness.expiries.append((self._true_time(), self._last_moment(draft.body.op)))  # type: ignore[attr-defined]
        return entries

    def _last_moment(self, op: str) -> int:
        operation = self.operation(op)
        return operation.redeem.expires if operation else 0

    def move_cut(self, most: int = 4, keep: int = 6) -> bool:
        """The same with small numbers: a simulated shop's log is short, and is to grow old."""
        return super().move_cut(most, keep)

    def move_mark(self, mark: Mark) -> None:
        """The same for what head office acknowledged."""
        self._fuse.step()
        super().move_mark(mark)
        self._fuse.step()
