"""Gifts that were delivered without the network: what this kiosk does not need goes to all of them."""

from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Returned
from kiosk.ports import Draft

KEPT = 10
"""Pieces of each gift that stay here. Head office lends again from `lease_low` down, which is fewer."""
EVERY_S = 60.0


class Surplus:
    """`step` gives some back while nobody is visiting and head office can be reached."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._due = float("-inf")

    def step(self, now: float) -> None:
        """Return what is more than KEPT. `now` is monotonic seconds."""
        world = self._world
        if now < self._due or world.connected is False:
            return
        self._due = now + EVERY_S
        assets = (acc.gift(gift.id) for gift in world.replica.gifts())
        drafts = [
            Draft(Returned(asset=asset, amount=spare))
            for asset in assets
            if (spare := world.journal.rights(asset) - KEPT) > 0
        ]
        if drafts:
            world.journal.append(*drafts)
            world.hub.nudge()
