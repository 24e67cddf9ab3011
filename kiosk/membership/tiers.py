"""Tiers: where a member stands, and how far the next one is."""

from dataclasses import dataclass

from kiosk.membership.rules import Named, Rules


@dataclass(frozen=True, slots=True)
class Standing:
    """A member's tier. `missing` points to `following`; at the top both are empty and progress is 1."""

    tier: str
    name: Named
    following: str
    following_name: Named
    missing: int
    progress: float


def standing(rules: Rules, lifetime: int) -> Standing:
    """The tier that so many lifetime points have reached."""
    ladder = sorted(rules.tiers.items(), key=lambda rung: rung[1].begins)
    reached = [rung for rung in ladder if rung[1].begins <= lifetime] or ladder[:1]
    tier, rule = reached[-1]
    above = ladder[len(reached) :]
    if not above:
        return Standing(tier, rule.name, "", {}, 0, 1.0)
    following, goal = above[0]
    span = goal.begins - rule.begins
    progress = max(0.0, min(1.0, (lifetime - rule.begins) / span)) if span > 0 else 0.0
    return Standing(tier, rule.name, following, goal.name, goal.begins - lifetime, progress)
