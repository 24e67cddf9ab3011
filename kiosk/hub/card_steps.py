"""Steps of cards (`membership.card_states`) as kiosks tell them: head office's order decides.

A step is taken from the state that its operator saw, or not at all. Whoever is second is told by a disputed
record, and every kiosk hears once more what the card really is: theirs believed something else.
"""

import sqlalchemy as sa

from kiosk.hub.changes import deny, retell
from kiosk.hub.lookups import Lookups
from kiosk.hub.operations import Conflict
from kiosk.hub.tables import cards
from kiosk.ledger import accounts as acc
from kiosk.ledger import entries as en
from kiosk.membership.card_states import ACTIVE, STEPS

LOST = "lost"
_CARD_BYTES = 32
_STAFF = acc.staff("")


class CardSteps:
    """The steps of one batch; its shelves are filled by `Reports.read`."""

    def __init__(self, lookups: Lookups) -> None:
        self._lookups = lookups
        self._refused: list[bytes] = []

    def contradicted(self, entry: en.Entry, body: en.CardStep) -> Conflict | None:
        """What speaks against a step; if nothing does, later ones of the batch begin where it ends."""
        rule, name = STEPS[body.step], body.card.hex()
        if len(body.card) != _CARD_BYTES or not entry.operator or body.reason not in rule.reasons:
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
        """Take a posted step: of the chip and the stripe of one card, which bear the same number."""
        mine = sa.select(cards.c.member, cards.c.tail).where(cards.c.hash == body.card)
        row = connection.execute(mine).one_or_none()
        if row is None:
            return
        c, end = cards.c, STEPS[body.step].end
        same = sa.select(c.hash).where(c.member == row.member, c.tail == row.tail, c.why == body.was)
        for card in connection.scalars(same.order_by(c.hash)).all():
            deny(connection, bytes(card), end)

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
