"""Logs and transfers against each other: each entry moved what it says, each transfer has a cause."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import msgspec
import sqlalchemy as sa

from kiosk.hub.books import disputed
from kiosk.hub.bulk import among
from kiosk.hub.findings import Finding, pieces
from kiosk.hub.intake import BRINGS_NOTHING, OTHER_STORE, TOO_CHEAP
from kiosk.hub.rebooking import retired
from kiosk.hub.recovery_tables import standings
from kiosk.hub.soundness import chain_holds
from kiosk.hub.tables import devices, entries, grants, redemptions, transfers
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.ledger.legs import LooseEnd, Redemptions, Transfer, grant_transfer_id, moves_of

_DISPUTED = ("overdrawn", "operation-disputed", TOO_CHEAP, OTHER_STORE, *BRINGS_NOTHING)
_LEGS_MAX = 4


def took_effect(verdict: str, reason: str) -> bool:
    """Whether an entry with this verdict changed anything: of those disputed some did."""
    return verdict == "posted" or (verdict == "disputed" and reason in _DISPUTED)


def chains_hold(connection: sa.Connection) -> Iterator[Finding]:
    """Each device's log is whole from 1, and its bytes lead to its hashes; no log is of an unknown device."""
    known = set(connection.scalars(sa.select(devices.c.device)))
    logs = set(connection.scalars(sa.select(entries.c.device).distinct()))
    yield from (Finding(device, "has a log, and is not enrolled") for device in sorted(logs - known))
    for device in sorted(known | logs):
        if not chain_holds(connection, device):
            yield Finding(device, "its log is not one chain from 1 on")


def entries_moved(connection: sa.Connection) -> Iterator[Finding]:
    """Each entry that took effect has exactly the transfers that its bytes call for; no other has any."""
    e = entries.c
    aside = _retired(connection)
    asked = sa.select(e.device, e.n, e.id, e.kind, e.op, e.stored, e.verdict, e.reason)
    for piece in pieces(connection, asked.order_by(e.device, e.n)):
        known = _known(connection, {row.op for row in piece if row.op})
        names = [name for row in piece if row.id for name in _leg_names(row.id)]
        kept = _transfers(connection, names)
        for row in piece:
            place = f"{row.device} entry {row.n} ({row.kind})"
            try:
                expected = _expected(row, known)
            except (en.MalformedEntry, LooseEnd) as wrong:
                yield Finding(place, f"is {row.verdict}, and its bytes say nothing that could be: {wrong}")
                continue
            for name in _leg_names(row.id) if row.id else ():
                told, booked = expected.get(name), kept.get(name)
                if not _agree(told, booked, _places(row.device, row.verdict, aside)):
                    yield Finding(place, f"moves {_said(told)}, and {_said(booked)} is booked as {name}")


def grants_moved(connection: sa.Connection) -> Iterator[Finding]:
    """Each grant moved what it says into its device's escrow."""
    g = grants.c
    aside = _retired(connection)
    asked = sa.select(g.gid, g.device, g.asset, g.amount, g.member).order_by(g.gid)
    for piece in pieces(connection, asked):
        kept = _transfers(connection, [grant_transfer_id(row.gid) for row in piece])
        for row in piece:
            name = grant_transfer_id(row.gid)
            ends = acc.source(row.asset, row.member), acc.escrow(row.device, row.member)
            told, booked = Transfer(name, *ends, row.asset, row.amount), kept.get(name)
            if not _agree(told, booked, _places(row.device, "posted", aside)):
                yield Finding(f"grant {row.gid}", f"moves {_said(told)}, and {_said(booked)} is booked")


def transfers_have_a_cause(connection: sa.Connection) -> Iterator[Finding]:
    """What bears an entry's name was moved by an entry that took effect; what bears a grant's, by a grant.

    Other names have a colon: they are head office's own (credits, refills, merges, settlements).
    """
    t = transfers.c
    bare = sa.select(t.id).where(~t.id.contains(":", autoescape=True)).order_by(t.id)
    for piece in pieces(connection, bare):
        causes = {name: name.partition(".")[0] for (name,) in piece}
        real = _effective(connection, set(causes.values()))
        for name, cause in causes.items():
            if cause not in real:
                yield Finding(f"transfer {name}", "no entry that took effect moved this")
    prefix = grant_transfer_id("")
    orphans = sa.select(t.id).where(t.id.startswith(prefix, autoescape=True))
    made = sa.exists().where(grants.c.gid == sa.func.substr(t.id, len(prefix) + 1))
    for piece in pieces(connection, orphans.where(~made).order_by(t.id)):
        yield from (Finding(f"transfer {name}", "there is no such grant") for (name,) in piece)


# --- inside ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Places:
    """Where what an entry moves may lie instead: with a retired device's rights, or with what is disputed."""

    aside: Callable[[str], str]
    disputed: str | None


def _places(device: str, verdict: str, aside: set[str]) -> _Places:
    mine = acc.escrow(device)

    def placed(account: str) -> str:
        ours = device in aside and (account == mine or account.startswith(f"{mine}:"))
        return account.replace(mine, retired(device), 1) if ours else account

    return _Places(placed, disputed(device) if verdict == "disputed" else None)


def _agree(told: Transfer | None, booked: Transfer | None, places: _Places) -> bool:
    if told == booked:
        return True
    if told is None or booked is None:
        return False
    elsewhere = replace(told, source=places.aside(told.source), target=places.aside(told.target))
    same = {told, elsewhere, replace(told, target=elsewhere.target), replace(told, source=elsewhere.source)}
    if places.disputed:
        same |= {replace(one, target=places.disputed) for one in same}
    return booked in same


def _expected(row: sa.Row[tuple[object, ...]], known: Redemptions) -> Mapping[str, Transfer]:
    """Transfer id -> what the stored bytes call for. Grants are booked under their own name."""
    if not took_effect(row.verdict, row.reason):
        return {}
    entry = en.decode(bytes(row.stored))
    body = en.body_of(entry)
    if body is None or isinstance(body, en.Granted):
        return {}
    return {leg.id: leg for leg in moves_of(row.device, entry, body, known) if leg.amount}


def _leg_names(entry: str) -> Iterator[str]:
    return (entry if place == 0 else f"{entry}.{place}" for place in range(_LEGS_MAX))


def _transfers(connection: sa.Connection, names: list[str]) -> dict[str, Transfer]:
    t = transfers.c
    asked = sa.select(t.id, t.source, t.target, t.asset, t.amount)
    rows = connection.execute(asked.where(among(connection, t.id, names)))
    return {row.id: Transfer(*row) for row in rows}


def _known(connection: sa.Connection, ops: set[str]) -> Redemptions:
    r = redemptions.c
    asked = sa.select(r.op, r.body, r.member).where(among(connection, r.op, sorted(ops)))
    rows = connection.execute(asked)
    return {op: (msgspec.msgpack.decode(body, type=en.Redeem), member) for op, body, member in rows}


def _effective(connection: sa.Connection, names: Iterable[str]) -> set[str]:
    """Those of these entry ids that took effect."""
    e = entries.c
    asked = sa.select(e.id, e.verdict, e.reason).where(among(connection, e.id, sorted(names)))
    return {name for name, verdict, reason in connection.execute(asked) if took_effect(verdict, reason)}


def _retired(connection: sa.Connection) -> set[str]:
    s = standings.c
    return set(connection.scalars(sa.select(s.device).where(s.retired_at.is_not(None))))


def _said(leg: Transfer | None) -> str:
    return f"{leg.amount} {leg.asset} from {leg.source} to {leg.target}" if leg else "nothing"
