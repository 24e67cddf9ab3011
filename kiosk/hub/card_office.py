"""What head office does to a card: its state, and the steps of `membership.card_states` there."""

from dataclasses import dataclass

import sqlalchemy as sa

from kiosk.hub.card_steps import take
from kiosk.hub.declined import Declined
from kiosk.hub.tables import cards
from kiosk.membership.card_states import STATES, Refused, State, Step, Who, after

_NAME_BYTES = 32


@dataclass(frozen=True, slots=True)
class OfficeCard:
    """A member's card: its name (keyed hash in hex), the end of its number, its state ('' in use)."""

    name: str
    tail: str
    state: State


def cards_like(connection: sa.Connection, card: bytes) -> tuple[OfficeCard, ...]:
    """Every card of the member who has this one. Declined (404 card-unknown): no member has it."""
    c = cards.c
    member = connection.scalar(sa.select(c.member).where(c.hash == card))
    if member is None:
        raise _unknown()
    asked = sa.select(c.hash, c.tail, c.why).where(c.member == member).order_by(c.tail, c.hash)
    return tuple(OfficeCard(bytes(h).hex(), tail, _state(why)) for h, tail, why in connection.execute(asked))


def step_card(engine: sa.Engine, name: str, step: Step, who: Who) -> None:
    """Take a step. Declined: 404 card-unknown; 409 card-state, card-duty with a sentence for people."""
    try:
        card = bytes.fromhex(name)
    except ValueError:
        raise _unknown() from None
    if len(card) != _NAME_BYTES:
        raise _unknown()
    with engine.begin() as connection:
        asked = sa.select(cards.c.why).where(cards.c.hash == card).with_for_update()
        was = connection.scalar(asked)
        if was is None:
            raise _unknown()
        try:
            end = after(_state(was), step, who)
        except Refused as refused:
            raise Declined(409, refused.code, str(refused)) from refused
        take(connection, card, was, end)


def _state(why: str) -> State:
    return next((state for state in STATES if state == why), "frozen")


def _unknown() -> Declined:
    return Declined(404, "card-unknown", "no member has this card")
