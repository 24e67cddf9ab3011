"""Calm pages: what happened, what became of the points, what to do next. Each has a fault code for staff."""

from collections.abc import Callable

from kiosk import events as ev
from kiosk import views
from kiosk.desk import paid_with
from kiosk.desk.pages import Draw, Journey, Page, frame
from kiosk.desk.world import Front, World
from kiosk.words import Words, _

READING_S = 30
"""How long a notice stays when nobody touches it."""


PRINTER_RESTS = {
    "K-PR-01": _("It has run out of paper."),
    "K-PR-02": _("Its cover is open."),
    "K-PR-03": _("Its knife is stuck."),
    "K-PR-04": _("It reports a fault."),
    "K-PR-06": _("It is switched off line."),
    "K-PR-07": _("It cannot print this voucher."),
    "K-PR-08": _("Too many prints are waiting."),
    "K-PR-10": _("There is none here today."),
}
"""Fault code -> what a member is told."""
SILENT = _("It does not answer.")


def read_it(draw: Draw) -> Journey[None]:
    """Show a notice until somebody goes on, or its time is over."""
    page = Page(draw, countdown_s=READING_S)
    while not isinstance((yield page), ev.WentBack):
        pass


def notice(
    world: World,
    picture: str,
    words: Callable[[Words], tuple[str, str, str]],
    code: str = "",
    onward: tuple[views.Choice, ...] | None = None,
) -> Draw:
    """A notice of one picture and (title, sentence, what became of the points)."""

    def draw(say: Words, left: int) -> views.Notice:
        title, sentence, points = words(say)
        back = views.Choice(say("OK"), ev.WentBack(), icon="check", primary=True)
        return views.Notice(
            frame=frame(world, say, "staff", "leave"),
            picture=picture,
            title=title,
            sentence=sentence,
            points=points,
            code_label=say("Code for staff") if code else "",
            code=code,
            code_facts=(say.time(world.clock.now()), say("Kiosk {number}", number=world.kiosk_number))
            if code
            else (),
            choices=onward if onward is not None else (back,),
            seconds_left=left,
            seconds_total=READING_S,
        )

    return draw


def unknown_card(world: World) -> Draw:
    """Head office does not know this card."""
    return notice(
        world,
        "card",
        lambda say: (
            say("We do not know this card yet"),
            say("It may be new, or from another shop. Please ask our staff to look at it with you."),
            say("Nothing was changed."),
        ),
        "K-CD-01",
    )


def cannot_look_up(world: World) -> Draw:
    """No network, and the card is not one of ours: unknown, never somebody else."""
    return notice(
        world,
        "network",
        lambda say: (
            say("We cannot look up your card right now"),
            say("The shop's network is resting. Please try again in a few minutes, or ask our staff."),
            say("Your points are safe at head office. Nothing was spent."),
        ),
        "K-NW-01",
    )


def denied_card(world: World, why: str) -> Draw:
    """The card is on the deny list, or not genuine; the reason stays with staff."""
    codes = {
        "lost": "K-CD-11", "frozen": "K-CD-12", "held": "K-CD-12", "cancelled": "K-CD-13",
        "not-genuine": "K-CD-14", "replaced": "K-CD-15",
    }  # fmt: skip
    return notice(
        world,
        "card",
        lambda say: (
            say("This card cannot be used"),
            say("Please take it to our staff, they will gladly help you on."),
            say("Points and balance of the account are safe."),
        ),
        codes.get(why, "K-CD-10"),
    )


def unreadable(world: World, *, swiped: bool = False) -> Draw:
    """The card left too early, or said something that makes no sense."""
    again = (
        _("Please draw it through once more, evenly and to the end, with the stripe towards the reader.")
        if swiped
        else _("Please hold it flat on the reader until your name appears.")
    )
    return notice(
        world,
        "card",
        lambda say: (
            say("Your card could not be read"),
            say(again),
            say("Nothing was changed."),
        ),
        "K-CD-02",
    )


def bank_card(world: World) -> Draw:
    """A bank's card was swiped; nothing of it was kept."""
    return notice(
        world,
        "card",
        lambda say: (
            say("This looks like a bank card"),
            say("This kiosk takes member cards only. Please put it away safely: we kept nothing of it."),
            say("Nothing was changed."),
        ),
        "K-CD-03",
    )


def tap_first(world: World, say: Words) -> views.Notice:
    """A guest chose a gift."""
    draw = notice(
        world,
        "card",
        lambda say: (
            say("Tap your card to redeem"),
            say("Hold your member card on the reader below the screen. No card yet? Our staff can help."),
            "",
        ),
        onward=(views.Choice(say("Back to the gifts"), ev.WentBack(), icon="back"),),
    )
    view = draw(say, 0)
    assert isinstance(view, views.Notice)
    return view


def not_enough(world: World, missing: int) -> Draw:
    """The price is out of reach."""
    return notice(
        world,
        "shelf",
        lambda say: (
            say("Not enough points yet"),
            say("You need {points} more points for this gift.", points=say.points(missing)),
            say("Nothing was spent."),
        ),
    )


def spent_elsewhere(world: World) -> Draw:
    """Head office has fewer points than this page showed: another kiosk was quicker."""
    return notice(
        world,
        "shelf",
        lambda say: (
            say("Your points have changed"),
            say("Some were used elsewhere in the meantime. Tap your card again to see your new balance."),
            say("Nothing was spent."),
        ),
    )


def had_it_already(world: World) -> Draw:
    """The shop limits how often a member takes one of these."""
    return notice(
        world,
        "clock",
        lambda say: (
            say("You have taken a cash voucher already"),
            say("Each member may take one at a time. Come by again for the next one."),
            say("Nothing was spent."),
        ),
    )


def sold_out(world: World) -> Draw:
    """No unit is left for this kiosk."""
    return notice(
        world,
        "shelf",
        lambda say: (
            say("This gift is sold out"),
            say("Please choose another gift, or ask our staff when it comes back."),
            say("Nothing was spent."),
        ),
        "K-GF-01",
    )


def sent_away(world: World) -> Draw:
    """Somebody of the staff was signed in, and may not do here any more what they could."""
    return notice(
        world,
        "lock",
        lambda say: (
            say("You have been signed out"),
            say("Head office has changed what you may do here. Please ask your manager."),
            say("Nothing more was changed."),
        ),
    )


def cut_short(world: World) -> Draw:
    """The journal refused an act: what it needed was there a moment ago. The visit is over."""
    return notice(
        world,
        "shelf",
        lambda say: (
            say("That did not work out"),
            say("Something changed in this very moment. Tap your card again to see how things stand."),
            say("Your points are safe. The last step was not done."),
        ),
        "K-VS-01",
    )


def no_right(world: World) -> Draw:
    """Head office did not answer in time, and no right is held here."""
    return notice(
        world,
        "network",
        lambda say: (
            say("Not possible without the network"),
            say("Head office did not answer. Please try again a little later, or ask our staff."),
            say("Nothing was spent."),
        ),
        "K-NW-02",
    )


def no_numbers(world: World) -> Draw:
    """No voucher number is left of those that head office lent to this kiosk."""
    return notice(
        world,
        "network",
        lambda say: (
            say("This kiosk needs head office first"),
            say("It has no voucher numbers left. Please ask our staff, or try again a little later."),
            say("Nothing was spent. Your points are safe."),
        ),
        "K-VC-01",
    )


def pin_locked(world: World) -> Draw:
    """No tries left for this card."""
    return notice(
        world,
        "lock",
        lambda say: (
            say("The PIN is locked"),
            say("It was entered wrong too many times. Please ask our staff."),
            say("Nothing was spent. Your points are safe."),
        ),
        "K-PN-01",
    )


def printer_resting(world: World, code: str) -> Draw:
    """The printer said beforehand that it cannot print."""
    return notice(
        world,
        "printer",
        lambda say: (
            say("The printer needs our staff"),
            say(PRINTER_RESTS.get(code, SILENT))
            + say(" You can still look at your points; vouchers wait until it is mended."),
            say("Nothing was spent."),
        ),
        code,
    )


def given_before(world: World) -> Draw:
    """The right to this was used, here or at another kiosk, or it is not open any more."""
    return notice(
        world,
        "gift",
        lambda say: (
            say("You have had this already"),
            say("It was given at another kiosk, or its last day is over. Our staff can look it up."),
            say("Nothing was spent."),
        ),
    )


def not_printed(world: World, code: str, points: int) -> Draw:
    """The printer surely printed nothing; the redemption was undone."""
    return notice(
        world,
        "printer",
        lambda say: (
            say("Your voucher was not printed"),
            say("The printer stopped before it began. Please ask our staff."),
            paid_with.are_back(say, points),
        ),
        code,
    )


def staff_called(world: World, say: Words) -> views.Notice:
    """Somebody asked for help."""
    return views.Notice(
        frame=frame(world, say, "leave"),
        picture="bell",
        title=say("Please tell our staff"),
        sentence=say("Show this page at the counter, or wave to a member of staff. Your page stays open."),
        code_label=say("Where you are"),
        code=say("Kiosk {number}", number=world.kiosk_number),
        code_facts=(say.time(world.clock.now()),),
        choices=(views.Choice(say("Continue"), ev.Stayed(), icon="check", primary=True),),
    )


def out_of_service(world: World, say: Words, code: str) -> views.Notice:
    """The journal cannot be written: nobody is served, nothing is lost."""
    return resting(world, say, code, world.clock.now())


def resting(front: Front, say: Words, code: str, now: int) -> views.Notice:
    """The same before there is a world: the journal could not even be opened. `now` is UTC microseconds."""
    return views.Notice(
        frame=frame(front, say),
        picture="lock",
        title=say("This kiosk is resting"),
        sentence=say(
            "It cannot keep its records safely right now, so it serves nobody. Please ask our staff."
        ),
        points=say("Everything already confirmed is kept. Nothing else was spent."),
        code_label=say("Code for staff"),
        code=code,
        code_facts=(say.time(now), say("Kiosk {number}", number=front.kiosk_number)),
    )
