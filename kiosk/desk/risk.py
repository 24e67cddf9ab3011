"""Points that head office cannot be asked for: how many of them this kiosk may stand in for, by policy.

The budget is lent by head office on purpose and is this kiosk's own right: what offline spending can lose
never exceeds it. Visitors see nothing of it.
"""

from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.sync import Account


def allowance(world: World, account: Account, family: str) -> int:
    """Points of this member that this kiosk may stand in for now; 0 for cards not in the rule pack."""
    rule = world.rules().risk
    if family not in rule.families or not account.member:
        return 0
    left = rule.per_member - account.debt - unsettled(world, account)
    return max(0, min(left, world.journal.rights(acc.RISK)))


def unsettled(world: World, account: Account) -> int:
    """Points of this member that this kiosk stands in for and that head office's figures do not know yet."""
    journal, member = world.journal, account.member
    begun = {one.redeem.op: one for one in journal.own_lines(member, account.mark_n)}
    begun |= {one.redeem.op: one for one in journal.unresolved(member)}
    return sum(one.redeem.risk for one in begun.values() if one.state != "voided")
