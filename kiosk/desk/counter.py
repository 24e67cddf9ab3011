"""The counter: a voucher is presented, or staff found that it never came out."""

from kiosk.desk.elsewhere import Elsewhere
from kiosk.desk.genuine import Standing, examine
from kiosk.desk.presented import gift_name, record, settle, staff_words, tell
from kiosk.desk.vouchers import stands, undone
from kiosk.desk.world import World
from kiosk.events import ClaimAsked, Printed, VoidAsked
from kiosk.membership.claims import ClaimAnswer
from kiosk.membership.vouchers import typed_number
from kiosk.ports import CounterAnswer, NotHeld, Operation


def answer(world: World, elsewhere: Elsewhere, asked: ClaimAsked | VoidAsked) -> None:
    """Settle what staff ask, unless they stopped waiting: then nothing is journalled behind their back."""
    if not world.counter.expects(asked.request):
        return
    if isinstance(asked, ClaimAsked):
        answer_claim(world, elsewhere, asked)
    else:
        answer_void(world, asked)


def answer_claim(world: World, elsewhere: Elsewhere, asked: ClaimAsked) -> None:
    """At once where this kiosk can tell; a right to claim that is elsewhere is asked for."""
    seen = examine(world, asked)
    if seen.standing is Standing.NONE:
        say = staff_words(world)
        typed = say("This is no voucher number. Check the digits.")
        sentence = say("That code is no voucher of ours.") if asked.code else typed
        world.counter.answer(asked.request, CounterAnswer(ClaimAnswer.UNKNOWN, sentence))
        return
    said = settle(world, asked)
    if said is ClaimAnswer.NOT_HERE:
        elsewhere.ask(asked, seen.number)
    else:
        tell(world, asked.request, said, world.journal.by_voucher(seen.number))


def answer_void(world: World, asked: VoidAsked) -> None:
    """Staff looked and there is no voucher: it is void from now on, and the points return."""
    operation = world.journal.by_voucher(typed_number(asked.number))
    if operation is None or operation.state != "unknown" or not operation.claim_held:
        world.counter.answer(asked.request, _not_void(world, operation))
        return
    try:
        # A void puts the points into this kiosk's escrow; nobody is visiting, so they go home at once.
        record(world, operation, asked.operator, undone(operation, "staff"))
    except NotHeld:  # the right to claim was let go at this very moment
        world.counter.answer(asked.request, _not_void(world, operation))
        return
    say = staff_words(world)
    points = say.points(operation.redeem.points)
    sentence = say("Void. {points} points are back with the member.", points=points)
    gift = gift_name(world, operation.redeem)
    world.counter.answer(asked.request, CounterAnswer(ClaimAnswer.VOID, sentence, gift))


def _not_void(world: World, operation: Operation | None) -> CounterAnswer:
    say = staff_words(world)
    match operation.state if operation else "elsewhere":
        case "elsewhere":
            sentence = say("This kiosk did not issue that number. Nothing was changed.")
            return CounterAnswer(ClaimAnswer.NOT_HERE, sentence)
        case "posted":
            sentence = say("This voucher was printed: it cannot be made void here. Nothing was changed.")
            return CounterAnswer(ClaimAnswer.ALREADY, sentence)
        case "voided":
            sentence = say("It is void already. Nothing was changed.")
            return CounterAnswer(ClaimAnswer.VOID, sentence)
        case "unknown":
            sentence = say("This voucher was presented at another kiosk. Nothing was changed.")
            return CounterAnswer(ClaimAnswer.NOT_HERE, sentence)
    sentence = say("This voucher is still being printed. Nothing was changed.")
    return CounterAnswer(ClaimAnswer.NOT_FINISHED, sentence)


def printed_late(world: World, printed: Printed) -> None:
    """The printer vouches for a paper after the desk had given up waiting: the voucher is good."""
    operation = world.journal.operation(printed.op)
    if operation is not None and operation.state == "unknown" and operation.attempt == printed.attempt:
        settled = stands(world, operation.redeem, "printed-late")
        record(world, operation, "", settled if operation.claim_held else settled[:1])
