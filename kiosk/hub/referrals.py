"""Referral codes: one for each member, and who joined with it. Only here does a code lead to its member."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
import sqlalchemy as sa

from kiosk.hub.benefit_tables import referral_codes
from kiosk.hub.bulk import among
from kiosk.hub.joining_tables import newcomers
from kiosk.hub.tables import upsert
from kiosk.hub.transactions import committed
from kiosk.ledger import sync
from kiosk.membership.referral import code_of, read_code

A = TypeVar("A", sync.AccountAnswer, sync.PhoneAnswer)
_TRIES = 8
"""Codes that are drawn before one is nobody's; two of the same are rare enough."""


def member_of(connection: sa.Connection, code: str) -> str:
    """Whose code this is, as somebody typed it; '' if nobody's."""
    c = referral_codes.c
    found = connection.scalar(sa.select(c.member).where(c.code == read_code(code)))
    return str(found or "")


def known(connection: sa.Connection, names: Sequence[str]) -> tuple[str, int]:
    """A member's code (that of the first of these names of theirs with one), and how many joined with any.

    '' before one is made.
    """
    c = referral_codes.c
    rows = connection.execute(sa.select(c.member, c.code).where(among(connection, c.member, names)))
    codes = {str(row.member): str(row.code) for row in rows}
    n = newcomers.c
    asked = sa.select(n.member).where(among(connection, n.referrer, list(codes.values())))
    friends = {*connection.scalars(asked)} - {*names}
    return next((codes[name] for name in names if name in codes), ""), len(friends)


def make(connection: sa.Connection, member: str, draw: Callable[[], int]) -> str:
    """Give a member their code, once for ever; `draw` gives large random numbers."""
    c = referral_codes.c
    for _ in range(_TRIES):
        row = {"member": member, "code": code_of(draw())}
        connection.execute(upsert(connection, referral_codes).values(**row).on_conflict_do_nothing())
        found = connection.scalar(sa.select(c.code).where(c.member == member))
        if found is not None:
            return str(found)
    raise RuntimeError("no free referral code was drawn")


def with_code(engine: sa.Engine, answer: A, draw: Callable[[], int]) -> A:
    """The answer with the member's code, made now if the shop has such codes and they have none yet."""
    account, benefits = answer.account, answer.benefits
    if account is None or benefits is None or benefits.code != "":
        return answer
    member = account.member
    code = committed(engine, lambda connection: make(connection, member, draw))
    return msgspec.structs.replace(answer, benefits=msgspec.structs.replace(benefits, code=code))
