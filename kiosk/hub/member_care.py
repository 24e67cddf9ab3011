"""What a person may ask of head office: what is kept about them, to take a consent back, to be forgotten."""

from datetime import UTC, datetime

import sqlalchemy as sa

from kiosk.hub.benefit_tables import occasions
from kiosk.hub.changes import deny, touch
from kiosk.hub.declined import Declined
from kiosk.hub.joining_tables import ERASED, merge_proposals, newcomers, person_keys, unproven_phones
from kiosk.hub.member_tables import messages, phone_handles, phones, pin_codes
from kiosk.hub.tables import aliases, cards, history, members, redemptions, upsert
from kiosk.hub.till_tables import sales
from kiosk.hub.told import told
from kiosk.ledger import accounts as acc
from kiosk.ledger.persons import Unreadable, unseal

CANCELLED = "cancelled"


def export(connection: sa.Connection, member: str) -> dict[str, object]:
    """All that head office keeps about somebody, to be handed to them. Declined: nobody has this id."""
    row = _known(connection, member)
    h, r, t, p = history.c, redemptions.c, told.c, phones.c
    lines = connection.execute(
        sa.select(h.at, h.what, h.points, h.place).where(h.member == member).order_by(h.at)
    )
    vouchers = connection.execute(sa.select(r.at, r.gift, r.points, r.state).where(r.member == member))
    answers = connection.execute(sa.select(t.what, t.topic, t.answer).where(t.member == member))
    b = sales.c
    bought = connection.execute(
        sa.select(b.sold_at.label("at"), b.receipt, b.store, b.cents, b.points).where(b.member == member)
    )
    carried = connection.execute(sa.select(cards.c.tail, cards.c.why).where(cards.c.member == member))
    return {
        "member": member,
        "name": row.name,
        "phones": list(connection.scalars(sa.select(p.number).where(p.member == member))),
        "joined": _joined(connection, member),
        "cards": [{"ends": tail, "state": why or "good"} for tail, why in carried],
        "answers": [dict(one._mapping) for one in answers],
        "history": [dict(one._mapping) | {"at": _moment(one.at)} for one in lines],
        "purchases": [dict(one._mapping) | {"at": _moment(one.at)} for one in bought],
        "vouchers": [dict(one._mapping) | {"at": _moment(one.at)} for one in vouchers],
    }


def withdraw(connection: sa.Connection, member: str, consent: str) -> None:
    """Take a consent back. Declined: they never gave it."""
    _known(connection, member)
    n = newcomers.c
    given = connection.scalar(sa.select(n.consents).where(n.member == member)) or ""
    left = [one for one in given.split() if one != consent]
    if len(left) == len(given.split()):
        raise Declined(404, "consent-unknown", f"{member} has not given '{consent}'")
    connection.execute(sa.update(newcomers).where(n.member == member).values(consents=" ".join(left)))


def erase(connection: sa.Connection, member: str) -> None:
    """Forget a person. Their points and log lines stay under an id that leads to nobody.

    The key of what they told is destroyed, so that no log and no kiosk can tell it any more; a backup that
    was made before still holds the key, until it is thrown away.
    """
    row = _known(connection, member)
    if connection.scalar(sa.select(aliases.c.alias).where(aliases.c.into == member).limit(1)) is not None:
        raise Declined(409, "merged", "accounts were joined into this one: erase each of them first")
    numbers = [
        *connection.scalars(sa.select(phones.c.number).where(phones.c.member == member)),
        *connection.scalars(sa.select(unproven_phones.c.number).where(unproven_phones.c.member == member)),
    ]
    names = list(connection.scalars(sa.select(phones.c.name).where(phones.c.member == member)))
    connection.execute(sa.delete(messages).where(messages.c.number.in_(numbers)))
    codes = [acc.code(name) for name in (member, *names)]
    connection.execute(sa.delete(pin_codes).where(pin_codes.c.name.in_(codes)))
    for table in (person_keys, phones, phone_handles, unproven_phones, occasions, told):
        connection.execute(sa.delete(table).where(table.c.member == member))
    proposed = (merge_proposals.c.alias == member) | (merge_proposals.c.into == member)
    connection.execute(sa.delete(merge_proposals).where(proposed))
    connection.execute(sa.update(members).where(members.c.id == row.id).values(name="", verifier=""))
    for card in connection.scalars(sa.select(cards.c.hash).where(cards.c.member == member)).all():
        deny(connection, bytes(card), CANCELLED)
    _mark_erased(connection, member)
    touch(connection, [member])


def _mark_erased(connection: sa.Connection, member: str) -> None:
    """A kiosk that still has the key offers it in vain; who joined elsewhere gets a row, too."""
    bare = {"device": "", "at": 0, "what": "member", "terms": 0, "proof": "", "referrer": ""}
    gone = {"state": ERASED, "consents": ""}
    insert = upsert(connection, newcomers).values(member=member, sealed=b"", **bare, **gone)
    connection.execute(insert.on_conflict_do_update(index_elements=["member"], set_=gone))


def _joined(connection: sa.Connection, member: str) -> dict[str, object]:
    """When and to what they agreed, and what they told of themselves; {} for who did not join at a kiosk."""
    n, k = newcomers.c, person_keys.c
    both = sa.select(newcomers, k.key).outerjoin(person_keys, (k.device == n.device) & (k.member == n.member))
    row = connection.execute(both.where(n.member == member)).one_or_none()
    if row is None or row.state == ERASED:
        return {}
    told_then: dict[str, object] = {}
    if row.key is not None:
        try:
            person = unseal(bytes(row.sealed), member, bytes(row.key))
        except Unreadable:
            told_then = {"unreadable": True}
        else:
            told_then = {name: getattr(person, name) for name in person.__struct_fields__}
    return {
        "at": _moment(row.at),
        "kiosk": row.device,
        "what": row.what,
        "terms": row.terms,
        "consents": row.consents.split(),
        "referrer": row.referrer,
        "told": told_then,
    }


def _known(connection: sa.Connection, member: str) -> sa.Row[tuple[object, ...]]:
    row = connection.execute(sa.select(members).where(members.c.id == member)).one_or_none()
    if row is None:
        raise Declined(404, "member-unknown", f"{member} is no member")
    return row


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at / 1e6, UTC).isoformat(timespec="seconds")
