"""Staff at kiosks and counters: where they work, the PIN they type there, the cards they tap.

The PIN is not the one for head office, because its verifier may lie in the shops. Wrong ones lock somebody at
kiosks alone (`pins`), under the name `staff:ID`; `PinDesk.unlock` opens them again.
"""

import re
from collections import defaultdict

import sqlalchemy as sa

from kiosk.hub.console_tables import shop_staff, staff, staff_cards
from kiosk.hub.declined import Declined
from kiosk.hub.pins import PinDesk, verifier_maker
from kiosk.hub.settings import HubSettings, Pin
from kiosk.hub.tables import cards, pin_routes, step_counter, upsert
from kiosk.ledger import accounts as acc
from kiosk.ledger.feed import Colleague

ROUTE = "staff"
"""Wrong PINs of staff are counted under this route."""
PIN_DIGITS = 6


class ShopStaff:
    """Who signs in at the shops, in head office's database. Kiosks hear of a change with their next sync."""

    def __init__(self, engine: sa.Engine, settings: HubSettings, pins: PinDesk) -> None:
        self._engine = engine
        self._pins = pins
        self._hasher = verifier_maker(settings.pin)

    def assign(self, staff_id: str, store: str, pin: str) -> None:
        """From now on they sign in at this store ('' for every one), by this PIN; a lock-out ends.

        Declined: 400 store | pin-digits, 404 staff-unknown.
        """
        if store and not re.fullmatch(r"\d{4}", store):
            raise Declined(400, "store", "a store has four digits")
        if len(pin) != PIN_DIGITS or not (pin.isascii() and pin.isdecimal()):
            raise Declined(400, "pin-digits", f"a PIN for kiosks has {PIN_DIGITS} digits")
        told = {"store": store, "verifier": self._hasher.hash(pin)}
        with self._engine.begin() as connection:
            _must_exist(connection, staff_id)
            insert = upsert(connection, shop_staff).values(staff=staff_id, **told)
            connection.execute(insert.on_conflict_do_update(index_elements=["staff"], set_=told))
        self._pins.unlock(acc.staff(staff_id))

    def bind(self, staff_id: str, card: bytes, tail: str) -> None:
        """This card (keyed hash) is theirs; `tail` are the digits that may be shown.

        Declined: 404 staff-unknown, 409 member-card | card-taken.
        """
        with self._engine.begin() as connection:
            _must_exist(connection, staff_id)
            refuse_member_card(connection, card)
            owner = connection.scalar(sa.select(staff_cards.c.staff).where(staff_cards.c.hash == card))
            if owner not in (None, staff_id):
                raise Declined(409, "card-taken", f"this card is {owner}'s")
            insert = upsert(connection, staff_cards).values(
                hash=card, staff=staff_id, tail=tail, blocked=False
            )
            connection.execute(insert.on_conflict_do_nothing())
            step_counter(connection, "catalogue")

    def block_card(self, card: bytes, *, blocked: bool = True) -> str:
        """Nobody signs in with this card any more, or again; whose it is. Declined: 404 card-unknown."""
        with self._engine.begin() as connection:
            mine = staff_cards.c.hash == card
            owner = connection.scalar(sa.select(staff_cards.c.staff).where(mine))
            if owner is None:
                raise Declined(404, "card-unknown", "this card is nobody's of the staff")
            connection.execute(sa.update(staff_cards).where(mine).values(blocked=blocked))
            step_counter(connection, "catalogue")
        return str(owner)


def refuse_member_card(connection: sa.Connection, card: bytes) -> None:
    """Declined (409) if a member has this card: no card is both."""
    if connection.scalar(sa.select(cards.c.hash).where(cards.c.hash == card)) is not None:
        raise Declined(409, "member-card", "a member has this card")


def refuse_staff_card(connection: sa.Connection, card: bytes) -> None:
    """Declined (409) if somebody of the staff has this card, blocked or not: no card is both."""
    if connection.scalar(sa.select(staff_cards.c.hash).where(staff_cards.c.hash == card)) is not None:
        raise Declined(409, "staff-card", "somebody of the staff has this card")


def colleagues(connection: sa.Connection, store: str, policy: Pin) -> tuple[Colleague, ...]:
    """The staff of a store, as its kiosks may know them. Who is blocked or locked out is left out."""
    s, c = shop_staff.c, staff_cards.c
    here = sa.select(staff.c.id, staff.c.name, staff.c.role, s.verifier).join(staff, staff.c.id == s.staff)
    here = here.where((s.store == store) | (s.store == ""), staff.c.blocked.is_(False))
    people = connection.execute(here.order_by(staff.c.id)).all()
    locked = _locked(connection, [person.id for person in people], policy)
    held: dict[str, list[bytes]] = defaultdict(list)
    asked = sa.select(c.staff, c.hash).where(c.blocked.is_(False)).order_by(c.hash)
    for owner, card in connection.execute(asked.where(c.staff.in_([person.id for person in people]))):
        held[owner].append(bytes(card))
    return tuple(
        Colleague(
            id=person.id,
            name=person.name,
            role=person.role,
            cards=tuple(held[person.id]),
            verifier=person.verifier if policy.offline_pin == "software" else "",
        )
        for person in people
        if person.id not in locked
    )


def _locked(connection: sa.Connection, people: list[str], policy: Pin) -> set[str]:
    p = pin_routes.c
    asked = sa.select(p.member, p.route, p.wrong).where(p.member.in_(map(acc.staff, people)))
    wrong: dict[str, int] = defaultdict(int)
    locked = set()
    for name, route, times in connection.execute(asked):
        who = acc.staff_of(name)
        wrong[who] += times
        if (route == ROUTE and times >= policy.tries) or wrong[who] >= policy.tries_all_routes:
            locked.add(who)
    return locked


def _must_exist(connection: sa.Connection, staff_id: str) -> None:
    if connection.scalar(sa.select(staff.c.id).where(staff.c.id == staff_id)) is None:
        raise Declined(404, "staff-unknown", f"nobody is called {staff_id}")
