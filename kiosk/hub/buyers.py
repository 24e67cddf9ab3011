"""Who bought something: the member whom a till names by card, phone or id."""

from collections.abc import Callable

import sqlalchemy as sa

from kiosk.hub.card_filing import is_frozen
from kiosk.hub.declined import Declined
from kiosk.hub.phone_owners import owner
from kiosk.hub.phones import is_number, name_of
from kiosk.hub.tables import aliases, cards, members
from kiosk.hub.till_messages import CardShown, MemberShown
from kiosk.membership.cards import Card, keyed_hash

_BY_NUMBER = "virtual-cpu"
"""The family whose number is its digits; all others are known by their UID."""


def buyer(connection: sa.Connection, key: Callable[[], bytes], shown: MemberShown) -> str:
    """Whose account it is. `key` reads the shop's card key. Declined: 404 member-unknown, 409 card-denied."""
    if shown.card is not None:
        member = _by_card(connection, key(), shown.card)
    elif shown.phone is not None:
        member = _by_phone(connection, key(), shown.phone)
    else:
        member = _survivor(connection, shown.id or "")
    if connection.scalar(sa.select(members.c.id).where(members.c.id == member)) is None:
        raise unknown()
    if is_frozen(connection, member):
        raise Declined(409, "card-denied", "this member is frozen")
    return member


def unknown() -> Declined:
    """Nobody is known by what was shown."""
    return Declined(404, "member-unknown", "nobody is known by this; nothing was taken in")


def _survivor(connection: sa.Connection, member: str) -> str:
    into = connection.scalar(sa.select(aliases.c.into).where(aliases.c.alias == member))
    return str(into or member)


def _by_card(connection: sa.Connection, key: bytes, card: CardShown) -> str:
    try:
        number = card.number.encode() if card.family == _BY_NUMBER else bytes.fromhex(card.number)
    except ValueError:
        raise Declined(400, "malformed", "the number is no UID in hex") from None
    hashed = keyed_hash(key, Card(card.family, number))
    row = connection.execute(
        sa.select(cards.c.member, cards.c.why).where(cards.c.hash == hashed)
    ).one_or_none()
    if row is None:
        raise unknown()
    if row.why:
        raise Declined(409, "card-denied", f"this card is {row.why}")
    return str(row.member)


def _by_phone(connection: sa.Connection, key: bytes, number: str) -> str:
    if not is_number(number):
        raise Declined(400, "malformed", "this is no phone number")
    member = connection.scalar(sa.select(owner(name_of(key, number))))
    if member is None:
        raise unknown()
    return str(member)
