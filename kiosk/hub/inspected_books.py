"""Sums, balances and floors: what the database itself adds up."""

from collections.abc import Iterator

import sqlalchemy as sa

from kiosk.hub.books import has_floor
from kiosk.hub.findings import Finding, pieces
from kiosk.hub.recovery import era_of
from kiosk.hub.tables import balances, transfers


def sums_hold(connection: sa.Connection) -> Iterator[Finding]:
    """Nothing was made and nothing was lost: every asset adds up to zero over all accounts."""
    b = balances.c
    total = sa.func.sum(b.amount)
    odd = sa.select(b.asset, total).group_by(b.asset).having(total != 0).order_by(b.asset)
    for piece in pieces(connection, odd):
        for asset, units in piece:
            yield Finding(asset, f"sums to {units}")


def balances_are_moved(connection: sa.Connection) -> Iterator[Finding]:
    """Each balance is what its transfers brought, less what they took."""
    for piece in pieces(connection, unfounded()):
        for account, asset, kept, moved in piece:
            yield Finding(f"{account} {asset}", f"the balance is {kept}, the transfers say {moved}")


def transfers_move(connection: sa.Connection) -> Iterator[Finding]:
    """Each transfer moves one unit or more: what moves backwards has another name."""
    t = transfers.c
    for piece in pieces(connection, sa.select(t.id, t.amount).where(t.amount < 1).order_by(t.id)):
        yield from (Finding(f"transfer {name}", f"moves {amount} units") for name, amount in piece)


def unfounded() -> sa.Select[tuple[str, str, int, int]]:
    """(account, asset, balance, fold of the transfers) where the two differ."""
    t, b = transfers.c, balances.c
    nothing = sa.literal(0)
    gone = sa.select(t.source.label("account"), t.asset, nothing.label("kept"), (-t.amount).label("moved"))
    come = sa.select(t.target, t.asset, nothing, t.amount)
    kept = sa.select(b.account, b.asset, b.amount, nothing)
    every = sa.union_all(gone, come, kept).subquery().c
    balance, fold = sa.func.sum(every.kept), sa.func.sum(every.moved)
    told = sa.select(every.account, every.asset, balance, fold).group_by(every.account, every.asset)
    return told.having(balance != fold).order_by(every.account, every.asset)


def floors_hold(connection: sa.Connection) -> Iterator[Finding]:
    """Nobody but the world and what is disputed is below zero. While a recovery lasts that is not judged."""
    era = era_of(connection)
    if era is not None and era.recovering:
        return
    b = balances.c
    low = sa.select(balances).where(b.amount < 0).order_by(b.account, b.asset)
    for piece in pieces(connection, low):
        for account, asset, amount in piece:
            if has_floor(account):
                yield Finding(f"{account} {asset}", f"is below zero: {amount}")
