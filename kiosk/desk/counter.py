"""The counter: a voucher is presented, or staff found that it never came out."""

from kiosk.desk.world import World
from kiosk.events import ClaimAsked, Printed, VoidAsked
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Body, Claim, Post, Returned, Void
from kiosk.membership.claims import ClaimAnswer, Presented, judge
from kiosk.membership.vouchers import check_code, signature_of, typed_number
from kiosk.ports import CounterAnswer, Draft, Operation
from kiosk.words import DEFAULT, Words, _

SENTENCES = {
    ClaimAnswer.GIVEN: _("Valid. Hand over the gift."),
    ClaimAnswer.ALREADY: _("Already claimed. Hand over nothing."),
    ClaimAnswer.VOID: _("Void: the points went back to the member. Hand over nothing."),
    ClaimAnswer.EXPIRED: _("Expired. Hand over nothing."),
    ClaimAnswer.FORGED: _("The check code does not fit this number. Hand over nothing."),
    ClaimAnswer.NOT_FINISHED: _("This voucher is still being printed. Wait for the kiosk."),
    ClaimAnswer.NOT_HERE: _("Another kiosk issued this voucher; it cannot be checked here yet."),
}


def answer(world: World, asked: ClaimAsked | VoidAsked) -> None:
    """Settle what staff ask, unless they stopped waiting: then nothing is journalled behind their back."""
    if not world.counter.expects(asked.request):
        return
    if isinstance(asked, ClaimAsked):
        answer_claim(world, asked)
    else:
        answer_void(world, asked)


def answer_claim(world: World, asked: ClaimAsked) -> None:
    """Judge, journal the claim, then answer: in that order. An unknown print is posted by its paper."""
    operation = world.journal.by_voucher(typed_number(asked.number))
    said = judge(_presented(world, asked, operation))
    if said is ClaimAnswer.GIVEN and operation is not None:
        body = operation.redeem
        settled: list[Body] = [Claim(op=body.op, voucher=body.voucher)]
        if operation.state == "unknown":
            settled.insert(0, Post(op=body.op, reason="presented"))
        _journal(world, operation, asked.operator, settled)
    _answer(world, asked.request, said, operation)


def answer_void(world: World, asked: VoidAsked) -> None:
    """Staff looked and there is no voucher: it is void from now on, and the points return."""
    operation = world.journal.by_voucher(typed_number(asked.number))
    if operation is None or operation.state != "unknown":
        closed = {"posted": ClaimAnswer.ALREADY, "voided": ClaimAnswer.VOID}
        state = operation.state if operation else ""
        say = _staff_words(world)
        sentence = {
            "": say("This kiosk did not issue that number. Nothing was changed."),
            "posted": say("This voucher was printed: it cannot be made void here. Nothing was changed."),
            "voided": say("It is void already. Nothing was changed."),
        }.get(state, say("This voucher is still being printed. Nothing was changed."))
        result = closed.get(state, ClaimAnswer.NOT_HERE if not state else ClaimAnswer.NOT_FINISHED)
        world.counter.answer(asked.request, CounterAnswer(result, sentence))
        return
    points = operation.redeem.points
    back = Returned(asset=acc.POINTS, amount=points, member=operation.member)
    # A void puts the points into this kiosk's escrow; nobody is visiting, so they go home at once.
    _journal(world, operation, asked.operator, [Void(op=operation.redeem.op, reason="staff"), back])
    say = _staff_words(world)
    sentence = say(
        "Void. {points} points are back with the member.", points=say.points(operation.redeem.points)
    )
    world.counter.answer(
        asked.request, CounterAnswer(ClaimAnswer.VOID, sentence, _gift(world, operation.redeem.gift))
    )


def printed_late(world: World, printed: Printed) -> None:
    """The printer vouches for a paper after the desk had given up waiting: the voucher is good."""
    operation = world.journal.operation(printed.op)
    if operation is not None and operation.state == "unknown" and operation.attempt == printed.attempt:
        _journal(world, operation, "", [Post(op=printed.op, reason="printed-late")])


def _presented(world: World, asked: ClaimAsked, operation: Operation | None) -> Presented:
    if operation is None:
        return Presented("", False, False, False, False)
    body = operation.redeem
    return Presented(
        state=operation.state,
        code_fits=asked.check.strip().upper() == check_code(signature_of(body.qr)),
        claimed=operation.claimed is not None,
        right_held=operation.claim_held,
        # a voucher made under a clock nobody trusted may not be called expired by a better one
        expired=world.clock.trusted() and operation.clock == "trusted" and world.clock.now() >= body.expires,
    )


def _journal(world: World, operation: Operation, operator: str, bodies: list[Body]) -> None:
    world.journal.append(
        *(Draft(body, member=operation.member, operator=operator or None) for body in bodies)
    )
    world.hub.nudge()


def _answer(world: World, request: str, said: ClaimAnswer, operation: Operation | None) -> None:
    say = _staff_words(world)
    sentence, gift, at = say(SENTENCES[said]), "", None
    if operation is not None and said is not ClaimAnswer.FORGED:
        gift, at = _gift(world, operation.redeem.gift), operation.claimed_at
        if at is not None:
            sentence += say(
                " Claimed {day} {time} at kiosk {number}.",
                day=say.date(at),
                time=say.time(at),
                number=world.kiosk_number,
            )
    world.counter.answer(request, CounterAnswer(said, sentence, gift, at))


def _gift(world: World, gift_id: str) -> str:
    say = _staff_words(world)
    return next((say.of(gift.name) for gift in world.replica.gifts() if gift.id == gift_id), gift_id)


def _staff_words(world: World) -> Words:
    return Words(DEFAULT, world.shop.zone)
