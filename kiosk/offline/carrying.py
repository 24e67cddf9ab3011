"""What would go up, as a file that somebody carries to head office: the same signed batches, one a frame."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from kiosk.ledger import carried
from kiosk.ledger import sync as wire
from kiosk.offline.batches import Batch

Sign = Callable[[bytes], bytes]


class CarriedJournal(Protocol):
    """What is asked of the journal (DurableJournal, its port, or a copy of a closed one)."""

    def tail(self) -> wire.Mark:
        """The last entry."""

    def floor(self) -> wire.Mark:
        """The last entry that was pruned."""

    def mark_seen(self) -> wire.Mark:
        """The highest entry ever acknowledged to us."""

    def downlink(self) -> tuple[int, int]:
        """(generation, d) of the grants taken."""

    def batch(self, after: int, entries: int, size: int) -> Batch:
        """The entries after `after`, bounded."""


def export(journal: CarriedJournal, device: str, sign: Sign, file: Path, *, everything: bool) -> int:
    """Write what head office did not acknowledge (or all), whole or not at all. How many entries it holds.

    What is journalled meanwhile is left for the next time. OSError if it cannot be written.
    """
    after = journal.floor().n if everything else journal.mark_seen().n
    last = journal.tail().n
    draft = file.with_name(f"{file.name}.part")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(handle, "wb") as opened:  # by its handle: nobody else may read it
        carried.write(opened, _messages(journal, device, sign, after, last))
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)
    return max(0, last - after)


def _messages(journal: CarriedJournal, device: str, sign: Sign, after: int, last: int) -> Iterator[bytes]:
    gen, d = journal.downlink()
    while after < last:
        batch = journal.batch(after, min(wire.ENTRIES_MAX, last - after), wire.BYTES_MAX)
        request = wire.SyncRequest(
            device=device,
            gen_seen=gen,
            mark_seen=journal.mark_seen(),
            first=batch.first,
            entries=batch.entries,
            head=batch.head,
            sig=sign(wire.signed_part(device, batch.first, batch.last, batch.head)),
            tail=last,
            down_ack=d,
        )
        yield wire.pack(request)
        after = batch.last


class Carrier:
    """The control socket's verb: a running kiosk writes the file itself."""

    def __init__(self, journal: CarriedJournal, device: str, sign: Sign) -> None:
        self._journal, self._device, self._sign = journal, device, sign

    def export(self, message: dict[str, Any]) -> dict[str, Any]:
        """{file, all} -> {entries}; the file is written with the kiosk's own rights."""
        file = Path(str(message["file"]))
        try:
            count = export(self._journal, self._device, self._sign, file, everything=bool(message.get("all")))
        except OSError as trouble:
            return {"ok": False, "why": f"{file} cannot be written: {trouble.strerror}"}
        return {"ok": True, "entries": count}
