"""A member's visit: whose card, how much, which gift."""

from dataclasses import dataclass

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.home import history, home
from kiosk.desk.pages import Journey, Page, VisitEnded, moment, wait_for
from kiosk.desk.redeem import Means, redeem, reprint
from kiosk.desk.risk import allowance, unsettled
from kiosk.desk.shelf import Shopper, browse
from kiosk.desk.world import ANSWER_S_MAX, World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Returned
from kiosk.ledger.sync import Account
from kiosk.ports import Draft
from kiosk.words import Words, _


@dataclass(frozen=True, slots=True)
class Visitor:
    """One visit of one member."""

    visit: str
    account: Account
    family: str = ""
    """Of the card they tapped."""

    def points(self, world: World) -> int:
        """The balance shown: the hub's figures, what our own later entries did, less what we stand in for."""
        account = self.account
        moved = world.journal.effect_beyond(account.member, account.mark_n)
        return account.points + account.escrow + moved - unsettled(world, account)


def visit(world: World, tap: ev.CardTapped) -> Journey[None]:
    """From a card on the reader to a cleared screen."""
    card = world.card_key.hash(tap.card)
    account = yield from _identify(world, card)
    if account is None:
        return
    visitor = Visitor(world.ids.uuid7(), account, tap.card.family)
    try:
        yield from _at_the_kiosk(world, visitor)
    except VisitEnded:
        give_back(world, account)
        raise
    give_back(world, account)


def give_back(world: World, account: Account) -> None:
    """Rights that no visit needs go back to the member; a home member's stay for the next cut network."""
    if account.home:
        return
    member = account.member
    spare = [
        Draft(Returned(asset=asset, amount=amount, member=member), member=member)
        for asset in (acc.POINTS, acc.TRIES)
        if (amount := world.journal.rights(asset, member)) > 0
    ]
    if spare:
        world.journal.append(*spare)
        world.hub.nudge()


def _identify(world: World, card: bytes) -> Journey[Account | None]:
    """The account of a card, or None after telling the visitor why not."""
    denied = world.replica.denied(card)
    if denied:
        yield from notices.read_it(notices.denied_card(world, denied))
        return None
    request = world.ids.uuid7()
    world.hub.ask_account(request, card)
    answered = yield from wait_for(
        world,
        moment(world, _("Looking up your card")),
        lambda event: event if isinstance(event, ev.AccountAnswered) and event.request == request else None,
        ANSWER_S_MAX,
    )
    answer = answered.answer if answered else None
    if answer is None or answer.standing == "limited":
        remembered = world.replica.account(card)
        if remembered is None:
            yield from notices.read_it(notices.cannot_look_up(world))
        return remembered
    if answer.account is None:
        told = notices.denied_card(world, answer.why) if answer.standing == "denied" else None
        yield from notices.read_it(told or notices.unknown_card(world))
        return None
    world.replica.remember(answer.account)
    return answer.account


def _at_the_kiosk(world: World, visitor: Visitor) -> Journey[None]:
    for operation in world.journal.unresolved(visitor.account.member):
        if operation.state == "unknown" and operation.claim_held:
            ending = yield from reprint(world, visitor.visit, visitor.account, operation)
            if ending == "leave":
                return
    while True:
        event = yield Page(lambda say, _left: home(world, say, visitor.account, visitor.points(world)))
        if isinstance(event, ev.ShelfOpened):
            finished = yield from _choose(world, visitor)
            if finished:
                return
        elif isinstance(event, ev.HistoryOpened):
            yield from _read_history(world, visitor)


def _choose(world: World, visitor: Visitor) -> Journey[bool]:
    """Shelf and redemption; True when the visitor is done for today."""
    while True:
        points = visitor.points(world)
        backed = allowance(world, visitor.account, visitor.family)
        chosen = yield from browse(world, Shopper(visitor.account.member, points, backed))
        if chosen is None:
            return False
        ending = yield from redeem(world, visitor.visit, visitor.account, Means(points, backed), chosen)
        if ending == "home":
            return False
        if ending == "leave":
            return True


def _read_history(world: World, visitor: Visitor) -> Journey[None]:
    number = 1

    def draw(say: Words, _left: int) -> views.View:
        return history(world, say, visitor.account, visitor.points(world), number)

    while True:
        event = yield Page(draw)
        if isinstance(event, ev.WentBack):
            return
        if isinstance(event, ev.PageTurned):
            number = event.page
