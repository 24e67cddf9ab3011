"""A kiosk without a window, as a process: real journal, uploader, way to head office, and a desk that acts.

`python -m tests.chaos.crew FOLDER DEVICE URL SEED` serves visits until SIGTERM, then drains and ends. It says
`ack N HASH` for each entry, only after the journal said that it is durable, and `drained N HASH` in the end.
"""

import logging
import os
import queue
import random
import signal
import sys
import threading
import time
from pathlib import Path

from kiosk.clock import RealClock
from kiosk.events import Event, RightsChanged, StorageFailed
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.ids import FreshIds
from kiosk.ledger.sync import Want
from kiosk.offline.escrow import release, start_up
from kiosk.offline.identity import load_or_create
from kiosk.offline.journal import DurableJournal
from kiosk.offline.journal_port import JournalPort
from kiosk.offline.replica import StoredReplica
from kiosk.offline.service import JournalService
from kiosk.offline.storage_key import storage_key
from kiosk.offline.transport import HttpHub
from kiosk.offline.uploader import Uploader
from kiosk.offline.wants import Wants
from kiosk.ports import Draft, NotHeld
from tests.chaos.shop import GIFT, PRICE, everybody

SYNC_S = 0.3
WANT_S = 1.5
"""How long a visitor waits for rights here: shorter than in a shop, so that many visits fit into a run."""
CALM_SYNCS = 3


class Crew:
    """The parts as `kiosk/appliance.py` joins them, but for screen, reader and printer."""

    def __init__(self, folder: Path, device: str, url: str, seed: str) -> None:
        self.chance = random.Random(seed)
        self.ids, clock = FreshIds(time_us), RealClock()
        self.inbox: queue.Queue[Event] = queue.Queue()
        storage = storage_key(folder, "", {})
        identity = load_or_create(folder / "identity")
        replica = StoredReplica(folder / "replica.db", storage.key)
        self.stays = replica.is_home
        self.wants = Wants()
        self.service = JournalService(
            lambda: DurableJournal(
                folder / "journal.db",
                device=device,
                zone="Asia/Shanghai",
                clock=clock,
                ids=self.ids,
                pack=replica.pack,
                key=storage.key,
            ),
            self.inbox.put,
            lambda journal: start_up(journal, self.stays),
        )
        self.journal: JournalPort = self.service.port()
        self.uploader = Uploader(
            journal=self.journal,
            hub=HttpHub(url, device, identity.device_key, 3.0),
            replica=replica,
            wants=self.wants,
            device=device,
            sign=identity.sign,
            post=self.inbox.put,
            clock=clock,
            every_s=SYNC_S,
        )

    def start(self) -> None:
        """Journal and uploader, each on its thread, until the process ends."""
        for work in (self.service.run, self.uploader.run):
            threading.Thread(target=work, daemon=True).start()

    # --- what a desk does ------------------------------------------------------------------------

    def visit(self, member: str) -> None:
        """Somebody comes, redeems if the rights are there, and leaves."""
        if self._obtain(member):
            self._redeem(member)
        if not self.stays(member):
            release(self.journal, member)
        self._settle_something()

    def _obtain(self, member: str) -> bool:
        """Want exactly what is missing, and wait a little for it."""
        missing = [(acc.POINTS, member, PRICE), (acc.gift(GIFT), None, 1)]
        asked = []
        for asset, whose, needed in missing:
            lack = needed - self.journal.rights(asset, whose)
            if lack > 0:
                asked.append(Want(id=self.ids.uuid7(), member=whose, asset=asset, amount=lack))
        for want in asked:
            self.wants.put(want)
        deadline = time.monotonic() + WANT_S
        while asked and not self._held(missing) and (left := deadline - time.monotonic()) > 0:
            self._hear(left)
        for want in asked:
            self.wants.drop(want.id)
        return self._held(missing)

    def _held(self, needed: list[tuple[str, str | None, int]]) -> bool:
        return all(self.journal.rights(asset, whose) >= amount for asset, whose, amount in needed)

    def _redeem(self, member: str) -> None:
        op, number = self.ids.uuid7(), self.ids.uuid7()
        body = en.Redeem(op=op, gift=GIFT, points=PRICE, voucher=number, expires=1 << 60, qr=b"")
        try:
            self._append(Draft(body, member=member), Draft(en.Printing(op=op, attempt=1), member=member))
        except NotHeld:  # the rights left again between the question and the act
            return
        time.sleep(self.chance.uniform(0, 0.03))  # the paper moves; a kill falls here too
        ending = self.chance.choice((en.Post, en.Post, en.Post, en.Void, en.Unknown))
        self._append(Draft(ending(op=op, reason="the printer said so"), member=member))
        if ending is en.Post and self.chance.random() < 0.5:
            self._append(Draft(en.Claim(op=op, voucher=number)))

    def _settle_something(self) -> None:
        """At the counter: an unknown voucher is presented and claimed, or made void by staff."""
        unknown = [one for one in self.journal.unresolved() if one.state == "unknown"]
        if not unknown or self.chance.random() < 0.5:
            return
        one = self.chance.choice(unknown).redeem
        if self.chance.random() < 0.5:
            self._append(Draft(en.Void(op=one.op, reason="no paper")))
        else:
            self._append(Draft(en.Post(op=one.op, reason="presented")))
            self._append(Draft(en.Claim(op=one.op, voucher=one.voucher)))

    def _append(self, *drafts: Draft) -> None:
        for entry in self.journal.append(*drafts):
            self.say(f"ack {entry.n} {(self.journal.hash_at(entry.n) or b'').hex()}")

    # --- the end ---------------------------------------------------------------------------------

    def drain(self) -> None:
        """Until head office has everything and nothing more came for several syncs."""
        quiet, before = 0, None
        while quiet < CALM_SYNCS:
            self.wants.bell.set()
            if not self._hear(1.0):
                continue
            tail = self.journal.tail()
            done = self.journal.mark_seen() == tail == before
            quiet, before = quiet + 1 if done else 0, tail
        tail = self.journal.tail()
        self.say(f"drained {tail.n} {tail.hash.hex()}")

    def _hear(self, seconds: float) -> bool:
        """Wait for a sync's end; a failed journal ends the process."""
        try:
            event = self.inbox.get(timeout=seconds)
        except queue.Empty:
            return False
        if isinstance(event, StorageFailed):
            self.say(f"failed {event}")
            os._exit(75)
        return isinstance(event, RightsChanged)

    @staticmethod
    def say(line: str) -> None:
        """One line, whole."""
        os.write(1, f"{line}\n".encode())  # one write a line: a kill leaves no half of one


def time_us() -> int:
    """UTC microseconds."""
    return time.time_ns() // 1000


def main() -> None:
    """Serve until told to stop."""
    folder, device, url, seed = sys.argv[1:]
    logging.basicConfig(level=logging.WARNING)
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stopping.set())
    crew = Crew(Path(folder), device, url, seed)
    crew.start()
    crew.say(f"serving {os.getpid()}")
    while not stopping.is_set():
        crew.visit(crew.chance.choice(everybody()))
    crew.drain()
    crew.uploader.stop()
    crew.service.stop()


if __name__ == "__main__":
    main()
