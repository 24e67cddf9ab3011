"""A printed member card under the scanner: whoever has a picture of it has it too, so the PIN comes first."""

import msgspec

from kiosk.desk import notices
from kiosk.desk.customer import serve
from kiosk.desk.identify import Identified, identify
from kiosk.desk.member_pin import prove
from kiosk.desk.pages import Draw, Journey
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.membership.cards import Card
from kiosk.words import Words


def paper_visit(world: World, card: Card) -> Journey[None]:
    """From a printed card to a cleared screen."""
    known = yield from identify(world, world.card_key.hash(card))
    if known is None:
        return
    if not isinstance(known, Identified):
        yield from notices.read_it(unknown(world))
        return
    if known.no_pin:
        yield from notices.read_it(no_pin(world))
        return
    visitor = Visitor(
        world.ids.uuid7(),
        msgspec.structs.replace(known.account, verifier=""),  # a PIN is checked here only where a card lies
        card.family,
        elsewhere=known.vouchers,
        told=known.told,
        benefits=known.benefits,
        lottery=known.lottery,
    )
    proven = yield from prove(world, visitor, _purpose)
    if proven is not None:
        yield from serve(world, visitor)


def _purpose(say: Words) -> tuple[str, str, str]:
    return (
        say("Your PIN"),
        say("For your printed code. You will see your points then."),
        say("Show my points"),
    )


def unknown(world: World) -> Draw:
    """Head office has not heard of this code."""
    return notices.notice(
        world,
        "card",
        lambda say: (
            say("We do not know this code yet"),
            say(
                "It works here once the kiosk that printed it has told head office. Try again a little later."
            ),
            say("Nothing was changed."),
        ),
        "K-CD-01",
    )


def no_pin(world: World) -> Draw:
    """Without a PIN a printed code opens nothing."""
    return notices.notice(
        world,
        "lock",
        lambda say: (
            say("This account has no PIN yet"),
            say("Sign in with your phone number: a code on your phone lets you set one."),
            say("Nothing was changed."),
        ),
    )
