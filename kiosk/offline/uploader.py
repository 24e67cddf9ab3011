"""The uploader: one sync a step; entries go up until head office has them, rights come down."""

import logging
import random
import threading
from collections.abc import Callable, Iterable
from typing import Protocol

from kiosk.events import LinkChanged, RightsChanged, StorageFailed
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger import sync as wire
from kiosk.offline.backlog import BacklogMeter
from kiosk.offline.batches import Batch
from kiosk.offline.patience import Patience
from kiosk.offline.refresh import FeedingHub, FilledReplica, Refresher
from kiosk.offline.transport import HubRefused, HubUnreachable
from kiosk.offline.wants import Wants
from kiosk.ports import Clock, JournalFailed, Newcomer, Post

log = logging.getLogger(__name__)

EVERY_S = 10.0
CLAIM_EVERY_S = 1.0
_KEYS = 20
"""Newcomers' keys that are handed over before one sync."""
MALFORMED = frozenset({"malformed", "malformed-entry", "too-much"})
"""Codes by which head office says that the batch itself cannot be read; it changed nothing."""


class UploadedJournal(Protocol):
    """What the uploader asks of the journal (DurableJournal, or its port)."""

    def tail(self) -> wire.Mark:
        """The last entry."""

    def hash_at(self, n: int) -> bytes | None:
        """Our chain hash at n; None beyond our tail and below the floor."""

    def floor(self) -> wire.Mark:
        """The last entry that was pruned."""

    def prune(self, stable: int) -> bool:
        """Grow old by one bounded step: cut, and delete what is stable."""

    def batch(self, after: int, entries: int, size: int) -> Batch:
        """The entries after `after`, bounded."""

    def poison(self, n: int) -> Batch:
        """Entry n alone, wrapped."""

    def mark_seen(self) -> wire.Mark:
        """The highest entry ever acknowledged to us."""

    def move_mark(self, mark: wire.Mark) -> None:
        """Remember an acknowledgement."""

    def downlink(self) -> tuple[int, int]:
        """(generation, d) of the grants taken."""

    def take_grants(
        self, gen: int, grants: Iterable[wire.Grant], wanted: Callable[[str], bool]
    ) -> tuple[en.Entry, ...]:
        """Journal the grants that are next in line."""

    def obey(self, instruction: wire.Instruction) -> tuple[en.Entry, ...]:
        """Journal what head office asks of a voucher's issuer."""

    def keys_waiting(self, most: int) -> tuple[Newcomer, ...]:
        """The keys of what newcomers told that head office has not said to hold."""

    def key_held(self, member: str) -> None:
        """Head office said that it holds this member's key."""

    def forget_keys(self, stable: int) -> None:
        """Drop the keys that head office has safely twice."""

    def freeze(self, why: str) -> None:
        """Spend nothing any more."""

    def frozen(self) -> str:
        """Why it spends nothing any more, '' if it does."""


class SyncedHub(FeedingHub, Protocol):
    """What the uploader asks of head office (HttpHub)."""

    def sync(self, request: wire.SyncRequest) -> wire.SyncAnswer:
        """HubUnreachable or HubRefused if there is no answer."""

    def join(self, newcomer: Newcomer) -> wire.JoinAnswer:
        """HubUnreachable or HubRefused if there is no answer."""


class Uploader:
    """`step` does one sync and says when the next is due (monotonic seconds); `run` steps until stopped."""

    def __init__(
        self,
        *,
        journal: UploadedJournal,
        hub: SyncedHub,
        replica: FilledReplica,
        wants: Wants,
        device: str,
        sign: Callable[[bytes], bytes],
        post: Post,
        clock: Clock,
        chance: random.Random | None = None,
        every_s: float = EVERY_S,
    ) -> None:
        self._journal, self._hub, self._replica, self._wants = journal, hub, replica, wants
        self._refresher = Refresher(hub, replica, device, clock)
        self._device, self._sign, self._post, self._clock = device, sign, post, clock
        self._every_s = every_s
        self._patience = Patience(chance or random.Random())
        self.backlog = BacklogMeter(journal)
        self._stopped = threading.Event()
        self._up: bool | None = None
        self._sent: int | None = None
        self._told = 0
        self._most = wire.ENTRIES_MAX
        self._wrap = False
        self._frozen = ""
        self._lost = False
        self._not_before = float("-inf")

    def run(self) -> None:
        """Sync until stopped: when it is due, or at once when the bell rings and head office may be asked.

        A failed journal ends it with StorageFailed, so that the desk still draws its resting page.
        """
        while not self._stopped.is_set():
            self._wants.bell.clear()
            try:
                due = self.step(self._clock.monotonic())
            except JournalFailed as failure:
                log.critical("no more syncs: %s", failure)
                self._post(StorageFailed(failure.code, failure.detail))
                return
            self._wait_until(due)

    def stop(self) -> None:
        """Let `run` return after the sync that is under way."""
        self._stopped.set()
        self._wants.bell.set()

    def step(self, now: float) -> float:
        """One sync. Returns when the next one is due; JournalFailed ends all work."""
        due = self._sync(now)
        self.backlog.measure(self._sent or 0)
        return due

    def _sync(self, now: float) -> float:
        request = self._request()
        try:
            self._hand_over_keys()
            answer = self._hub.sync(request)
        except HubUnreachable as trouble:
            return self._failed(now, trouble)
        except HubRefused as refusal:
            return self._refused(now, refusal, len(request.entries))
        self._patience.reset()
        self._not_before = now + self._patience.spread(answer.retry_after_s)
        moved = self._take(answer)
        self._tell_link(True)
        # Before the download: a visitor waits for this grant.
        self._post(RightsChanged(answer.refused, answer.draws))
        behind = moved and (self._sent or 0) < self._journal.tail().n
        downloading = not self._frozen and self._refresher.step(
            answer.state, self._wants.bell.is_set, behind=behind
        )
        if not self._lost:
            self._journal.forget_keys(answer.stable)
            self._journal.prune(self._replica.counted(answer.stable))
        # Go on at once only while something moves: head office may have a reason to take nothing in.
        more = downloading or (moved and not self._frozen and (self._sent or 0) < self._journal.tail().n)
        return max(self._not_before, now if more else now + self._pace_s())

    def _pace_s(self) -> float:
        """While a counter waits for another kiosk to let a right go, we look each second whether it did."""
        rights = any(want.asset.startswith(acc.claim("")) for want in self._wants.live())
        return min(self._every_s, CLAIM_EVERY_S) if rights else self._every_s

    # --- up --------------------------------------------------------------------------------------

    def _request(self) -> wire.SyncRequest:
        mark, tail = self._journal.mark_seen(), self._journal.tail()
        if self._sent is None:
            self._sent = mark.n
        batch = (
            self._journal.poison(self._sent + 1)
            if self._wrap
            else self._journal.batch(tail.n if self._lost else self._sent, self._most, wire.BYTES_MAX)
        )
        self._told = batch.last
        gen, d = self._journal.downlink()
        return wire.SyncRequest(
            device=self._device,
            gen_seen=gen,
            mark_seen=mark,
            first=batch.first,
            entries=batch.entries,
            head=batch.head,
            sig=self._sign(wire.signed_part(self._device, batch.first, batch.last, batch.head)),
            tail=tail.n,
            down_ack=d,
            wants=self._wants.live(),
            frozen=self._journal.frozen(),
        )

    def _hand_over_keys(self) -> None:
        """Before the entries that they open, so that nobody lies there without a name."""
        for waiting in self._journal.keys_waiting(_KEYS):
            try:
                self._hub.join(waiting)
            except HubRefused as refusal:
                log.warning("head office does not take a newcomer's key: %s", refusal)
                return
            self._journal.key_held(waiting.member)

    def _failed(self, now: float, trouble: Exception) -> float:
        log.info("head office cannot be asked: %s (%d entries wait)", trouble, self.backlog.now.waiting)
        self._tell_link(False)
        self._not_before = now + self._patience.again_after()
        return self._not_before

    def _refused(self, now: float, refusal: HubRefused, size: int) -> float:
        """A batch that cannot be read is halved until one entry is left, and that one is wrapped."""
        if refusal.retry_after_s > 0:
            log.info("head office asks to come back later: %s", refusal)
            self._tell_link(True)  # it was reached: only its hands are full
            self._not_before = now + self._patience.again_after(refusal.retry_after_s)
            return self._not_before
        if refusal.code not in MALFORMED or not size or self._wrap:
            return self._failed(now, refusal)
        log.warning("head office cannot read a batch of %d: %s", size, refusal)
        if size > 1:
            self._most = size // 2
        else:
            self._wrap = True
        return now

    # --- down ------------------------------------------------------------------------------------

    def _take(self, answer: wire.SyncAnswer) -> bool:
        """Mark, grants, state. True when the mark moved or something was journalled."""
        if not self._agrees(answer):
            if self._frozen:
                # Our log is a second one there: it is taken in all the same, one batch after the other.
                self._sent, self._wrap = max(self._sent or 0, self._told), False
            return False
        moved, self._sent = self._sent != answer.mark.n, answer.mark.n
        self._journal.move_mark(answer.mark)
        self._most = min(wire.ENTRIES_MAX, self._most * 2)
        self._wrap = False
        self.backlog.judge(answer.verdicts)
        taken = self._journal.take_grants(answer.gen, answer.grants, self._wants.is_live)
        obeyed = [entry for asked in answer.instructions for entry in self._journal.obey(asked)]
        return moved or bool(taken or obeyed)

    def _agrees(self, answer: wire.SyncAnswer) -> bool:
        """Whether head office tells the same story; if not, this device was cloned or rolled back."""
        floor = self._journal.floor().n
        if answer.mark.n < floor and not answer.state.frozen:
            self._miss(answer.mark.n, floor)
            return False
        self._lost = False
        ours = self._journal.hash_at(answer.mark.n)
        if answer.state.frozen:
            self._freeze("head office froze this device")
        elif ours is None:
            self._freeze(f"rolled back: head office holds entry {answer.mark.n}, we do not")
        elif ours != answer.mark.hash:
            self._freeze(f"copied: head office holds another entry {answer.mark.n}")
        # A frozen device is still ingested, as far as the two logs agree.
        return ours == answer.mark.hash

    def _miss(self, held: int, floor: int) -> None:
        """Head office lost what it had called stable; our log is whole since, and we serve what we hold."""
        if not self._lost:
            self._lost = True
            log.critical("K-SY-02 head office lacks entries %d to %d, which it had twice", held + 1, floor)

    def _freeze(self, why: str) -> None:
        if self._frozen:
            return
        self._frozen = why
        log.critical("K-SY-01 %s", why)
        self._journal.freeze(why)
        self._post(StorageFailed("K-SY-01", why))

    def _tell_link(self, up: bool) -> None:
        self.backlog.link(up=up)
        if up != self._up:
            self._up = up
            self._post(LinkChanged(up))

    def _wait_until(self, due: float) -> None:
        """A bell that rings while head office must be left alone is heard when that time is over."""
        while not self._stopped.is_set():
            now = self._clock.monotonic()
            rung = self._wants.bell.is_set()
            until = self._not_before if rung else due
            if now >= until:
                return
            if rung:
                self._stopped.wait(until - now)
            else:
                self._wants.bell.wait(until - now)
