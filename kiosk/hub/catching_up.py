"""One device's way back after a restore, within one sync: what it knows beyond us, when its log is whole."""

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.hub.books import Books, Key
from kiosk.hub.rebooking import Rebooking
from kiosk.hub.recovery import Dead, Era, Restored, dead_grants, forget, put_standing, void
from kiosk.ledger import sync as wire

GENERATIONS_LOST = 1000
"""How far ahead of a lost counter a device may be believed to be."""


class CatchingUp:
    """A device is ready for a generation once it knows it and its whole log is here.

    Rights that it had before are all told then: whatever it journals later spends rights that we know of.
    """

    def __init__(
        self, held: sa.Row[tuple[object, ...]], request: wire.SyncRequest, era: Era, rebooking: Rebooking
    ) -> None:
        self._held = held
        self._request = request
        self._era = era
        self._rebooking = rebooking
        self._behind = max(held.ready_gen or 0, era.base) < era.gen
        self._ready = False
        self._dead: tuple[Dead, ...] = ()
        self.recovering = era.recovering or self._behind
        """Whether rights have to wait, for this device or for all."""

    def look_for_restore(self, mark: wire.Mark) -> None:
        """Restored, if the device remembers what we cannot know, though its whole log was in once."""
        request, held, gen = self._request, self._held, self._era.gen
        if (held.aside_gen or 0) >= gen:
            return  # people went on without it: it does not begin the same recovery again
        if gen < request.gen_seen <= gen + GENERATIONS_LOST:
            raise Restored(f"{request.device} knows generation {request.gen_seen}", request.gen_seen)
        if self._behind:
            return
        if request.mark_seen.n > mark.n:
            raise Restored(f"{request.device} remembers entry {request.mark_seen.n}, we {mark.n}")
        made = held.down_d if held.down_gen == gen else 0
        if request.gen_seen == gen and request.down_ack > made:
            raise Restored(f"{request.device} took grant {request.down_ack} of {gen}, we made {made}")

    def read(self, connection: sa.Connection, mark: wire.Mark) -> None:
        """Whether all of it is in now, and which of its grants are dead then."""
        request = self._request
        whole = request.tail == mark.n >= request.mark_seen.n and request.head == mark.hash
        # Journalled, not only said: what comes after it in the log can be no grant of a dead generation.
        knows = request.gen_seen == self._era.gen == self._rebooking.log_gen
        self._ready = self._behind and whole and knows
        if self._ready:
            self._dead = dead_grants(connection, request.device, self._era.gen, self._rebooking.taken)

    def keys(self) -> Iterable[Key]:
        """Every balance that dead grants touch."""
        for one in self._dead:
            yield (one.leg.source, one.leg.asset)
            yield (one.leg.target, one.leg.asset)

    def apply(self, books: Books) -> None:
        """Give dead grants back."""
        void(books, self._dead)

    def write(self, connection: sa.Connection) -> None:
        """Keep how far its log has come through the generations."""
        device, log_gen = self._request.device, self._rebooking.log_gen
        if log_gen != (self._held.log_gen or 0):
            put_standing(connection, device, log_gen=log_gen)
        if self._ready:
            forget(connection, device, self._dead)
            put_standing(connection, device, ready_gen=self._era.gen)
