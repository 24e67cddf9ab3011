"""Once-only benefits as the rule pack names them: which are given today, and under which name."""

from kiosk.desk.world import World
from kiosk.ledger import accounts as acc


def today_of(world: World, rule: str) -> str:
    """The asset of this benefit today, by the shop's calendar; KeyError if no rule gives it."""
    day = world.say.local(world.clock.now()).date()
    return acc.entitlement(rule, world.rules().entitlements[rule].period_of(day))


def due(world: World, rule: str) -> bool:
    """Whether a rule gives points for this at a kiosk."""
    found = world.rules().entitlements.get(rule)
    return found is not None and found.points > 0
