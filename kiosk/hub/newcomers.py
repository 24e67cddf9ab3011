"""Opening what newcomers told, once both their entry and its key are here; and whose phone is whose.

A phone makes somebody known only when a code on it was right. The phone of somebody who is known already
only proposes that two accounts are one person's: people decide it, and not before a code proved it.
"""

import logging
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from kiosk.hub import phones
from kiosk.hub.changes import touch
from kiosk.hub.joining_tables import (
    OPEN,
    UNREADABLE,
    WAITING,
    merge_proposals,
    newcomers,
    person_keys,
    unproven_phones,
)
from kiosk.hub.member_tables import phones as known_phones
from kiosk.hub.occasions import day_of, note_occasions
from kiosk.hub.pins import PinDesk
from kiosk.hub.tables import aliases, members, pin_checks, upsert
from kiosk.ledger import accounts as acc
from kiosk.ledger.persons import Person, Unreadable, unseal
from kiosk.membership.names import masked

log = logging.getLogger(__name__)


def open_waiting(connection: sa.Connection, pins: PinDesk, shop_key: bytes, zone: str) -> int:
    """Open everybody whose entry and key are both here; how many. `zone` is the shop's calendar."""
    n, k = newcomers.c, person_keys.c
    both = sa.select(newcomers, k.key, k.verifier, k.at.label("key_at"))
    both = both.join(person_keys, (k.device == n.device) & (k.member == n.member))
    # In the order of their ids, which is about that of their joining: of two alike the first one is known.
    rows = connection.execute(both.where(n.state == WAITING).order_by(n.member).with_for_update(of=newcomers))
    opened = rows.all()
    for row in opened:
        _open(connection, pins, row, shop_key, zone)
    touch(connection, [row.member for row in opened])
    return len(opened)


def _open(
    connection: sa.Connection, pins: PinDesk, row: sa.Row[tuple[object, ...]], shop_key: bytes, zone: str
) -> None:
    try:
        person = unseal(bytes(row.sealed), row.member, bytes(row.key))
    except Unreadable as wrong:
        log.warning("%s", wrong)
        _set_state(connection, row.member, UNREADABLE)
        return
    news = {"name": masked(person.name), **({"verifier": row.verifier} if row.verifier else {})}
    connection.execute(sa.update(members).where(members.c.id == row.member).values(**news))
    note_occasions(connection, row.member, born=_birthday(person), joined=day_of(row.at, zone))
    if row.verifier:
        mine = (person_keys.c.device == row.device) & (person_keys.c.member == row.member)
        connection.execute(sa.update(person_keys).where(mine).values(verifier=""))
        pins.unlock_within(connection, row.member)
    _set_state(connection, row.member, OPEN)
    if phones.is_number(person.phone):
        name = phones.name_of(shop_key, person.phone)
        phone = Phone(name, person.phone, row.at)
        file_phone(connection, row.member, phone, proven_by(connection, row.device, row.proof, name))


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone as somebody typed it: what it is known by, its digits, when (UTC microseconds)."""

    name: str
    number: str = field(repr=False)
    at: int


def proven_by(connection: sa.Connection, device: str, proof: str, name: str) -> str:
    """The try, if a code that was sent to this phone was right by it at this device; else ''."""
    p = pin_checks.c
    right = (p.entry == proof) & (p.device == device) & (p.member == acc.code(name)) & (p.result == "right")
    return proof if proof and connection.scalar(sa.select(p.entry).where(right)) else ""


def file_phone(connection: sa.Connection, member: str, phone: Phone, proof: str) -> None:
    """Note a member's phone: theirs if it is proven and nobody's, a proposal if it is somebody's."""
    other = _holder(connection, member, phone.name)
    if other:
        _propose(connection, member, other, proof, phone.at)
    filed = sa.select(known_phones.c.member).where(known_phones.c.name == phone.name)
    if proof:
        connection.execute(sa.delete(unproven_phones).where(unproven_phones.c.member == member))
        if connection.scalar(filed) is None:
            phones.bind(connection, phone.name, member, phone.number)
        return
    told = {"name": phone.name, "number": phone.number, "at": phone.at}
    insert = upsert(connection, unproven_phones).values(member=member, **told)
    connection.execute(insert.on_conflict_do_update(index_elements=["member"], set_=told))


def prove(connection: sa.Connection, member: str, proof: str) -> None:
    """A code reached the phone that a member typed when nobody could send one."""
    u = unproven_phones.c
    row = connection.execute(sa.select(unproven_phones).where(u.member == member)).one_or_none()
    if row is not None:
        file_phone(connection, member, Phone(row.name, row.number, row.at), proof)


def _holder(connection: sa.Connection, member: str, name: str) -> str:
    """Who else has this phone: whoever it is filed for, else the first of those who only typed it; or ''."""
    p, u = known_phones.c, unproven_phones.c
    owner: str | None = connection.scalar(sa.select(p.member).where(p.name == name))
    if owner is None:
        typed = sa.select(u.member).where(u.name == name, u.member != member).order_by(u.member)
        owner = connection.scalar(typed.limit(1))
    if not owner or owner == member:
        return ""
    into: str | None = connection.scalar(sa.select(aliases.c.into).where(aliases.c.alias == owner))
    survivor = into or owner
    return "" if survivor == member else survivor


def _propose(connection: sa.Connection, alias: str, into: str, proof: str, at: int) -> None:
    """One proposal for two accounts, whichever of them is named first; a proof that is there stays."""
    m = merge_proposals.c
    joined = sa.select(aliases.c.alias).where(aliases.c.alias == alias, aliases.c.into == into)
    if connection.scalar(joined) is not None:
        return
    back = (m.alias == into) & (m.into == alias)
    if not proof and connection.scalar(sa.select(m.alias).where(back)) is not None:
        return
    connection.execute(sa.delete(merge_proposals).where(back))
    insert = upsert(connection, merge_proposals).values(alias=alias, into=into, proof=proof, at=at)
    news = {"proof": proof} if proof else {"at": at}
    connection.execute(insert.on_conflict_do_update(index_elements=["alias", "into"], set_=news))


def _birthday(person: Person) -> date | None:
    """The day in a leap year, which has them all; None for none, or one that is no day."""
    try:
        return date.fromisoformat(f"2000-{person.born}") if person.born else None
    except ValueError:
        return None


def _set_state(connection: sa.Connection, member: str, state: str) -> None:
    connection.execute(sa.update(newcomers).where(newcomers.c.member == member).values(state=state))
