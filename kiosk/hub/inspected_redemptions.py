"""Redemptions against the entries that tell of them, and against what is held for them in the books."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from kiosk.hub.books import DISPUTED
from kiosk.hub.bulk import among
from kiosk.hub.findings import Finding, pieces
from kiosk.hub.inspected_logs import took_effect
from kiosk.hub.operations import FINAL, Follower, Operation, step
from kiosk.hub.rebooking import retired
from kiosk.hub.recovery import era_of
from kiosk.hub.refunds import RIGHT_BACK, refund_id
from kiosk.hub.second_branch import BRANCH
from kiosk.hub.tables import balances, entries, redemptions, transfers
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en

REFUNDED = "refunded"
_Told = dict[str, list[tuple[str, str, en.Entry]]]
"""op -> (device, verdict, entry) of what took effect, each device's in its order."""
_Held = dict[str, list[tuple[str, str, int]]]
"""Asset or account -> (account, asset, units)."""


def redemptions_follow(connection: sa.Connection) -> Iterator[Finding]:
    """Each redemption is where its entries lead, and the books hold for it what is open."""
    era = era_of(connection)
    for piece in pieces(connection, sa.select(redemptions).order_by(redemptions.c.op)):
        ops = [row.op for row in piece]
        told, settled = _told(connection, ops), _settled(connection, ops)
        held = _held(connection, balances.c.account, [acc.held(op) for op in ops])
        rights = _held(connection, balances.c.asset, [acc.claim(row.voucher) for row in piece])
        for row in piece:
            yield from _as_told(row, told.get(row.op, []), settled.get(row.op, ""))
            yield from _as_held(row, held.get(acc.held(row.op), []))
            if era is None or not era.recovering:
                yield from _right_is_in_one_place(row, rights.get(acc.claim(row.voucher), []))
    yield from _begun_but_unknown(connection)


def rights_are_known(connection: sa.Connection) -> Iterator[Finding]:
    """Nobody holds a right to claim, or points for an operation, that no redemption speaks of."""
    b, r = balances.c, redemptions.c
    claims, ops = acc.claim(""), acc.held("")
    # The names are cut, not put together: that way the index on the redemptions' side is used.
    known = sa.exists().where(r.voucher == sa.func.substr(b.asset, len(claims) + 1))
    rights = sa.select(b.account, b.asset).where(b.asset.startswith(claims, autoescape=True), ~known)
    begun = sa.exists().where(r.op == sa.func.substr(b.account, len(ops) + 1))
    held = sa.select(b.account, b.asset).where(b.account.startswith(ops, autoescape=True), ~begun)
    for asked in (rights, held):
        for piece in pieces(connection, asked.where(b.amount != 0).order_by(b.account, b.asset)):
            yield from (Finding(f"{account} {asset}", "of no redemption") for account, asset in piece)


def vouchers_are_counted(connection: sa.Connection) -> Iterator[Finding]:
    """`issued` has one piece for each voucher that may still be claimed."""
    r, b = redemptions.c, balances.c
    is_open = (r.state != "voided") & ~r.claimed & ~r.expired
    rows = connection.execute(sa.select(r.gift, sa.func.count()).where(is_open).group_by(r.gift))
    counted = {acc.gift(gift): int(many) for gift, many in rows}
    kept = connection.execute(sa.select(b.asset, b.amount).where(b.account == acc.ISSUED, b.amount != 0))
    issued = {asset: int(amount) for asset, amount in kept}
    for asset in sorted(counted.keys() | issued.keys()):
        if counted.get(asset, 0) != issued.get(asset, 0):
            vouchers, there = counted.get(asset, 0), issued.get(asset, 0)
            yield Finding(f"{acc.ISSUED} {asset}", f"has {there}, and {vouchers} vouchers are open")


# --- inside ---------------------------------------------------------------------------------------


def _told(connection: sa.Connection, ops: Sequence[str]) -> _Told:
    e = entries.c
    asked = sa.select(e.op, e.device, e.stored, e.verdict, e.reason).where(among(connection, e.op, ops))
    told: _Told = defaultdict(list)
    for op, device, stored, verdict, reason in connection.execute(asked.order_by(e.device, e.n)):
        if took_effect(verdict, reason):
            told[op].append((device, verdict, en.decode(bytes(stored))))
    return told


def _settled(connection: sa.Connection, ops: Sequence[str]) -> dict[str, str]:
    """Operation that two people ended -> how: only a void brings a piece back, or points given back."""
    t = transfers.c
    names = [f"settled:{op}{leg}" for op in ops for leg in ("", ".1", ".2", ".3", ".4")]
    back = {f"{refund_id(op)}{leg}": op for op in ops for leg in ("", RIGHT_BACK)}
    given = connection.scalars(sa.select(t.id).where(among(connection, t.id, list(back))))
    how = {back[name]: REFUNDED for name in given}
    for name, asset in connection.execute(sa.select(t.id, t.asset).where(among(connection, t.id, names))):
        op = name.removeprefix("settled:").partition(".")[0]
        if how.get(op) == REFUNDED:
            continue
        how[op] = "voided" if asset.startswith(acc.gift("")) else how.get(op, "posted")
    return how


def _held(connection: sa.Connection, column: sa.Column[str], names: Sequence[str]) -> _Held:
    held: _Held = defaultdict(list)
    asked = sa.select(balances).where(among(connection, column, names), balances.c.amount != 0)
    for row in connection.execute(asked.order_by(balances.c.account, balances.c.asset)):
        held[getattr(row, column.name)].append((row.account, row.asset, row.amount))
    return held


def _as_told(row: sa.Row[Any], told: list[tuple[str, str, en.Entry]], settled: str) -> Iterator[Finding]:
    subject = f"redemption {row.op}"
    began = [(device, entry) for device, _, entry in told if isinstance(en.body_of(entry), en.Redeem)]
    if len(began) != 1:
        yield Finding(subject, f"{len(began)} entries begin it")
        return
    ((device, first),) = began
    redeem = en.body_of(first)
    assert isinstance(redeem, en.Redeem)
    doubtful = any(verdict == "disputed" for _, verdict, _ in told)
    operation = Operation(
        device, first.member or "", first.at, redeem, "redeemed",
        claimed=False, disputed=doubtful, expired=False, holder=device,
    )  # fmt: skip
    for _, _, entry in sorted(told, key=lambda one: one[0] != device):  # the issuer's own first
        body = en.body_of(entry)
        if isinstance(body, Follower):
            step(operation, body)
    if settled == REFUNDED:
        operation.state = "voided"
    elif operation.state not in FINAL:
        # Who settled a gift that costs nothing as posted moved nothing, so nothing tells of it.
        free = row.state if row.state == "posted" and not redeem.points else ""
        operation.state = settled or free or operation.state
    kept, says = _facts_of_row(row), _facts(operation)
    for name, fact in says.items():
        if kept[name] != fact:
            yield Finding(subject, f"{name} is {kept[name]}, its entries say {fact}")


def _facts(operation: Operation) -> dict[str, object]:
    redeem = operation.redeem
    return {
        "device": operation.device, "member": operation.member, "at": operation.at, "redeem": redeem,
        "gift": redeem.gift, "points": redeem.points, "voucher": redeem.voucher, "expires": redeem.expires,
        "state": operation.state, "claimed": operation.claimed, "expired": operation.expired,
        "disputed": operation.disputed,
    }  # fmt: skip


def _facts_of_row(row: sa.Row[Any]) -> dict[str, object]:
    names = ("device", "member", "at", "gift", "points", "voucher", "expires", "state", "claimed", "expired")
    redeem = msgspec.msgpack.decode(row.body, type=en.Redeem)
    return {name: getattr(row, name) for name in (*names, "disputed")} | {"redeem": redeem}


def _as_held(row: sa.Row[Any], held: list[tuple[str, str, int]]) -> Iterator[Finding]:
    redeem = msgspec.msgpack.decode(row.body, type=en.Redeem)
    due: dict[str, int] = {}
    if row.state not in FINAL:
        due = {acc.POINTS: redeem.points - redeem.risk, acc.RISK: redeem.risk}
        due |= {redeem.benefit: redeem.benefit_units} if redeem.benefit else {}
    there = {asset: units for _, asset, units in held}
    if there != {asset: units for asset, units in due.items() if units}:
        yield Finding(
            f"redemption {row.op}", f"is {row.state}, and {acc.held(row.op)} holds {there or 'nothing'}"
        )


def _right_is_in_one_place(row: sa.Row[Any], held: list[tuple[str, str, int]]) -> Iterator[Finding]:
    """The books and the redemption agree who holds the right to claim. What is disputed may lie aside."""
    ends = {acc.WORLD, acc.SPENT}
    places = {account: units for account, _, units in held if account not in ends}
    shown = {account: units for account, units in places.items() if not account.startswith(DISPUTED)}
    if row.holder is None:
        fits = not shown
    elif row.holder == "":
        fits = shown == {acc.source(acc.claim(row.voucher), None): 1} or (row.disputed and not shown)
    else:
        may = (acc.escrow(row.holder), retired(row.holder), BRANCH + row.holder)
        fits = any(shown == {account: 1} for account in may) or (row.disputed and not shown)
    if not fits:
        holder = {None: "nobody", "": "head office"}.get(row.holder, row.holder)
        yield Finding(f"voucher {row.voucher}", f"{holder} has the right to claim it, the books say {places}")


def _begun_but_unknown(connection: sa.Connection) -> Iterator[Finding]:
    """A redemption that took effect in a log, and is nowhere else."""
    e = entries.c
    kept = sa.exists().where(redemptions.c.op == e.op)
    asked = sa.select(e.device, e.n, e.verdict, e.reason).where(e.kind == en.Redeem.KIND, ~kept)
    for piece in pieces(connection, asked.order_by(e.device, e.n)):
        for device, n, verdict, reason in piece:
            if took_effect(verdict, reason):
                yield Finding(f"{device} entry {n}", "began a redemption that is not here")
