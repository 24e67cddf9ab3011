"""Steps of cards (`membership.card_states`) as kiosks tell them: head office's order decides.

A step is taken from the state that its operator saw, or not at all. Whoever is second is told by a disputed
record, and every kiosk hears once more what the card really is: theirs believed something else.
"""

from collections.abc import Mapping

import sqlalchemy as sa

from kiosk.hub.changes import deny, retell
from kiosk.hub.lookups import Lookups
from kiosk.hub.operations import Conflict
from kiosk.hub.tables import cards
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.membership.card_states import ACTIVE, STEPS, Rule

LOST = "lost"
_CARD_BYTES = 32
_STAFF = acc.staff("")
_OF_STORES: Mapping[str, Rule] = {
    "lose": STEPS["lose"], "find": STEPS["find"], "hold": STEPS["hold"], "release": STEPS["release"],
}  # fmt: skip
"""The steps that staff of a store take; a kiosk's word is not enough for any other."""


class CardSteps:
    """The steps of one batch; its shelves are filled by `Reports.read`."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self._refused: list[bytes] = []

    def contradicted(self, entry: en.Entry, body: en.CardStep) -> Conflict | None:
        """What speaks against a step; if nothing does, later ones of the batch begin where it ends."""
        rule, name = _OF_STORES.get(body.step), body.card.hex()
        sane = len(body.card) == _CARD_BYTES and entry.operator
        if rule is None or not sane or body.reason not in rule.reasons:
            return Conflict("quarantined", "amount-or-name")
        owner = self._lookups.card_owners.get(name)
        if owner is None or owner.first.startswith(_STAFF):
            return Conflict("disputed", "card-unknown")
        state = self._lookups.card_states.get(name) or ACTIVE
        if state == rule.end:
            return None  # somebody else did the same
        if state != body.was or state not in rule.start:
            self._refused.append(body.card)
            return Conflict("disputed", "card-state")
        self._lookups.card_states.put(name, rule.end)
        return None

    def put_away(self, card: bytes, state: str) -> None:
        """Another entry of the batch ends or loses this card."""
        if state != LOST or not self._lookups.card_states.get(card.hex()):
            self._lookups.card_states.put(card.hex(), state)

    def write(self, connection: sa.Connection, body: en.CardStep) -> None:
        """Take a posted step."""
        take(connection, body.card, body.was, _OF_STORES[body.step].end)

    def tell_refused(self, connection: sa.Connection) -> None:
        """Every kiosk hears again what the cards are whose steps were refused."""
        for card in dict.fromkeys(self._refused):
            retell(connection, card)


def lose(connection: sa.Connection, card: bytes) -> None:
    """Their owner says that it is lost. One that is frozen, replaced or cancelled stays so."""
    state = connection.scalar(sa.select(cards.c.why).where(cards.c.hash == card))
    if state in {ACTIVE, LOST}:
        deny(connection, card, LOST)
    else:
        retell(connection, card)


def take(connection: sa.Connection, card: bytes, was: str, end: str) -> None:
    """Bring a card from the state `was` into `end`; chip and stripe of one card bear the same number."""
    c = cards.c
    row = connection.execute(sa.select(c.member, c.tail).where(c.hash == card)).one_or_none()
    if row is None:
        return
    same = sa.select(c.hash).where(c.member == row.member, c.tail == row.tail, c.why == was)
    for one in connection.scalars(same.order_by(c.hash)).all():
        deny(connection, bytes(one), end)
