"""Whether the books hold: the whole database read once, and everything in it that contradicts something else.

Rows are read in pieces, so a database of any size fits. Nothing is written and nothing is mended.
"""

from collections.abc import Callable, Iterator

import sqlalchemy as sa

from kiosk.hub.findings import Finding
from kiosk.hub.inspected_books import balances_are_moved, floors_hold, sums_hold, transfers_move
from kiosk.hub.inspected_logs import chains_hold, entries_moved, grants_moved, transfers_have_a_cause
from kiosk.hub.inspected_redemptions import redemptions_follow, rights_are_known, vouchers_are_counted
from kiosk.hub.inspected_sales import sales_moved

INSPECTIONS: dict[str, Callable[[sa.Connection], Iterator[Finding]]] = {
    "every asset sums to zero": sums_hold,
    "balances are what was moved": balances_are_moved,
    "transfers move something": transfers_move,
    "nobody is below zero": floors_hold,
    "logs are chained": chains_hold,
    "entries moved what they say": entries_moved,
    "grants moved what they say": grants_moved,
    "nothing moved without a cause": transfers_have_a_cause,
    "redemptions follow their entries": redemptions_follow,
    "rights to claim are of known vouchers": rights_are_known,
    "issued gifts are open vouchers": vouchers_are_counted,
    "sales moved what they say": sales_moved,
}
"""What is looked at, in this order, by what has to hold."""


def inspect(connection: sa.Connection) -> Iterator[Finding]:
    """Everything that does not hold, of one transaction that sees one state; nothing when all is well."""
    for look in INSPECTIONS.values():
        yield from look(connection)
