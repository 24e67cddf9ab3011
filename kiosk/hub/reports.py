"""What is reported at a kiosk: a lost card, one that is theirs now, a step of a card, a doubt.

Whoever the entry names was proven there; what it may say is bounded here: nobody reports another one's card,
and a card that is anybody's is bound to nobody else.
"""

from collections.abc import Iterable

import sqlalchemy as sa

from kiosk.hub.bulk import insert_all
from kiosk.hub.card_filing import file_card
from kiosk.hub.card_steps import CardSteps, lose
from kiosk.hub.changes import deny
from kiosk.hub.lookups import CardOwner, Lookups
from kiosk.hub.member_tables import doubts
from kiosk.hub.operations import Conflict
from kiosk.hub.shelves import Reader
from kiosk.hub.tables import cards
from kiosk.ledger import entries as en

LOST, REPLACED = "lost", "replaced"
_CARD_BYTES, _TAIL_MAX, _WORDS_MAX = 32, 8, 64
_AMOUNT_MAX, _TIME_MAX = 10**12, 2**62
_OLD_MAX = 16
"""Cards that one entry may put away: chip and stripe of a few."""
Report = en.Lost | en.Bound | en.Replaced | en.CardStep | en.Doubt
Posted = Iterable[tuple[en.Entry, en.Body]]


class Reports:
    """The reports of one batch: `read`, then `contradicted` for each in its order, then `write`."""

    def __init__(self, lookups: Lookups, device: str) -> None:
        self._lookups = lookups
        self._device = device
        self._steps = CardSteps(lookups)

    def read(self, entries: Posted) -> Reader:
        """Look up whose the cards are, and who is who."""
        told = [(entry, body) for entry, body in entries if isinstance(body, Report)]
        named = [card for _, body in told for card in _cards(body)]
        yield self._lookups.card_owners.need(card.hex() for card in named)
        yield self._lookups.card_states.need(card.hex() for card in named)
        members = {entry.member for entry, _ in told if entry.member and entry.member.isprintable()}
        yield self._lookups.homes.need(members)
        owners = {owner.first for card in named if (owner := self._owner(card))}
        yield self._lookups.people.survivors.need(members | owners)

    def contradicted(self, entry: en.Entry, body: en.Body) -> Conflict | None:
        """What speaks against this report; if nothing does, later ones of the batch know of it."""
        if isinstance(body, en.CardStep):
            return self._steps.contradicted(entry, body)
        member = entry.member or ""
        if not member.isprintable() or self._lookups.homes.get(member) is None:
            return Conflict("quarantined", "unknown-member")
        if isinstance(body, en.Doubt):
            return None if _fits(body) else Conflict("quarantined", "amount-or-name")
        if any(len(card) != _CARD_BYTES for card in _cards(body)):
            return Conflict("quarantined", "amount-or-name")
        return self._of_cards(member, body)

    def _of_cards(self, member: str, body: en.Body) -> Conflict | None:
        """A lost card, or one that is theirs from now on."""
        if isinstance(body, en.Lost):
            gone: tuple[bytes, ...] = (body.card,)
            state, conflict = LOST, self._away(member, body.card)
        else:
            assert isinstance(body, en.Bound | en.Replaced)
            gone, state = body.old if isinstance(body, en.Replaced) else (), REPLACED
            if len(gone) > _OLD_MAX or body.card in gone:
                return Conflict("quarantined", "amount-or-name")
            conflict = next(filter(None, (self._away(member, card) for card in gone)), None)
            conflict = conflict or self._new(member, body)
        if conflict is None:
            for card in gone:
                self._steps.put_away(card, state)
        return conflict

    def _away(self, member: str, card: bytes) -> Conflict | None:
        """Whether a card is this member's to put away."""
        # Whoever was one person with them when they told it was told that nobody serves it any more.
        owner = self._owner(card)
        once = owner is not None and (
            member == owner.joined or (owner.first, member) in self._lookups.people.joined
        )
        return None if once or self._is_theirs(member, owner) else Conflict("disputed", "not-their-card")

    def _new(self, member: str, body: en.Bound | en.Replaced) -> Conflict | None:
        """Whether a card can be this member's from now on."""
        owner = self._owner(body.card)
        if owner is not None:
            return None if self._is_theirs(member, owner) else Conflict("disputed", "card-known")
        if len(body.tail) > _TAIL_MAX or not body.tail.isprintable():
            return Conflict("quarantined", "amount-or-name")
        self._lookups.card_owners.put(body.card.hex(), CardOwner(member))
        return None

    def _is_theirs(self, member: str, owner: CardOwner | None) -> bool:
        """By now: who is joined or parted in this very batch counts already."""
        people = self._lookups.people
        return owner is not None and people.survivor(owner.first) == people.survivor(member)

    def _owner(self, card: bytes) -> CardOwner | None:
        return self._lookups.card_owners.get(card.hex())

    def write(self, connection: sa.Connection, posted: Posted) -> None:
        """Deny what was lost, bind what is theirs, and keep what people are to look into."""
        for entry, body in posted:
            if isinstance(body, en.CardStep):
                self._steps.write(connection, body)
            elif isinstance(body, en.Lost):
                lose(connection, body.card)
            elif isinstance(body, en.Bound | en.Replaced):
                # The new one first: it is frozen with the old one, where that was.
                self._bind(connection, entry.member or "", body)
                for card in body.old if isinstance(body, en.Replaced) else ():
                    deny(connection, card, REPLACED)
        self._steps.tell_refused(connection)
        rows = [
            (entry.id, self._device, entry.member, entry.at, body.at, body.what, body.points, body.where, "")
            for entry, body in posted
            if isinstance(body, en.Doubt)
        ]
        insert_all(connection, doubts, rows)

    @staticmethod
    def _bind(connection: sa.Connection, member: str, body: en.Bound | en.Replaced) -> None:
        known = sa.exists().where(cards.c.hash == body.card)
        if connection.scalar(sa.select(known)):
            return  # bound before, to the same member
        file_card(connection, body.card, member, body.tail)


def _cards(body: en.Body) -> tuple[bytes, ...]:
    """Every card that a report names."""
    match body:
        case en.Lost() | en.Bound() | en.CardStep():
            return (body.card,)
        case en.Replaced():
            return (body.card, *body.old)
    return ()


def _fits(body: en.Doubt) -> bool:
    sane = 0 <= body.at < _TIME_MAX and abs(body.points) <= _AMOUNT_MAX
    return sane and all(len(text) <= _WORDS_MAX and text.isprintable() for text in (body.what, body.where))
