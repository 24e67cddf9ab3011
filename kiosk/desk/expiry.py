"""Vouchers that nobody claimed in time: this kiosk ends those whose right to claim it still holds."""

import logging

from kiosk.desk.vouchers import undone
from kiosk.desk.world import World
from kiosk.ledger.entries import Body, Expire
from kiosk.ports import Draft, NotHeld, Operation

log = logging.getLogger(__name__)

GRACE_US = 3_600_000_000
"""An hour after the voucher's last midnight: nothing is ended while a counter may still be answering."""
EVERY_S = 10.0
MOST = 20
"""Vouchers looked at in one step, so that a visitor never waits for a month's worth of them."""
ROUND_S = 3600.0
"""After a whole round the next one begins this much later: rights may have come back meanwhile."""


class Expiry:
    """`step` ends a few of them while nobody is visiting. A restart only begins a new round."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._due = float("-inf")
        self._after = (0, 0)

    def step(self, now: float) -> None:
        """End what has expired, at most MOST vouchers. `now` is monotonic seconds."""
        world = self._world
        if now < self._due or not world.clock.trusted():
            return
        found = world.journal.expired(world.clock.now() - GRACE_US, self._after, MOST)
        if len(found) < MOST:
            self._after, self._due = (0, 0), now + ROUND_S
        else:
            last = found[-1]
            self._after, self._due = (last.redeem.expires, last.n), now + EVERY_S
        if sum([self._end(operation) for operation in found if operation.claim_held]):
            world.hub.nudge()

    def _end(self, operation: Operation) -> bool:
        """Nobody can use the paper any more: a printed voucher ends, an unknown one never was."""
        body = operation.redeem
        bodies: list[Body] = [Expire(op=body.op, voucher=body.voucher)]
        if operation.state == "unknown":
            bodies = undone(operation, "expired")
        try:
            self._world.journal.append(*(Draft(one, member=operation.member) for one in bodies))
        except NotHeld as gone:  # its right was let go at this very moment
            log.info("not ended: %s", gone)
            return False
        return True
