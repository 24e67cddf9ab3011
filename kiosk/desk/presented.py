"""A voucher that somebody holds at the counter: what this kiosk knows of it, and what staff are told."""

from kiosk.desk.duties import may_claim
from kiosk.desk.genuine import REFUSED, Seen, Standing, examine
from kiosk.desk.money import handing_over, title_of
from kiosk.desk.world import World
from kiosk.events import ClaimAsked
from kiosk.ledger.entries import Body, Claim, Post, Redeem
from kiosk.membership.claims import ClaimAnswer, Presented, judge
from kiosk.ports import CounterAnswer, Draft, NotHeld, Operation
from kiosk.words import DEFAULT, Words, _

SENTENCES = {
    ClaimAnswer.GIVEN: _("Valid. Hand over the gift."),
    ClaimAnswer.ALREADY: _("Already claimed. Hand over nothing."),
    ClaimAnswer.VOID: _("Void: the points went back to the member. Hand over nothing."),
    ClaimAnswer.EXPIRED: _("Expired. Hand over nothing."),
    ClaimAnswer.FORGED: _("Not genuine: the code does not fit this number. Hand over nothing."),
    ClaimAnswer.NOT_FINISHED: _("This voucher is still being printed. Wait for the kiosk."),
    ClaimAnswer.NOT_HERE: _("The right to claim this voucher is at another kiosk. Nothing was changed."),
    ClaimAnswer.NOT_NOW: _("Not now: the kiosk that printed it cannot be reached. Nothing was changed."),
    ClaimAnswer.NOT_SURE: _(
        "Genuine, but without the network nobody can tell whether it was used. Hand over nothing yet."
    ),
    ClaimAnswer.NOT_OURS: _("A voucher of another store, which is not honoured here. Hand over nothing."),
    ClaimAnswer.NOT_ALLOWED: _(
        "You may not claim vouchers here any more. Hand over nothing. Nothing was changed."
    ),
    ClaimAnswer.LIMITED: _(
        "Very many vouchers were asked for here: head office lends no more for a while. Nothing was changed."
    ),
    ClaimAnswer.UNKNOWN: _(
        "Head office does not know this voucher yet. Check the number. Nothing was changed."
    ),
}
GIVEN_FOR_MONEY = _("Valid. {what}.")
_TIMES_JUDGED = 3
"""The uploader may let a right go while we look at it; each further look sees that."""


def settle(world: World, asked: ClaimAsked) -> ClaimAnswer:
    """Examine, judge, then journal the claim: in that order. An unknown print is posted by its paper."""
    if asked.signed_in and not may_claim(world.replica.colleague(asked.operator)):
        return ClaimAnswer.NOT_ALLOWED
    seen = examine(world, asked)
    if seen.standing in REFUSED:
        return REFUSED[seen.standing]
    for _time in range(_TIMES_JUDGED):
        operation = world.journal.by_voucher(seen.number)
        judged = judge(_presented(world, seen, operation))
        if judged is not ClaimAnswer.GIVEN or operation is None:
            return judged
        body = operation.redeem
        settled: list[Body] = [Claim(op=body.op, voucher=body.voucher)]
        if operation.state == "unknown":
            settled.insert(0, Post(op=body.op, reason="presented"))
        try:
            record(world, operation, asked.operator, settled)
        except NotHeld:
            continue
        return judged
    return ClaimAnswer.NOT_NOW


def unanswered(world: World, asked: ClaimAsked) -> ClaimAnswer:
    """What is told when the right to claim is elsewhere and nobody can be asked, or answers."""
    seen = examine(world, asked)
    dated = seen.expires and world.clock.trusted()
    if seen.standing is Standing.SIGNED and dated and world.clock.now() >= seen.expires:
        return ClaimAnswer.EXPIRED
    return ClaimAnswer.NOT_NOW if seen.standing is Standing.TYPED else ClaimAnswer.NOT_SURE


def _presented(world: World, seen: Seen, operation: Operation | None) -> Presented:
    revoked = bool(world.replica.revoked(seen.number))
    if operation is None:
        return Presented("", seen.standing is Standing.SIGNED, False, False, False, revoked)
    # a voucher made under a clock nobody trusted may not be called expired by a better one
    believed = operation.clock == operation.redeem.clock == "trusted"
    dated = world.clock.trusted() and believed
    return Presented(
        state=operation.state,
        code_fits=seen.fits(operation.redeem.qr),
        claimed=operation.claimed is not None,
        right_held=operation.claim_held,
        expired=operation.expired or (dated and world.clock.now() >= operation.redeem.expires),
        revoked=revoked,
    )


def record(world: World, operation: Operation, operator: str, bodies: list[Body]) -> None:
    """Journal what becomes of an operation, in one transaction, and let it go up soon."""
    member, who = operation.member or None, operator or None
    world.journal.append(*(Draft(body, member=member, operator=who) for body in bodies))
    world.hub.nudge()


# --- what staff hear ---------------------------------------------------------------------------------


def tell(world: World, request: str, said: ClaimAnswer, operation: Operation | None = None) -> None:
    """Answer from what this kiosk knows. Of a forged number nothing more is told."""
    if operation is None or said is ClaimAnswer.FORGED:
        tell_more(world, request, said)
        return
    at = operation.claimed_at
    tell_more(world, request, said, operation.redeem, (at, world.kiosk_number) if at else None)


def tell_more(
    world: World,
    request: str,
    said: ClaimAnswer,
    redeem: Redeem | None = None,
    claimed: tuple[int, int] | None = None,
    *,
    more: str = "",
) -> None:
    """Answer, with what was redeemed, and with when (UTC microseconds) and at which kiosk it was claimed.

    `more` is said after the sentence.
    """
    say = staff_words(world)
    sentence, at, kiosk = _sentence(say, said, redeem) + more, None, 0
    if claimed is not None:
        at, kiosk = claimed
        sentence += say(
            " Claimed {day} {time} at kiosk {number}.", day=say.date(at), time=say.time(at), number=kiosk
        )
    if redeem is None:
        world.counter.answer(request, CounterAnswer(said, sentence, "", at, "", kiosk))
        return
    name, money = gift_name(world, redeem), (redeem.cash, redeem.worth)
    world.counter.answer(request, CounterAnswer(said, sentence, name, at, redeem.gift, kiosk, *money))


def _sentence(say: Words, said: ClaimAnswer, redeem: Redeem | None) -> str:
    if said is ClaimAnswer.GIVEN and redeem is not None and (redeem.cash or redeem.worth):
        return say(GIVEN_FOR_MONEY, what=handing_over(say, redeem.cash, redeem.worth))
    return say(SENTENCES[said])


def gift_name(world: World, redeem: Redeem) -> str:
    """What was redeemed as staff call it; its id if the catalogue does not have it any more."""
    found = next((gift for gift in world.replica.gifts() if gift.id == redeem.gift), None)
    return title_of(staff_words(world), redeem, found)


def staff_words(world: World) -> Words:
    """Staff hear the shop's language, whatever the visitor chose."""
    return Words(DEFAULT, world.shop.zone)
