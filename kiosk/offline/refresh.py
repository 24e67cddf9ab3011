"""Keeping the replica fresh: a little after each sync, and no longer than a visitor who rings can wait."""

import logging
from collections.abc import Callable
from typing import Protocol

from kiosk.ledger import feed
from kiosk.ledger.sync import DeviceState
from kiosk.offline.transport import HubRefused, HubUnreachable
from kiosk.ports import Clock

log = logging.getLogger(__name__)

EVERY_S = 60.0
"""How old the members' figures may get while head office can be reached."""
BUDGET_S = 2.0
"""A download that takes longer goes on after the next sync."""


class FeedingHub(Protocol):
    """What is asked of head office (HttpHub)."""

    def replica(self, request: feed.ReplicaRequest) -> feed.ReplicaAnswer:
        """HubUnreachable or HubRefused if there is no answer."""


class FilledReplica(Protocol):
    """What is filled (StoredReplica)."""

    def versions(self) -> tuple[int, int, int]:
        """(catalogue, pack, deny epoch) as head office last told them."""

    def whole(self) -> bool:
        """Whether nothing of a download is unfinished."""

    def confirm_denied(self, epoch: int, now: int) -> None:
        """Head office named its newest deny epoch at `now` (UTC microseconds)."""

    def request(self, device: str) -> feed.ReplicaRequest:
        """What to ask for next."""

    def take(self, answer: feed.ReplicaAnswer) -> bool:
        """Store one step; True if another should follow at once. MalformedRows if it cannot be read."""

    def counted(self, n: int) -> int:
        """Of our entries up to n, those that every member's figures count already."""

    def sweep(self) -> bool:
        """Drop a slice of what is obsolete; False when nothing is left to drop."""


class Refresher:
    """`step` fetches what is due; one thread at a time."""

    def __init__(self, hub: FeedingHub, replica: FilledReplica, device: str, clock: Clock) -> None:
        self._hub, self._replica, self._device, self._clock = hub, replica, device, clock
        self._due = float("-inf")

    def step(self, state: DeviceState, hurried: Callable[[], bool], *, behind: bool = False) -> bool:
        """Fetch what an answer's `state` says is new, or what is due; True if more should follow soon.

        It stops when its time is over, or as soon as somebody is `hurried`. While entries still wait to go up
        (`behind`), each upload moves the stock that the catalogue shows: its news wait until it is due.
        """
        replica = self._replica
        began = self._clock.monotonic()
        if self._is_fresh(state, began, behind=behind):
            replica.confirm_denied(state.deny_epoch, self._clock.now())
            return False
        try:
            while replica.sweep() or self._fetch(began) or replica.sweep():
                if hurried() or self._clock.monotonic() - began >= BUDGET_S:
                    return True
        except (HubUnreachable, HubRefused, feed.MalformedRows) as trouble:
            log.info("the replica could not be fetched: %s", trouble)
            return False
        replica.confirm_denied(state.deny_epoch, self._clock.now())
        return False

    def _is_fresh(self, state: DeviceState, now: float, *, behind: bool) -> bool:
        catalogue, *others = self._replica.versions()
        same = [state.pack, state.deny_epoch] == others and (behind or state.catalogue == catalogue)
        return same and now < self._due and self._replica.whole()

    def _fetch(self, now: float) -> bool:
        more = self._replica.take(self._hub.replica(self._replica.request(self._device)))
        if not more:
            self._due = now + EVERY_S
        return more
