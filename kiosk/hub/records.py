"""What a technician may read of the books: counts and states, never a name."""

import sqlalchemy as sa

from kiosk.hub.declined import Declined
from kiosk.hub.limits import limits_met
from kiosk.hub.office import HeadOffice
from kiosk.hub.recovery import awaited, hold
from kiosk.hub.recovery_tables import generations, standings
from kiosk.hub.second_branch import told_by
from kiosk.hub.soundness import chain_holds, sums_to_zero
from kiosk.hub.tables import balances, branches, devices, entries, redemptions, transfers
from kiosk.ledger import accounts as acc

__all__ = [
    "balance_of",
    "chain_holds",
    "device_record",
    "health",
    "record_of",
    "recovery_record",
    "sums_to_zero",
]


def health(office: HeadOffice) -> dict[str, object]:
    """That the database answers, and the generation."""
    with office.engine.begin() as connection:
        connection.scalar(sa.select(sa.literal(1)))
    return {"ok": True, "gen": office.generation, "now": office.now()}


def record_of(office: HeadOffice, voucher: str) -> dict[str, object]:
    """Where a voucher's redemption stands, the member's points, and whether its device's log is whole."""
    with office.engine.begin() as connection:
        found = connection.execute(
            sa.select(redemptions).where(redemptions.c.voucher == voucher)
        ).one_or_none()
        if found is None:
            raise Declined(404, "voucher-unknown", "no log that has arrived speaks of this voucher")
        return {
            "voucher": voucher,
            "op": found.op,
            "device": found.device,
            "member": found.member,
            "gift": found.gift,
            "points": found.points,
            "state": found.state,
            "claimed": found.claimed,
            "disputed": found.disputed,
            "member_points": _points(connection, acc.member(found.member)),
            "escrow_points": _points(connection, acc.escrow(found.device, found.member)),
            "entries": _count(connection, entries, found.device),
            "chain_ok": chain_holds(connection, found.device),
        }


def balance_of(office: HeadOffice, device: str) -> dict[str, object]:
    """A device's log and what it holds; `sums_to_zero` over the whole of the books."""
    with office.engine.begin() as connection:
        kiosk = connection.execute(sa.select(devices).where(devices.c.device == device)).one_or_none()
        if kiosk is None:
            raise Declined(404, "device-unknown", "this kiosk is not enrolled")
        mine = (balances.c.account == acc.escrow(device)) | balances.c.account.startswith(
            acc.escrow(device) + ":", autoescape=True
        )
        held = connection.execute(sa.select(balances).where(mine, balances.c.amount != 0))
        return {
            "device": device,
            "frozen": kiosk.frozen,
            "down_ack": kiosk.down_ack,
            "entries": _count(connection, entries, device),
            "not_posted": _count(connection, entries, device, entries.c.verdict != "posted"),
            "branch_entries": _count(connection, branches, device),
            "chain_ok": chain_holds(connection, device),
            "sums_to_zero": sums_to_zero(connection),
            "held": [[row.account, row.asset, row.amount] for row in held],
        }


def device_record(office: HeadOffice, device: str) -> dict[str, object]:
    """A device's way: whether it serves, how far its log is here, and what a second log gave away."""
    told = balance_of(office, device)
    with office.engine.begin() as connection:
        s = standings.c
        way = connection.execute(sa.select(standings).where(s.device == device)).mappings().one_or_none()
        e = entries.c
        odd = sa.select(e.verdict, e.reason, sa.func.count()).where(e.device == device, e.verdict != "posted")
        rows = connection.execute(odd.group_by(e.verdict, e.reason).order_by(e.verdict, e.reason))
        return told | {
            "standing": dict(way) if way else {},
            "reasons": [list(row) for row in rows],
            "limits": [list(row) for row in connection.execute(limits_met(device))],
            "second_branch": [[one.n, one.what, one.voucher, one.op] for one in told_by(connection, device)],
        }


def recovery_record(office: HeadOffice) -> dict[str, object]:
    """The generations, whose logs are missing, and what had to be covered at the end."""
    with office.engine.begin() as connection:
        era = hold(connection)
        assert era is not None
        rows = connection.execute(sa.select(generations).order_by(generations.c.gen)).mappings()
        t = transfers.c
        covered = sa.select(t.target, t.asset, t.amount).where(t.id.startswith("floor:", autoescape=True))
        return {
            "gen": era.gen,
            "recovering": era.recovering,
            "awaited": list(awaited(connection, era)) if era.recovering else [],
            "generations": [dict(row) for row in rows],
            "covered": [list(row) for row in connection.execute(covered.order_by(t.id))],
        }


def _count(
    connection: sa.Connection, table: sa.Table, device: str, also: sa.ColumnElement[bool] | None = None
) -> int:
    asked = sa.select(sa.func.count()).select_from(table).where(table.c.device == device)
    return int(connection.scalar(asked if also is None else asked.where(also)) or 0)


def _points(connection: sa.Connection, account: str) -> int:
    b = balances.c
    asked = sa.select(b.amount).where(b.account == account, b.asset == acc.POINTS)
    return int(connection.scalar(asked) or 0)
