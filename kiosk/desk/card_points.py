"""Points on the card itself: seen when it comes, spent when head office cannot help, settled by the card.

What the card pays becomes a right of its member here, and the redemption spends that: a debited card means a
gift or points in the account, never neither. Intent and outcome are journalled around the card's own step; in
between nobody knows, and the card is asked again when it is next presented here.
"""

from dataclasses import dataclass, field

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.pages import Draw, Journey, Page, frame, moment, wait_for
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Carded, Carding, Returned
from kiosk.ledger.sync import Account
from kiosk.membership.purses import Disputed, InDoubt, Moved, NotMoved, Outcome
from kiosk.ports import CardMove, Draft, NotHeld, PurseSeen
from kiosk.words import Words, _

ANSWER_S = 15.0
"""Seconds until a card that has not answered is given up; the reader's own watchdog is quicker."""


@dataclass(slots=True)
class Pocket:
    """The purse of the card that was tapped, by its keyed hash, and the points in it."""

    tap: ev.CardTapped
    purse: bytes = field(repr=False)
    points: int


def look(world: World, tap: ev.CardTapped, account: Account, visit: str) -> Journey[Pocket | None]:
    """What the tapped card holds; a move on it that never ended is settled first, and told."""
    if world.purses is None or tap.card.family not in world.purses.families:
        return None
    pocket = yield from _ask(world, tap)
    if pocket is None:
        return None
    for move in world.journal.open_moves(pocket.purse):
        yield from notices.read_it((yield from _settle(world, pocket, move, account, visit)))
        if world.journal.open_moves(pocket.purse):
            return None  # it may not pay while one is open
        pocket = (yield from _ask(world, tap)) or pocket
    return pocket


def pay(world: World, visit: str, member: str, pocket: Pocket, points: int) -> Journey[Draw | None]:
    """The card pays so many points, which then are rights here; or a notice why not."""
    begun = yield from _begin(world, pocket, points)
    if begun is None or (begun.card, begun.amount) != (pocket.purse, points):
        return not_paid(world)
    try:
        world.journal.append(Draft(begun, member=member, visit=visit))
    except NotHeld:
        return in_doubt(world)  # this card has a move that is still open
    outcome = yield from _move(world, pocket, begun)
    _keep(world, CardMove(begun, member, 0, 0), outcome, visit)
    pocket.points = outcome.balance if isinstance(outcome, Moved | NotMoved) else 0
    return None if isinstance(outcome, Moved) else _told(world, outcome)


def _settle(world: World, pocket: Pocket, move: CardMove, account: Account, visit: str) -> Journey[Draw]:
    outcome = yield from _resolve(world, pocket, move.begun)
    _keep(world, move, outcome, visit)
    if not isinstance(outcome, Moved):
        return _told(world, outcome)
    if move.member != account.member:
        # The card has another member by now: what it paid belongs to the one who had it.
        back = Returned(asset=acc.POINTS, amount=move.begun.amount, member=move.member)
        world.journal.append(Draft(back, member=move.member))
    return came_over(world, move.begun.amount)


def _told(world: World, outcome: Outcome) -> Draw:
    match outcome:
        case InDoubt():
            return in_doubt(world)
        case Disputed():
            return disputed(world)
    return not_paid(world)


def _keep(world: World, move: CardMove, outcome: Outcome, visit: str) -> None:
    """Journal how it ended; doubt is no end, and a dispute is told once."""
    begun = move.begun
    match outcome:
        case Moved(tac=tac, counter=counter, balance=balance):
            ended = Carded(
                move=begun.move, what=begun.what, card=begun.card, amount=begun.amount,
                end="moved", tac=tac, counter=counter, balance=balance,
            )  # fmt: skip
        case NotMoved(balance=balance):
            ended = Carded(
                move=begun.move, what=begun.what, card=begun.card, amount=begun.amount,
                end="not-moved", balance=balance,
            )  # fmt: skip
        case Disputed() if not move.disputed:
            ended = Carded(
                move=begun.move, what=begun.what, card=begun.card, amount=begun.amount, end="disputed"
            )
        case _:
            return
    world.journal.append(Draft(ended, member=move.member, visit=visit))
    world.hub.nudge()


# --- asking the card ---------------------------------------------------------------------------------


def _ask(world: World, tap: ev.CardTapped) -> Journey[Pocket | None]:
    assert world.purses is not None
    request = world.ids.uuid7()
    world.purses.look(request, tap)
    done = yield from _done(world, request, moment(world, _("Looking up your card")))
    seen = done.answer if done else None
    return Pocket(tap, seen.purse, seen.points) if isinstance(seen, PurseSeen) else None


def _begin(world: World, pocket: Pocket, points: int) -> Journey[Carding | None]:
    assert world.purses is not None
    request = world.ids.uuid7()
    world.purses.begin(request, pocket.tap, world.ids.uuid7(), points)
    done = yield from _done(world, request, _paying(world))
    intent = done.answer if done else None
    return intent if isinstance(intent, Carding) else None


def _move(world: World, pocket: Pocket, intent: Carding) -> Journey[Outcome]:
    """What the card says of its debit; silence is doubt."""
    assert world.purses is not None
    request = world.ids.uuid7()
    world.purses.debit(request, pocket.tap, intent)
    done = yield from _done(world, request, _paying(world))
    if done is not None and not done.begun:
        return NotMoved(intent.before)  # the card was never spoken to
    return _outcome(done)


def _resolve(world: World, pocket: Pocket, intent: Carding) -> Journey[Outcome]:
    assert world.purses is not None
    request = world.ids.uuid7()
    world.purses.resolve(request, pocket.tap, intent)
    return _outcome((yield from _done(world, request, _paying(world))))


def _outcome(done: ev.CardDone | None) -> Outcome:
    outcome = done.answer if done else None
    if isinstance(outcome, Moved | NotMoved | InDoubt | Disputed):
        return outcome
    return InDoubt(done.why if done else "silent")


def _done(world: World, request: str, page: Page) -> Journey[ev.CardDone | None]:
    return (
        yield from wait_for(
            world,
            page,
            lambda event: event if isinstance(event, ev.CardDone) and event.request == request else None,
            ANSWER_S,
        )
    )


# --- pages -------------------------------------------------------------------------------------------


def _paying(world: World) -> Page:
    """Nobody leaves while a card pays."""

    def draw(say: Words, _left: int) -> views.Busy:
        sentence = say("Your card is paying. Please leave it where it is.")
        return views.Busy(frame(world, say), say("One moment"), sentence)

    return Page(draw, held=True)


def not_paid(world: World) -> Draw:
    """The card did not pay, and says so."""
    return notices.notice(
        world,
        "card",
        lambda say: (
            say("Your card did not pay"),
            say("It was taken away too early, or would not answer. You can simply try again."),
            say("Nothing was taken from your card."),
        ),
        "K-CD-20",
    )


def in_doubt(world: World) -> Draw:
    """Nobody knows whether the card paid."""
    return notices.notice(
        world,
        "card",
        lambda say: (
            say("Please put your card on the reader again"),
            say("It left before we could tell whether it paid. Your card itself remembers."),
            say("What it paid comes to your account. Nothing is lost."),
        ),
        "K-CD-21",
    )


def disputed(world: World) -> Draw:
    """The card cannot tell any more."""
    return notices.notice(
        world,
        "card",
        lambda say: (
            say("Our staff have to look at your card"),
            say("It cannot tell us any more whether an earlier payment went through."),
            say("Until then its points stay as they are."),
        ),
        "K-CD-22",
    )


def came_over(world: World, points: int) -> Draw:
    """An earlier payment went through: its points are in the account."""
    return notices.notice(
        world,
        "card",
        lambda say: (
            say("Your points are in your account"),
            say("Your card paid earlier, but left before your gift was ready. No gift was given for it."),
            say("{points} points came from your card.", points=say.points(points)),
        ),
    )
