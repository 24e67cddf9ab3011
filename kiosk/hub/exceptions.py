"""The exceptions desk: all of a store that people have to look into, in one list. Nothing is ever dropped.

Whoever looked into an item says so; it then leaves the open list and stays in the whole one, with their name.
An item that something ends by itself (a print, a move on a card) is listed until that is journalled.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from kiosk.hub import exception_words as words
from kiosk.hub.bulk import among
from kiosk.hub.declined import Declined
from kiosk.hub.exception_cards import open_cards
from kiosk.hub.exception_items import Item, Kiosk, Remedy
from kiosk.hub.findings import pieces
from kiosk.hub.member_tables import doubts
from kiosk.hub.recovery_tables import standings
from kiosk.hub.tables import devices, entries, members, metadata, redemptions
from kiosk.ledger import entries as en

NOTE_MAX = 500
_OPEN = ("redeemed", "printing", "unknown")
_LOOKED_AT = ("record", "doubt")
_ODD = ("disputed", "quarantined")

looked_into = sa.Table(
    "looked_into",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)
"""Who looked into an exception, by its key, and what they found. The first one's word stands."""


@dataclass(frozen=True, slots=True)
class Look:
    """Who looked into the item `key` and what they found; `own` is the member they are themselves, or ''."""

    key: str
    who: str
    note: str
    own: str = ""


def exceptions(connection: sa.Connection, store: str, *, seen: bool = False) -> list[Item]:
    """Everything of a store, oldest first; what somebody looked into only when `seen`."""
    kiosks = _kiosks(connection, store)
    found = [
        *_records(connection, kiosks),
        *_prints(connection, kiosks),
        *_doubts(connection, kiosks),
        *open_cards(connection, kiosks),
        *_frozen(kiosks),
    ]
    done = {row.key: row for row in connection.execute(sa.select(looked_into))}
    names = _names(connection, {item.member for item in found})
    told = (
        replace(
            item,
            name=names.get(item.member, ""),
            seen_by=done[item.key].who if item.key in done else item.seen_by,
            note=done[item.key].note if item.key in done else "",
        )
        for item in found
    )
    return sorted((item for item in told if seen or not item.seen_by), key=lambda one: (one.at, one.key))


def look_into(connection: sa.Connection, store: str, look: Look, at: int) -> None:
    """Somebody looked into an item. Declined (404): there is none, or somebody has already.

    403 own-account. 409: it ends by being settled, not by being looked at. 422: what they found is not told.
    """
    if not 0 < len(look.note.strip()) <= NOTE_MAX:
        raise Declined(422, "note", f"say what you found, in at most {NOTE_MAX} characters")
    item = next((one for one in exceptions(connection, store) if one.key == look.key), None)
    if item is None:
        raise Declined(404, "exception-unknown", "nothing is open under this name")
    if item.member and item.member == look.own:
        raise Declined(403, "own-account", "nobody acts on their own account")
    if item.what not in _LOOKED_AT:
        raise Declined(409, "not-settled", "this one leaves the list when it is settled")
    row = {"key": look.key, "who": look.who, "note": look.note.strip(), "at": at}
    connection.execute(sa.insert(looked_into).values(**row))
    if item.what == "doubt":
        mine = doubts.c.entry == look.key.removeprefix("doubt:")
        connection.execute(sa.update(doubts).where(mine).values(seen_by=look.who))


def _kiosks(connection: sa.Connection, store: str) -> dict[str, Kiosk]:
    d, s = devices.c, standings.c
    asked = sa.select(d.device, d.kiosk, d.frozen, s.retired_at)
    joined = asked.select_from(devices.outerjoin(standings, d.device == s.device)).where(d.store == store)
    return {
        row.device: Kiosk(row.kiosk, row.frozen, row.retired_at is not None)
        for row in connection.execute(joined)
    }


def _records(connection: sa.Connection, kiosks: dict[str, Kiosk]) -> Iterator[Item]:
    e, r = entries.c, redemptions.c
    asked = (
        sa.select(e.device, e.n, e.kind, e.stored, e.verdict, e.reason, r.voucher, r.claimed)
        .select_from(entries.outerjoin(redemptions, e.op == r.op))
        .where(among(connection, e.device, sorted(kiosks)), e.verdict.in_(_ODD))
        .order_by(e.device, e.n)
    )
    for rows in pieces(connection, asked):
        for row in rows:
            at, member = _when_and_who(row.stored)
            open_voucher = row.voucher if row.voucher and not row.claimed else ""
            yield Item(
                key=f"record:{row.device}:{row.n}",
                what="record",
                at=at,
                device=row.device,
                kiosk=kiosks[row.device].number,
                member=member,
                reason=row.reason,
                told=f"record {row.n} ({row.kind}) is {row.verdict}",
                means=words.meaning(row.verdict, row.reason),
                remedies=(Remedy("revoke-voucher", open_voucher),) if open_voucher else (),
            )


def _when_and_who(stored: bytes) -> tuple[int, str]:
    try:
        entry = en.decode(stored)
    except en.MalformedEntry:
        return 0, ""
    return entry.at, entry.member or ""


def _prints(connection: sa.Connection, kiosks: dict[str, Kiosk]) -> Iterator[Item]:
    r = redemptions.c
    asked = sa.select(r.op, r.device, r.member, r.voucher, r.gift, r.points, r.at, r.state, r.holder).where(
        among(connection, r.device, sorted(kiosks)), r.state.in_(_OPEN), r.claimed.is_(False)
    )
    for row in connection.execute(asked):
        kiosk = kiosks[row.device]
        gone = kiosk.retired or bool(kiosk.frozen)
        if row.state != "unknown" and not gone:
            continue  # it is being printed, or the kiosk settles it when it starts
        yield Item(
            key=f"print:{row.op}",
            what="print",
            at=row.at,
            device=row.device,
            kiosk=kiosk.number,
            member=row.member,
            reason=row.state,
            told=f"voucher {row.voucher}, {row.gift}, {row.points} points",
            means=words.PRINT_ABANDONED if gone else words.PRINT_UNKNOWN,
            remedies=_for_print(row, gone=gone),
        )


def _for_print(row: Any, *, gone: bool) -> tuple[Remedy, ...]:
    if not gone:
        return Remedy("at-the-kiosk", row.voucher), Remedy("refund-voucher", row.voucher)
    if row.holder != row.device:
        return (Remedy("settle-post", row.op),)
    return Remedy("settle-post", row.op), Remedy("settle-void", row.op), Remedy("move-claim", row.voucher)


def _doubts(connection: sa.Connection, kiosks: dict[str, Kiosk]) -> Iterator[Item]:
    asked = sa.select(doubts).where(among(connection, doubts.c.device, sorted(kiosks)))
    for row in connection.execute(asked):
        yield Item(
            key=f"doubt:{row.entry}",
            what="doubt",
            at=row.told_at,
            device=row.device,
            kiosk=kiosks[row.device].number,
            member=row.member,
            reason="not-me",
            told=f"{row.what}, {row.points} points, {row.place}".rstrip(", "),
            means=words.DOUBT,
            seen_by=row.seen_by,
        )


def _frozen(kiosks: dict[str, Kiosk]) -> Iterator[Item]:
    for device, kiosk in kiosks.items():
        if kiosk.frozen and not kiosk.retired:
            remedy = (Remedy("retire", device),)
            yield Item(
                f"kiosk:{device}", "kiosk", 0, device, kiosk.number, "", kiosk.frozen, "this kiosk is frozen",
                words.FROZEN, remedy,
            )  # fmt: skip


def _names(connection: sa.Connection, ids: set[str]) -> dict[str, str]:
    asked = sa.select(members.c.id, members.c.name).where(among(connection, members.c.id, sorted(ids - {""})))
    return {row.id: row.name for row in connection.execute(asked)}
