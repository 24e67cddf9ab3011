"""Devices that will not serve again: what they held is set aside, and people decide what becomes of it.

Every act here takes two people (`Pair`), for exactly this subject. A retired device's log is still taken in
when it comes: what it spent it takes from what was set aside for it, not from thin air.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

import sqlalchemy as sa

from kiosk.hub.books import Books, disputed
from kiosk.hub.changes import touch
from kiosk.hub.declined import Declined
from kiosk.hub.intake import gives_rights
from kiosk.hub.operations import OpenBook, Operation
from kiosk.hub.rebooking import retired
from kiosk.hub.recovery import awaited, hold, put_standing
from kiosk.hub.recovery_tables import standings
from kiosk.hub.revoked import list_void
from kiosk.hub.staff import Pair
from kiosk.hub.tables import balances, devices, members, redemptions
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import Transfer, transfers

_COUNTED = "suspense:counted:"
_OPEN = ("redeemed", "printing", "unknown")


def retire(connection: sa.Connection, device: str, pair: Pair, now: int) -> None:
    """Out of service for ever: no rights, no answers. `suspense:retired:DEVICE[:MEMBER]` has what it held."""
    _check(pair, device)
    hold(connection)
    held = _device(connection, device)
    if held.retired_at is not None:
        raise Declined(409, "retired", f"{device} was retired before")
    put_standing(connection, device, retired_at=now)
    books = Books(connection)
    for account, asset, amount in _holdings(connection, acc.escrow(device)):
        aside = account.replace(acc.escrow(device), retired(device), 1)
        books.move(Transfer(f"retire:{account}:{asset}", account, aside, asset, amount))
    books.write()
    at_home = members.c.home == device
    touch(connection, list(connection.scalars(sa.select(members.c.id).where(at_home))))
    connection.execute(sa.update(members).where(at_home).values(home=None))


def close(connection: sa.Connection, device: str, pair: Pair, name: str) -> None:
    """Nothing more will come: what is left goes back to members and pools. `name` is a fresh id.

    Rights to claim stay: their vouchers are out there, and `move_claim` hands them on.
    """
    _check(pair, device)
    if _device(connection, device).retired_at is None:
        raise Declined(409, "not-retired", f"{device} is in service")
    unsettled = connection.scalar(
        sa.select(sa.func.count()).where(redemptions.c.device == device, redemptions.c.state.in_(_OPEN))
    )
    if unsettled:
        raise Declined(409, "open-operations", f"settle its {unsettled} open operations first")
    books = Books(connection)
    for place, (account, asset, amount) in enumerate(_holdings(connection, retired(device))):
        if acc.voucher_of(asset):
            continue
        member = account.removeprefix(retired(device)).removeprefix(":")
        back = acc.source(asset, member or None)
        books.move(Transfer(f"closed:{name}.{place}", account, back, asset, amount))
    books.write()


def set_aside(connection: sa.Connection, device: str, pair: Pair, missing: Mapping[str, int]) -> None:
    """Let the recovery end without this device, which was lost before it could tell what it did.

    `missing` are the pieces of each gift that a stock count did not find: they leave the pool.
    """
    _check(pair, device)
    era = hold(connection)
    _device(connection, device)
    if era is None or not era.recovering or device not in awaited(connection, era):
        raise Declined(409, "not-awaited", f"no recovery waits for {device}")
    put_standing(connection, device, aside_gen=era.gen)
    books = Books(connection)
    for gift, pieces in sorted(missing.items()):
        leg = Transfer(
            f"counted:{era.gen}:{device}:{gift}", acc.pool(gift), _COUNTED + device, acc.gift(gift), pieces
        )
        if pieces < 0 or books.short(leg):
            raise Declined(409, "stock", f"{pieces} pieces of {gift} are not in the pool")
        books.move(leg)
    books.write()


def settle(connection: sa.Connection, op: str, how: Literal["post", "void"], pair: Pair) -> None:
    """End an open operation of a device that serves nobody any more: the member got the voucher, or not."""
    _check(pair, op)
    operation = _operation(connection, op)
    device = _device(connection, operation.device)
    if operation.state not in _OPEN:
        raise Declined(409, f"already-{operation.state}", f"{op} has ended")
    if not device.frozen and device.retired_at is None:
        raise Declined(409, "issuer-serves", f"{operation.device} is in service and settles {op} itself")
    body = en.Post(op=op, reason="two-people") if how == "post" else en.Void(op=op, reason="two-people")
    if how == "void" and (operation.ended or operation.holder != operation.device):
        raise Declined(409, "right-elsewhere", f"the right to claim {operation.redeem.voucher} is elsewhere")
    entry = en.Entry(n=0, id=f"settled:{op}", kind=body.KIND, at=0, zone="UTC", pack=0, body=en.raw(body))
    books = Books(connection)
    for leg in transfers(operation.device, entry, {op: (operation.redeem, operation.member)}):
        for one in _covered(
            books, _as_settled(leg, operation, is_retired=device.retired_at is not None), operation
        ):
            books.move(one)
    if how == "void" and operation.state != "redeemed":
        list_void(connection, [(operation.redeem.voucher, op, operation.redeem.expires)])
    operation.state = "posted" if how == "post" else "voided"
    operation.hand(operation.holder if how == "post" else None)
    _write(connection, books, op, operation)


def move_claim(connection: sa.Connection, voucher: str, pair: Pair, name: str) -> None:
    """Take the right to claim from a device that serves nobody: the next counter that asks is granted it."""
    _check(pair, voucher)
    op = connection.scalar(sa.select(redemptions.c.op).where(redemptions.c.voucher == voucher))
    if op is None:
        raise Declined(404, "voucher-unknown", "no log that has arrived speaks of this voucher")
    operation = _operation(connection, op)
    if operation.ended or not operation.holder:
        raise Declined(409, "no-holder", f"{voucher} is {operation.ended or 'at head office'}")
    device = _device(connection, operation.holder)
    if not device.frozen and device.retired_at is None:
        raise Declined(409, "holder-serves", f"{operation.holder} is in service: it can be asked")
    asset = acc.claim(voucher)
    held = retired(operation.holder) if device.retired_at is not None else acc.escrow(operation.holder)
    leg = Transfer(f"moved:{name}", held, acc.source(asset, None), asset, 1)
    books = Books(connection)
    if books.short(leg):
        raise Declined(409, "no-right", f"{operation.holder} has no right to claim {voucher}")
    books.move(leg)
    operation.hand("")
    _write(connection, books, op, operation)


def _as_settled(leg: Transfer, operation: Operation, *, is_retired: bool) -> Transfer:
    """Rights go to whom they belong instead of back to the device."""
    mine = acc.escrow(operation.device)
    source, target = leg.source, leg.target
    if source == mine and is_retired:
        source = retired(operation.device)
    if target == mine or target.startswith(f"{mine}:"):
        target = acc.source(leg.asset, target.removeprefix(mine).removeprefix(":") or None)
    return Transfer(leg.id, source, target, leg.asset, leg.amount)


def _covered(books: Books, leg: Transfer, operation: Operation) -> Iterator[Transfer]:
    """Of a disputed operation nobody gets rights: it may have held what its device never had."""
    if not operation.disputed:
        yield leg
        return
    aside = disputed(operation.device)
    if short := books.short(leg):
        yield Transfer(f"cover:{leg.id}", aside, leg.source, leg.asset, short)
    yield replace(leg, target=aside if gives_rights(leg) else leg.target)


def _write(connection: sa.Connection, books: Books, op: str, operation: Operation) -> None:
    changed = {"state": operation.state, "holder": operation.holder}
    connection.execute(sa.update(redemptions).where(redemptions.c.op == op).values(**changed))
    books.write()


def _check(pair: Pair, subject: str) -> None:
    if pair.subject != subject or pair.first == pair.second:
        raise Declined(403, "pair", f"these two people were not asked about {subject}")


def _device(connection: sa.Connection, device: str) -> sa.Row[Any]:
    asked = sa.select(devices, standings.c.retired_at).where(devices.c.device == device)
    joined = asked.outerjoin(standings, standings.c.device == devices.c.device)
    found = connection.execute(joined.with_for_update(of=devices)).one_or_none()
    if found is None:
        raise Declined(404, "device-unknown", f"{device} is not enrolled")
    return found


def _operation(connection: sa.Connection, op: str) -> Operation:
    book = OpenBook(connection)
    book.need([op]).shelf.fetch([op])
    if op not in book.operations:
        raise Declined(404, "operation-unknown", f"no log that has arrived speaks of {op}")
    return book.operations[op]


def _holdings(connection: sa.Connection, account: str) -> list[tuple[str, str, int]]:
    """(account, asset, units) of everything that a device holds, of its own and for members."""
    b = balances.c
    mine = (b.account == account) | b.account.startswith(f"{account}:", autoescape=True)
    rows = connection.execute(sa.select(balances).where(mine, b.amount > 0).order_by(b.account, b.asset))
    return [(row.account, row.asset, row.amount) for row in rows]
