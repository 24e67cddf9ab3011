"""Points for a friend: their card is held to the reader, an amount is touched, the giver's PIN confirms.

Two entries in one transaction: the points leave the giver's rights here and are in the friend's account, or
nothing happened. How often a member may give is a once-only right. The friend's name is shown masked.
"""

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.benefits import today_of
from kiosk.desk.identify import identify
from kiosk.desk.member_pin import prove
from kiosk.desk.pages import Draw, Journey, Page, frame, moment
from kiosk.desk.rights import obtain
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Gave, Received
from kiosk.ledger.sync import Account
from kiosk.membership.rules import GIVE
from kiosk.ports import Draft
from kiosk.words import Words, _


def give_points(world: World, visitor: Visitor) -> Journey[bool]:
    """From the friend's card to a page that says what happened; False: they come back to the services."""
    friend = yield from _friend(world)
    if friend is None:
        return False
    if friend.member == visitor.account.member:
        yield from notices.read_it(_own_card(world))
        return False
    amount = yield from _amount(world, visitor, friend)
    if not amount or not (yield from _sure(world, visitor, friend, amount)):
        return False
    trouble = yield from _gather(world, visitor, amount)
    if not trouble:
        _give(world, visitor, friend, amount)
    yield from notices.read_it(_told(world, visitor, friend, amount, trouble))
    return False


def may_give(world: World, visitor: Visitor) -> bool:
    """Whether the shop lets members give, and this one has enough."""
    rules = world.rules()
    least = min(rules.give.amounts, default=0)
    return GIVE in rules.entitlements and 0 < least <= visitor.points(world)


def _give(world: World, visitor: Visitor, friend: Account, amount: int) -> None:
    giving, asset = world.ids.uuid7(), today_of(world, GIVE)
    gave = Gave(giving=giving, to=friend.member, points=amount, asset=asset)
    world.journal.append(
        Draft(gave, member=visitor.account.member, visit=visitor.visit),
        Draft(Received(giving=giving, points=amount), member=friend.member, visit=visitor.visit),
    )
    world.hub.nudge()


def _gather(world: World, visitor: Visitor, amount: int) -> Journey[str]:
    """Today's right to give first, then the points; '' when both are here."""
    if not world.clock.trusted():
        return "later"
    member, page = visitor.account.member, moment(world, _("Head office is setting your points aside"))
    trouble = yield from obtain(world, today_of(world, GIVE), 1, member, page)
    if trouble:
        return trouble
    return (yield from obtain(world, acc.POINTS, amount, member, page))


def _friend(world: World) -> Journey[Account | None]:
    """Whose card is held to the reader; None when they go back, or nobody knows the card."""
    page = Page(_ask_card(world), taps=True)
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return None
        if isinstance(event, ev.CardTapped):
            known = yield from identify(world, world.card_key.hash(event.card))
            if known == "unknown":
                yield from notices.read_it(notices.unknown_card(world))
                return None
            return known.account if known is not None else None


def _ask_card(world: World) -> Draw:
    def draw(say: Words, _left: int) -> views.Question:
        return views.Question(
            frame=frame(world, say, "back", "staff", "leave"),
            title=say("Now your friend's card, please"),
            sentence=say(
                "Your friend holds their member card to the reader. Only part of their name is shown."
            ),
            options=(),
            later=views.Choice(say("Never mind"), ev.WentBack()),
        )

    return draw


def _amount(world: World, visitor: Visitor, friend: Account) -> Journey[int]:
    """The points to give; 0 when they go back."""
    ticket = world.ids.uuid7()
    offered = {str(one): one for one in world.rules().give.amounts if one <= visitor.points(world)}

    def draw(say: Words, _left: int) -> views.Question:
        return views.Question(
            frame=frame(world, say, "back", "staff", "leave"),
            title=say("How many points for {name}?", name=friend.name),
            sentence=say("You have {points} points. You can give once a day.",
                         points=say.points(visitor.points(world))),
            options=tuple(
                views.Option(say("{points} points", points=say.points(one)), ev.OptionChosen(ticket, name))
                for name, one in offered.items()
            ),
            later=views.Choice(say("Never mind"), ev.WentBack()),
        )  # fmt: skip

    page = Page(draw)
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return 0
        if (
            isinstance(event, ev.OptionChosen)
            and event.ticket == ticket
            and event.option in map(str, offered)
        ):
            return int(event.option)


def _sure(world: World, visitor: Visitor, friend: Account, amount: int) -> Journey[bool]:
    proven = yield from prove(world, visitor, lambda say: (
        say("Give {points} points to {name}?", points=say.points(amount), name=friend.name),
        say("They are your friend's at once and cannot be taken back here."),
        say("Give {points} points", points=say.points(amount)),
    ))  # fmt: skip
    return proven is not None


def _own_card(world: World) -> Draw:
    return notices.notice(world, "card", lambda say: (
        say("This card is your own"),
        say("Ask your friend for theirs, then try again."),
        say("Nothing was changed."),
    ))  # fmt: skip


def _told(world: World, visitor: Visitor, friend: Account, amount: int, trouble: str) -> Draw:
    if not trouble:
        return notices.notice(world, "gift", lambda say: (
            say("{points} points are {name}'s now", points=say.points(amount), name=friend.name),
            say("They are in your friend's account as soon as this kiosk has told head office."),
            say("You have {points} points.", points=say.points(visitor.points(world))),
        ))  # fmt: skip
    if trouble == "used":
        return notices.notice(world, "clock", lambda say: (
            say("You have given points already"),
            say("You can give again tomorrow."),
            say("Nothing was changed."),
        ))  # fmt: skip
    if trouble == "points":
        return notices.not_enough(world, amount)
    return notices.no_right(world)
