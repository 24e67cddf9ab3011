"""What has to hold of the books and logs at any time, asked of any connection to them."""

from collections.abc import Iterator

import sqlalchemy as sa

from kiosk.hub.tables import balances, entries
from kiosk.ledger import entries as en

_ROWS_A_READ = 1000


def chain_holds(connection: sa.Connection, device: str) -> bool:
    """Whether the stored bytes of a device's log, from 1 without a gap, lead to the stored hashes."""
    previous, expected = en.GENESIS, 1
    for n, stored, held in _log(connection, device):
        previous = en.chained(previous, stored)
        if n != expected or previous != held:
            return False
        expected += 1
    return True


def sums_to_zero(connection: sa.Connection) -> bool:
    """Whether nothing was made or lost: every asset adds up to zero over all accounts."""
    total = sa.func.sum(balances.c.amount)
    odd = sa.select(balances.c.asset).group_by(balances.c.asset).having(total != 0).limit(1)
    return connection.scalar(odd) is None


def _log(connection: sa.Connection, device: str) -> Iterator[tuple[int, bytes, bytes]]:
    e = entries.c
    asked = sa.select(e.n, e.stored, e.hash).where(e.device == device).order_by(e.n)
    with connection.execute(asked.execution_options(yield_per=_ROWS_A_READ)) as rows:
        for n, stored, held in rows:
            yield n, bytes(stored), bytes(held)
