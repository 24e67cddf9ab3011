"""Whose a phone is: its member, or whoever that member's account was joined with, until they are parted."""

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.hub.member_tables import phones, pin_codes, pin_proofs
from kiosk.hub.tables import aliases
from kiosk.ledger import accounts as acc


def owner(name: str) -> sa.ScalarSelect[str]:
    """The member that a name stands for, within a query: the one a phone leads to, or the name itself."""
    if not name.startswith(acc.PHONE):
        return sa.select(sa.literal(name)).scalar_subquery()
    survivor = sa.select(aliases.c.into).where(aliases.c.alias == phones.c.member).scalar_subquery()
    owned = sa.select(sa.func.coalesce(survivor, phones.c.member))
    return owned.where(phones.c.name == name).scalar_subquery()


def is_theirs(member: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Whether a row of `phones` is this member's, or of somebody who was merged into them."""
    kin = sa.select(aliases.c.alias).where(aliases.c.into == member)
    return (phones.c.member == member) | phones.c.member.in_(kin)


def forget_proofs(connection: sa.Connection, people: Iterable[str]) -> None:
    """What these members or their phones proved until now, or could by a code, is worth nothing more."""
    named = sorted(people)
    theirs = connection.scalars(sa.select(phones.c.name).where(phones.c.member.in_(named)))
    names = [*named, *theirs]
    codes = [acc.code(name) for name in names]
    connection.execute(sa.delete(pin_codes).where(pin_codes.c.name.in_(codes)))
    connection.execute(sa.delete(pin_proofs).where(pin_proofs.c.member.in_([*names, *codes])))
