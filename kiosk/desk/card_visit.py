"""A card on the reader, or a code on a phone: whose it is, and their visit."""

import msgspec

from kiosk import events as ev
from kiosk.desk.bind_card import bind, whose_is_it
from kiosk.desk.customer import serve
from kiosk.desk.identify import Identified, identify
from kiosk.desk.join import join
from kiosk.desk.pages import Journey
from kiosk.desk.phone_sign_in import known_by_phone
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.membership.phone_codes import FAMILY as PHONE


def visit(world: World, tap: ev.CardTapped) -> Journey[None]:
    """From a card on the reader to a cleared screen."""
    known = yield from identify(world, world.card_key.hash(tap.card))
    if isinstance(known, Identified):
        yield from serve(world, _visitor(world, known, tap), tap)
    elif known is not None:
        wish = yield from whose_is_it(world)
        if wish == "join":
            yield from join(world, tap.card)
            return
        visitor = (yield from known_by_phone(world)) if wish == "mine" else None
        if visitor is not None:
            yield from bind(world, visitor, tap.card)
            yield from serve(world, visitor)


def _visitor(world: World, known: Identified, tap: ev.CardTapped) -> Visitor:
    # Without the network a PIN is checked only where the card itself lies.
    here = tap.card.family != PHONE
    return Visitor(
        world.ids.uuid7(),
        known.account if here else msgspec.structs.replace(known.account, verifier=""),
        tap.card.family,
        elsewhere=known.vouchers,
        no_pin=known.no_pin,
        told=known.told,
        benefits=known.benefits,
        lottery=known.lottery,
    )
