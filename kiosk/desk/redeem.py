"""Points become a voucher: confirm, PIN, rights, journal, print, outcome. Each is durable before the next."""

from dataclasses import dataclass
from typing import Literal

import msgspec

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices, paid_with
from kiosk.desk.card_points import Pocket, pay
from kiosk.desk.limits import limited_by, within_limits
from kiosk.desk.money import price, title
from kiosk.desk.pages import Draw, Journey, Page, frame, moment, wait_for
from kiosk.desk.pin import check_pin
from kiosk.desk.print_out import look_beforehand
from kiosk.desk.rights import obtain
from kiosk.desk.vouchers import issue, stands, voucher_paper
from kiosk.desk.world import World
from kiosk.ledger import accounts as acc
from kiosk.ledger.entries import Body, Printing, Redeem, Unknown, Void
from kiosk.ledger.serials import Serial
from kiosk.ledger.sync import Account, Gift
from kiosk.membership.gifts import Offer, Reach
from kiosk.membership.vouchers import shown
from kiosk.ports import Draft, Operation
from kiosk.words import Words, _

Ending = Literal["shelf", "home", "leave"]
TAKE_S = 30
REMIND_S = 10
"""Seconds before the page clears itself in which it asks whether the voucher was taken."""


@dataclass(frozen=True, slots=True)
class ByRight:
    """A benefit that a gift takes, by its asset, and how many units of it."""

    asset: str
    units: int = 1


@dataclass(frozen=True, slots=True)
class Purchase:
    """One gift for one member in one visit, and what the points were before."""

    visit: str
    account: Account
    gift: Gift
    points: int
    backed: int = 0
    pocket: Pocket | None = None
    right: ByRight | None = None


@dataclass(frozen=True, slots=True)
class Means:
    """What a visitor can spend: the points on their screen, and how many of those the kiosk may back.

    Those in the `pocket` lie on the card itself. `right` is spent with the gift; one to this very gift comes
    with an offer that costs no points.
    """

    points: int
    backed: int = 0
    pocket: Pocket | None = None
    right: ByRight | None = None


@dataclass(frozen=True, slots=True)
class _Gathered:
    """The rights for a purchase are here, `risk` of the points by the kiosk's budget; or `why` not."""

    why: Draw | None = None
    risk: int = 0
    serial: Serial | None = None


def redeem(world: World, visit: str, account: Account, means: Means, chosen: Offer) -> Journey[Ending]:
    """From a chosen gift to a voucher in the hand, or a page that says why not. Says where to go next."""
    why_not = _beforehand(world, chosen)
    if why_not is not None:
        yield from notices.read_it(why_not)
        return "shelf"
    purchase = Purchase(visit, account, chosen.gift, means.points, means.backed, means.pocket, means.right)
    ticket = yield from _confirm(world, purchase)
    if ticket is None:
        return "shelf"
    gathered = yield from _gather(world, purchase)
    if gathered.why is not None or gathered.serial is None:
        yield from notices.read_it(gathered.why or notices.no_numbers(world))
        return "shelf"
    limit = limited_by(world, purchase.gift)
    body = issue(world, ticket, purchase.gift, gathered.serial, gathered.risk, benefit=limit)
    if purchase.right is not None:
        right = purchase.right
        body = msgspec.structs.replace(body, benefit=right.asset, benefit_units=right.units)
    return (yield from _hand_over(world, purchase, body))


def reprint(world: World, visit: str, account: Account, operation: Operation) -> Journey[Ending]:
    """A voucher of this member whose print nobody could vouch for: the same number once more.

    Says where to go next.
    """
    page = Page(_ask_reprint(world, operation), countdown_s=notices.READING_S)
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return "home"
        if isinstance(event, ev.Confirmed) and event.ticket == operation.redeem.op:
            break
    trouble = world.printer.ready()
    if trouble:
        yield from notices.read_it(notices.printer_resting(world, trouble))
        return "home"
    now = world.journal.operation(operation.redeem.op)
    if now is None or now.state != "unknown" or not now.claim_held:
        return "home"  # a counter asked for it while the page stood: nothing more may be printed
    body, attempt = now.redeem, now.attempt + 1
    world.journal.append(Draft(Printing(op=body.op, attempt=attempt), member=account.member, visit=visit))
    printed = yield from _print(world, account, body, attempt)
    if printed.outcome is ev.Outcome.CONFIRMED:
        _record(world, account, visit, *stands(world, body, "reprinted"))
        return (yield from _take(world, body, None))
    _record(world, account, visit, Unknown(op=body.op, reason=printed.why))
    yield from notices.read_it(_unknown_print(world, body, printed.why))
    return "home"


def _beforehand(world: World, chosen: Offer) -> Draw | None:
    """What already stands in the way, before anything is asked of anybody."""
    match chosen.reach:
        case Reach.TOO_DEAR:
            return notices.not_enough(world, chosen.missing)
        case Reach.SOLD_OUT:
            return notices.sold_out(world)
        case Reach.NEEDS_NETWORK:
            return notices.no_right(world)
        case Reach.NEEDS_NUMBERS:
            return notices.no_numbers(world)
    trouble = world.printer.ready()
    return notices.printer_resting(world, trouble) if trouble else None


def _confirm(world: World, purchase: Purchase) -> Journey[str | None]:
    """Before and after, and the PIN. The accepted confirm's ticket, or None when they changed their mind."""
    left: int | None = None
    while True:
        ticket, tries = world.ids.uuid7(), left
        event = yield from _answer(world, purchase, ticket, tries)
        if event is None:
            return None
        checked = yield from check_pin(world, purchase.account, purchase.visit, event.pin)
        if checked.right:
            return ticket
        if checked.why is not None:
            yield from notices.read_it(checked.why)
            return None
        left = checked.left


def _answer(world: World, purchase: Purchase, ticket: str, tries: int | None) -> Journey[ev.Confirmed | None]:
    page = Page(lambda say, _left: _confirm_page(world, say, purchase, ticket, tries))
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return None
        if isinstance(event, ev.PaperLooked):
            yield from look_beforehand(world, purchase.account.name, purchase.gift)
        if isinstance(event, ev.Confirmed) and event.ticket == ticket:
            return event


def _gather(world: World, purchase: Purchase) -> Journey[_Gathered]:
    """Points for exactly this price and one unit of the gift; a notice when one of them is not to be had."""
    page = moment(world, _("Head office is setting your points aside"))
    member, gift, risk = purchase.account.member, purchase.gift, 0
    if why := (yield from within_limits(world, gift, member)):
        return _Gathered(why)
    short = yield from obtain(world, acc.POINTS, gift.points, member, page)
    missing = gift.points - world.journal.rights(acc.POINTS, member)
    from_card = short in {"later", "points"} and purchase.pocket is not None
    if from_card and purchase.pocket and missing <= purchase.pocket.points:
        short = ""
    elif short == "later":
        from_card, risk = False, missing
        short = "" if risk <= purchase.backed else short
    if not short:
        short = yield from _piece_and_right(world, purchase, page)
    if not short:
        trouble = world.printer.ready()
        if trouble:
            return _Gathered(notices.printer_resting(world, trouble))
        serial = world.journal.next_voucher_serial()
        if from_card and purchase.pocket and serial is not None:
            # The card pays last: everything else that this gift needs is here already.
            why = yield from pay(world, purchase.visit, member, purchase.pocket, missing)
            if why is not None:
                return _Gathered(why)
        return _Gathered(risk=max(0, risk), serial=serial)
    return _Gathered(_lacking(world, short))


def _piece_and_right(world: World, purchase: Purchase, page: Page) -> Journey[str]:
    """One unit of the gift, then the right that it takes: nothing is fetched of it in vain."""
    right = purchase.right
    short = yield from obtain(world, acc.gift(purchase.gift.id), 1, None, page)
    if short or right is None:
        return short
    return (yield from obtain(world, right.asset, right.units, purchase.account.member, page))


def _lacking(world: World, short: str) -> Draw:
    """What cannot be had now, in words."""
    match short:
        case "points":
            return notices.spent_elsewhere(world)
        case "stock":
            return notices.sold_out(world)
        case "used":
            return notices.given_before(world)
    return notices.no_right(world)


def _hand_over(world: World, purchase: Purchase, body: Redeem) -> Journey[Ending]:
    account, visit = purchase.account, purchase.visit
    world.journal.append(
        Draft(body, member=account.member, visit=visit),
        Draft(Printing(op=body.op, attempt=1), member=account.member, visit=visit),
    )
    printed = yield from _print(world, account, body, 1)
    match printed.outcome:
        case ev.Outcome.CONFIRMED:
            _record(world, account, visit, *stands(world, body, "printed"))
            return (yield from _take(world, body, purchase.points - body.points))
        case ev.Outcome.NOT_PRINTED:
            _record(world, account, visit, Void(op=body.op, reason=printed.why))
            yield from notices.read_it(notices.not_printed(world, printed.why, body.points))
        case ev.Outcome.UNKNOWN:
            _record(world, account, visit, Unknown(op=body.op, reason=printed.why))
            yield from notices.read_it(_unknown_print(world, body, printed.why))
    return "home"


def _record(world: World, account: Account, visit: str, *outcome: Body) -> None:
    world.journal.append(*(Draft(body, member=account.member, visit=visit) for body in outcome))
    world.hub.nudge()


def _print(world: World, account: Account, body: Redeem, attempt: int) -> Journey[ev.Printed]:
    """Print behind the fence and wait for its word; silence is UNKNOWN."""
    world.printer.print(body.op, attempt, voucher_paper(world, world.say, account.name, body, attempt))
    printed = yield from wait_for(
        world,
        Page(lambda say, _left: _printing_page(world, say), held=True),
        lambda event: (
            event
            if isinstance(event, ev.Printed) and (event.op, event.attempt) == (body.op, attempt)
            else None
        ),
        world.printer.longest_s(),
    )
    return printed or ev.Printed(body.op, attempt, ev.Outcome.UNKNOWN, "K-PR-09")


def _take(world: World, body: Redeem, after: int | None) -> Journey[Ending]:
    page = Page(lambda say, left: _take_page(world, say, body, after, left), countdown_s=TAKE_S)
    while True:
        event = yield page
        if isinstance(event, ev.VoucherTaken):
            return "leave"
        if isinstance(event, ev.WentBack):
            return "home"


# --- pages -------------------------------------------------------------------------------------------


def _printing_page(world: World, say: Words) -> views.Busy:
    return views.Busy(
        frame(world, say), say("One moment"), say("Your voucher is being printed. Please wait for it.")
    )


def _confirm_page(
    world: World, say: Words, purchase: Purchase, ticket: str, tries: int | None
) -> views.Confirm:
    gift, before = purchase.gift, purchase.points
    pickup = say.of(world.rules().voucher.pickup)
    return views.Confirm(
        frame=frame(world, say, "staff", "leave"),
        title=say("Confirm your cash voucher") if gift.worth else say("Confirm your gift"),
        ticket=ticket,
        gift=title(say, gift),
        picture=gift.picture,
        quantity=_beside(world, say, gift),
        pickup=_where(say, gift, pickup),
        before_label=say("Points now"),
        before=say.points(before),
        cost_label=say("This gift"),
        cost=_cost(say, gift),
        after_label=say("Points after"),
        after=say.points(before - gift.points),
        pin_label=say("Member PIN"),
        pin_hint=say("Cover the pad with your hand. Our staff never ask for your PIN."),
        pin_length=world.shop.pin_length,
        error=""
        if tries is None
        else say("That PIN was not right. {left} tries left. Nothing was spent.", left=tries),
        clear=say("Clear"),
        backspace=say("Delete"),
        cancel=say("Cancel"),
        confirm=_confirm_words(say, gift),
        look=views.Choice(say("See the voucher"), ev.PaperLooked(), icon="eye"),
    )


def _beside(world: World, say: Words, gift: Gift) -> str:
    """What there is to know before it is confirmed, beside the points."""
    if gift.worth:
        return say.of(world.rules().cash_vouchers.excluded) or say("Quantity 1")
    if gift.cash:
        return say("Quantity 1. {money} is due when you pick it up.", money=say.money(gift.cash))
    return say("Quantity 1")


def _where(say: Words, gift: Gift, pickup: str) -> str:
    if gift.worth:
        return say("Show it when you pay: {money} less", money=say.money(gift.worth))
    if gift.cash:
        return say("Pick up and pay: {place}", place=pickup)
    return say("Pick up: {place}", place=pickup)


def _cost(say: Words, gift: Gift) -> str:
    if not gift.points and not gift.cash:
        return say("free")
    return say.signed(-gift.points) + (f" + {say.money(gift.cash)}" if gift.cash else "")


def _confirm_words(say: Words, gift: Gift) -> str:
    if gift.cash:
        return say("Confirm: {price}", price=price(say, gift.points, gift.cash))
    if not gift.points:
        return say("Confirm, it costs no points")
    return say("Confirm, use {points} points", points=say.points(gift.points))


def _take_page(world: World, say: Words, body: Redeem, after: int | None, left: int) -> views.TakeVoucher:
    number = shown(body.voucher)
    return views.TakeVoucher(
        frame=frame(world, say, "staff"),
        title=say("Do you have your voucher?") if 0 < left <= REMIND_S else say("Please take your voucher"),
        sentence=paid_with.done(say, body.points, after)
        if after is not None
        else say("Here it is again. No points were used a second time."),
        steps=(
            views.Step(say("Take it from the slot below the screen"), say("Voucher {number}", number=number)),
            _show_step(world, say, body),
            _until_step(say, body),
        ),
        seconds_left=left,
        seconds_total=TAKE_S,
        leaving=say("seconds until this page clears itself"),
        choices=(
            views.Choice(say("Stay here"), ev.WentBack()),
            views.Choice(say("I have it, done"), ev.VoucherTaken(), icon="check", primary=True),
        ),
    )


def _show_step(world: World, say: Words, body: Redeem) -> views.Step:
    if body.worth:
        return views.Step(
            say("Show it when you pay"),
            say("Our staff take {money} off your bill", money=say.money(body.worth)),
        )
    return views.Step(
        say("Show it here: {place}", place=say.of(world.rules().voucher.pickup)),
        say("Our staff check it and hand you the gift")
        if not body.cash
        else say("Pay {money} there, and the gift is yours", money=say.money(body.cash)),
    )


def _until_step(say: Words, body: Redeem) -> views.Step:
    day = say.date(body.expires - 1)
    if body.worth:
        return views.Step(say("Use it by {day}", day=day), say("The voucher is good once"))
    return views.Step(say("Pick up by {day}", day=day), say("The voucher is good for one gift, once"))


def _unknown_print(world: World, body: Redeem, why: str) -> Draw:
    def draw(say: Words, left: int) -> views.Notice:
        return views.Notice(
            frame=frame(world, say, "leave"),
            picture="printer",
            title=say("Your points are kept for you") if body.points else say("Your gift is kept for you"),
            sentence=say("The printer did not answer, so we cannot tell yet whether your voucher is good."),
            points=paid_with.is_kept(say, body.points),
            code_label=say("Voucher number (for our staff)"),
            code=shown(body.voucher),
            code_facts=(
                say.time(world.clock.now()),
                say("Kiosk {number}", number=world.kiosk_number),
                why,
            ),
            question=say("Did a voucher come out?"),
            answers=(
                views.Choice(
                    say("Yes, I have it"), ev.WentBack(), icon="check", note=say("Take it to the counter")
                ),
                views.Choice(
                    say("No"),
                    ev.StaffCalled(),
                    icon="x",
                    note=say("Our staff check and give the points back"),
                ),
            ),
            choices=(views.Choice(say("Call staff"), ev.StaffCalled(), icon="bell", primary=True),),
            reassurance=say("You may also leave. Tap your card here later to print it again."),
            seconds_left=left,
            seconds_total=notices.READING_S,
        )

    return draw


def _ask_reprint(world: World, operation: Operation) -> Draw:
    body = operation.redeem

    def draw(say: Words, left: int) -> views.Notice:
        return views.Notice(
            frame=frame(world, say, "staff", "leave"),
            picture="gift",
            title=say("A voucher is waiting for you"),
            sentence=say("Last time we could not tell whether it was printed. Shall we print it again?"),
            points=paid_with.is_set_aside(say, body.points),
            code_label=say("Voucher number (for our staff)"),
            code=shown(body.voucher),
            choices=(
                views.Choice(say("Not now"), ev.WentBack()),
                views.Choice(say("Print it again"), ev.Confirmed(body.op, ""), icon="ticket", primary=True),
            ),
            seconds_left=left,
            seconds_total=notices.READING_S,
        )

    return draw
