"""Phones: whose they are, and the account of whoever proves by their PIN that a phone is theirs."""

import msgspec
import sqlalchemy as sa

from kiosk.hub.card_filing import frozen_as
from kiosk.hub.directory import Directory
from kiosk.hub.member_tables import phones
from kiosk.hub.phone_owners import owner
from kiosk.hub.tables import cards, pin_checks, upsert
from kiosk.ledger import accounts as acc
from kiosk.ledger import sync
from kiosk.membership.cards import Card, keyed_hash

FAMILY = "phone-number"
"""What a phone's number is hashed as, like a card of that family."""
ROUTE, CODE_ROUTE = "phone", "code"
TAIL = 4
TOLD_US = 120_000_000
"""How long a right try tells whose phone it is: an answer that was lost is asked for again at once."""


def name_of(key: bytes, number: str) -> str:
    """The name of a phone, by the shop's card key and its digits."""
    return acc.phone(keyed_hash(key, Card(FAMILY, number.encode())))


def is_number(digits: str) -> bool:
    """Whether these are the digits of a phone number."""
    return digits.isascii() and digits.isdecimal() and 5 <= len(digits) <= 15


def bind(connection: sa.Connection, name: str, member: str, number: str) -> None:
    """From now on this phone is this member's, and nobody else's; they have no other."""
    connection.execute(sa.delete(phones).where(phones.c.member == member, phones.c.name != name))
    told = {"member": member, "tail": number[-TAIL:], "number": number}
    insert = upsert(connection, phones).values(name=name, **told)
    connection.execute(insert.on_conflict_do_update(index_elements=["name"], set_=told))


def answer(
    connection: sa.Connection,
    directory: Directory,
    request: sync.PhoneRequest,
    looked: sync.PinAnswer,
    now: int,
) -> sync.PhoneAnswer:
    """What a kiosk hears of a phone after its PIN was looked at: the account if it was right just now."""
    name = request.phone
    if looked.result == "right" and _is_fresh(connection, request.entry, now):
        asked = sa.select(owner(name).label("member"), phones.c.tail).where(phones.c.name == name)
        row = connection.execute(asked).one_or_none()
        known = directory.member(row.member, b"", row.tail) if row is not None else None
        if known is not None and known.account is not None:
            frozen = frozen_as(connection, known.account.member)
            if frozen:
                return sync.PhoneAnswer(result="right", left=looked.left, why=frozen)
            # Without the network a PIN is checked only where the card lies.
            account = msgspec.structs.replace(known.account, verifier="")
            return sync.PhoneAnswer(
                result="right",
                left=looked.left,
                account=account,
                vouchers=known.vouchers,
                cards=own_cards(connection, account.member),
                benefits=known.benefits,
                lottery=known.lottery,
            )
    return sync.PhoneAnswer(result=looked.result, left=looked.left)


def _is_fresh(connection: sa.Connection, entry: str, now: int) -> bool:
    """Whether this try was made a moment ago: a log that was stolen later opens nobody's account by it."""
    c = pin_checks.c
    return connection.scalar(sa.select(c.entry).where(c.entry == entry, c.at > now - TOLD_US)) is not None


def own_cards(connection: sa.Connection, member: str) -> tuple[sync.OwnCard, ...]:
    """The cards of a member that are not denied, as their owner may tell them apart."""
    asked = sa.select(cards.c.hash, cards.c.tail).where(cards.c.member == member, cards.c.why == "")
    rows = connection.execute(asked.order_by(cards.c.tail, cards.c.hash))
    return tuple(sync.OwnCard(card=bytes(card), tail=tail) for card, tail in rows)
