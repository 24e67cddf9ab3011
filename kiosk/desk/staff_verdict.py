"""The answer about a voucher as a page: what to do in big words, which gift, when it was claimed."""

from dataclasses import dataclass
from typing import Literal

from kiosk import events as ev
from kiosk import views
from kiosk.desk.money import face, handing_over
from kiosk.desk.pages import MOMENT_S, Draw, Journey, Page
from kiosk.desk.presented import SENTENCES
from kiosk.desk.staff_pages import Locked, gift_of, staff_frame
from kiosk.desk.world import World
from kiosk.ledger.feed import Colleague
from kiosk.ledger.sync import Gift
from kiosk.membership.claims import ClaimAnswer
from kiosk.membership.vouchers import shown
from kiosk.ports import CounterAnswer, Operation
from kiosk.words import DEFAULT, Words, _

READ_S = 1.0
"""An answer stays at least this long: the second half of a double tap must not wipe it away unread."""
VERDICT_S = 180
"""How long an answer stays for whoever went to fetch the gift; the page behind it locks sooner."""

LATER = (ClaimAnswer.NOT_HERE, ClaimAnswer.NOT_NOW, ClaimAnswer.NOT_SURE, ClaimAnswer.LIMITED)
"""Answers that the network brings: nothing is lost by waiting."""

Tone = Literal["go", "stop", "wait"]


@dataclass(frozen=True, slots=True)
class _Look:
    """How an answer looks: tone, icon, and the big words."""

    tone: Tone
    icon: str
    words: str
    again: bool = False
    """Whether asking again later may bring another answer."""
    instead: str = ""
    """What is said here in the place of the counter's sentence."""


LOOKS = {
    ClaimAnswer.GIVEN: _Look(
        "go",
        "check",
        _("Valid: hand over the gift"),
        instead=_("It is claimed now. Keep the paper, it is used up."),
    ),
    ClaimAnswer.ALREADY: _Look("stop", "x", _("Already claimed")),
    ClaimAnswer.VOID: _Look("stop", "x", _("Void")),
    ClaimAnswer.EXPIRED: _Look("stop", "clock", _("Expired")),
    ClaimAnswer.FORGED: _Look("stop", "x", _("Not genuine")),
    ClaimAnswer.NOT_OURS: _Look("stop", "x", _("Not one of ours")),
    ClaimAnswer.NOT_FINISHED: _Look("wait", "print", _("Not finished printing"), again=True),
    ClaimAnswer.NOT_HERE: _Look("wait", "info", _("Not at this kiosk"), again=True),
    ClaimAnswer.NOT_NOW: _Look("wait", "offline", _("Not possible right now"), again=True),
    ClaimAnswer.NOT_SURE: _Look("wait", "offline", _("Cannot be sure now"), again=True),
    ClaimAnswer.NOT_ALLOWED: _Look("stop", "x", _("You may not do this any more")),
    ClaimAnswer.LIMITED: _Look("wait", "clock", _("Asked too often"), again=True),
    ClaimAnswer.UNKNOWN: _Look("wait", "info", _("Not known yet"), again=True),
}


def read_verdict(world: World, draw: Draw) -> Journey[ev.Event]:
    """Show an answer until they go on; the event that says how: NextVoucher, VoucherTyped or WentBack.

    Whoever comes back later than any staff page locks may only read: Locked when they go on.
    """
    page, since = Page(draw, countdown_s=VERDICT_S), world.clock.monotonic()
    while True:
        event = yield page
        stood = world.clock.monotonic() - since
        if isinstance(event, ev.NextVoucher | ev.VoucherTyped | ev.WentBack) and stood >= READ_S:
            if stood >= world.shop.idle_s:
                raise Locked
            return event


def claimed(world: World, colleague: Colleague, asked: ev.ClaimAsked, said: CounterAnswer) -> Draw:
    """The answer to a claim."""
    look = LOOKS[said.result]

    def draw(say: Words, _left: int) -> views.Verdict:
        gift = gift_of(world, said.gift_id)
        return views.Verdict(
            frame=staff_frame(world, say, colleague, 0, "back"),
            tone=look.tone,
            icon=look.icon,
            headline=headline(say, said),
            sentence=_sentence(say, said),
            gift_label=say("Cash voucher") if said.worth else say("Gift"),
            gift=named(say, said, gift),
            picture=(gift.picture if look.tone == "go" else f"{gift.picture}_grey") if gift else "",
            number_label=say("Voucher number"),
            number=shown(asked.number),
            facts=_facts(say, said),
            choices=_onward(say, look, typed=not asked.code),
        )

    return draw


def headline(say: Words, said: CounterAnswer) -> str:
    """The big words: what to do, and with how much money where money plays a part."""
    if said.result is ClaimAnswer.GIVEN and (said.cash or said.worth):
        return say("Valid: {what}", what=handing_over(say, said.cash, said.worth))
    return say(LOOKS[said.result].words)


def named(say: Words, said: CounterAnswer, gift: Gift | None) -> str:
    """What the voucher is for."""
    if said.worth:
        return face(say, said.worth)
    return say.of(gift.name) if gift else said.gift


def made_void(world: World, colleague: Colleague, operation: Operation, said: CounterAnswer) -> Draw:
    """The answer to staff who found no paper."""
    body = operation.redeem
    now = world.journal.by_voucher(body.voucher)
    done = now is not None and now.state == "voided"

    def draw(say: Words, _left: int) -> views.Verdict:
        gift = gift_of(world, body.gift)
        points = say.points(body.points)
        back = say("Void. {points} points are back with the member.", points=points)
        return views.Verdict(
            frame=staff_frame(world, say, colleague, 0, "back"),
            tone="stop" if done else "wait",
            icon="check" if done else "info",
            headline=say("Void") if done else say("Nothing was changed"),
            sentence=back if done else said.sentence,
            gift_label=say("Gift"),
            gift=say.of(gift.name) if gift else body.gift,
            picture=f"{gift.picture}_grey" if gift else "",
            number_label=say("Voucher number"),
            number=shown(body.voucher),
            facts=(),
            choices=(views.Choice(say("OK"), ev.WentBack(), icon="check", primary=True),),
        )

    return draw


def waiting(world: World, colleague: Colleague) -> Page:
    """While another kiosk is asked for the right to claim."""

    def draw(say: Words, left: int) -> views.View:
        return views.Busy(
            staff_frame(world, say, colleague, left),
            say("One moment"),
            say("The kiosk that printed this voucher is being asked. Hand over nothing yet."),
            (views.Choice(say("Cancel"), ev.WentBack(), icon="x"),),
        )

    return Page(draw, after_s=MOMENT_S)


def _sentence(say: Words, said: CounterAnswer) -> str:
    """What the counter hears, in the shop's language; when and where it was claimed stand apart."""
    whole = say.language == DEFAULT and said.result is not ClaimAnswer.ALREADY
    if instead := LOOKS[said.result].instead:
        return say(instead)
    told = said.sentence if whole and said.sentence else say(SENTENCES[said.result])
    return told + say(" Waiting loses nothing: ask again later.") if said.result in LATER else told


def _facts(say: Words, said: CounterAnswer) -> tuple[str, ...]:
    if said.claimed_at is None or said.result is not ClaimAnswer.ALREADY:
        return ()
    at = f"{say.date(said.claimed_at)} {say.time(said.claimed_at)}"
    where = (say("Kiosk {number}", number=said.claimed_kiosk),) if said.claimed_kiosk else ()
    return (say("Claimed on {moment}", moment=at), *where)


def _onward(say: Words, look: _Look, *, typed: bool) -> tuple[views.Choice, ...]:
    onward = views.Choice(say("Next voucher"), ev.NextVoucher(), icon="ticket", primary=True)
    if look.again or (typed and look is LOOKS[ClaimAnswer.FORGED]):
        label = say("Ask again") if look.again else say("Correct the code")
        return (views.Choice(label, ev.VoucherTyped()), onward)
    return (onward,)
