"""The printer in staff's hands: what it needs, a new roll step by step, a strip that shows that it prints."""

from dataclasses import dataclass

from kiosk import events as ev
from kiosk import views
from kiosk.desk.pages import Journey, Page
from kiosk.desk.print_out import print_out
from kiosk.desk.staff_pages import staff_frame
from kiosk.desk.world import World
from kiosk.ledger.feed import Colleague
from kiosk.membership import paper
from kiosk.words import DEFAULT, Words, _

CARE_S = 180
"""Seconds that these pages stay: whoever changes paper does not touch the screen meanwhile."""
PAPER_OUT, COVER_OPEN = "K-PR-01", "K-PR-02"

NEEDS = {
    PAPER_OUT: _("It has run out of paper: put in a new roll and close the cover."),
    COVER_OPEN: _("Its cover is open: close it until it clicks."),
    "K-PR-03": _("Its knife is stuck: switch it off, open the cover and free the paper."),
    "K-PR-04": _("It reports an error: switch it off, wait a moment, and switch it on again."),
    "K-PR-06": _("It is off line: press its feed or on-line button."),
    "K-PR-07": _("That paper could not be drawn. Call the technician with this code."),
    "K-PR-08": _("Too many prints wait: wait a moment. If it stays, start the kiosk again."),
    "K-PR-10": _("No printer is set up here. Call the technician with this code."),
}
"""Fault code -> what to do."""
OTHERWISE = _("It does not print now. Look at its lights, its power and its cable.")
"""What to do about all others; docs/faults.md tells more."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do with one's hands, with its picture."""

    picture: str
    title: str
    sentence: str


STEPS = (
    Step("paper_open", _("Open the cover"), _("Push the lever at the side and lift it all the way.")),
    Step(
        "paper_roll",
        _("Put in the new roll"),
        _("Take the old core out. The paper comes from below and leads towards you, as in the picture."),
    ),
    Step("paper_pull", _("Pull the paper out a little"), _("A hand's breadth is enough. It lies straight.")),
    Step("paper_close", _("Close the cover"), _("Press both sides until it clicks, and tear the end off.")),
)
_LAST = len(STEPS) - 1


def paper_care(world: World, colleague: Colleague) -> Journey[None]:
    """Until they go back."""
    page = Page(lambda say, left: printer_page(world, say, colleague, left), countdown_s=CARE_S)
    while True:
        match (yield page):
            case ev.WentBack():
                return
            case ev.PaperChangeOpened():
                yield from _change_paper(world, colleague)
            case ev.TestStripAsked() if not world.printer.ready():
                yield from _test_strip(world, colleague)


def _change_paper(world: World, colleague: Colleague) -> Journey[None]:
    """From an open cover to a strip that printed. It follows the printer, and whoever is ahead of it."""
    opened = world.printer.ready() == COVER_OPEN
    step = int(opened)
    while step <= _LAST:
        event = yield _step(world, colleague, step)
        trouble = world.printer.ready()
        opened = opened or trouble == COVER_OPEN
        if isinstance(event, ev.WentBack):
            if not step:
                return
            step -= 1
        elif isinstance(event, ev.StepDone) and event.step == step:
            step += 1
        elif isinstance(event, ev.PrinterChanged) and opened:
            step = _following(step, trouble)
    if not world.printer.ready():
        yield from _test_strip(world, colleague)


def _following(step: int, trouble: str) -> int:
    """The step that the printer's own word leads to."""
    if not trouble:
        return _LAST + 1
    if trouble == COVER_OPEN:
        return max(step, 1)
    return 1 if trouble == PAPER_OUT and step == _LAST else step  # closed, and still no paper


def _step(world: World, colleague: Colleague, step: int) -> Page:
    return Page(lambda say, left: step_page(world, say, colleague, left, step), countdown_s=CARE_S)


def _test_strip(world: World, colleague: Colleague) -> Journey[None]:
    """Print a strip that is worth nothing, and say what became of it."""
    waiting = Page(
        lambda say, left: views.Busy(
            staff_frame(world, say, colleague, left),
            say("One moment"),
            say("A test strip is being printed."),
        ),
        held=True,
    )
    why = yield from print_out(world, "strip", strip(world), waiting)
    page = Page(lambda say, left: strip_page(world, say, colleague, left, why), countdown_s=CARE_S)
    while not isinstance((yield page), ev.WentBack):
        pass


def strip(world: World) -> paper.Paper:
    """Large letters, small letters and a line, in the shop's language."""
    say = Words(DEFAULT, world.shop.zone)
    now = world.clock.now()
    return paper.Paper(
        say.language,
        (
            paper.Title(say("The printer works")),
            paper.Rule(),
            paper.Text(
                f"{say.full_day(say.local(now).date())} {say.time(now)}  "
                + say("Kiosk {number}", number=world.kiosk_number),
                "center",
                small=True,
            ),
            paper.Text(say("This strip is worth nothing."), "center", small=True),
        ),
    )


# --- pages -------------------------------------------------------------------------------------------


def printer_page(world: World, say: Words, colleague: Colleague, left: int) -> views.Notice:
    """Ready, or what it needs and the code for whoever is called."""
    trouble = world.printer.ready()
    needed = say(NEEDS.get(trouble, OTHERWISE))
    choices = [views.Choice(say("OK"), ev.WentBack(), icon="check", primary=True)]
    if trouble in {"", PAPER_OUT, COVER_OPEN}:
        change = say("Change the paper")
        choices = [views.Choice(change, ev.PaperChangeOpened(), icon="print", primary=bool(trouble))]
    if not trouble:
        choices.append(
            views.Choice(say("Print a test strip"), ev.TestStripAsked(), icon="ticket", primary=True)
        )
    return views.Notice(
        frame=staff_frame(world, say, colleague, left, "back"),
        picture="printer",
        title=say("The printer needs you") if trouble else say("The printer is ready"),
        sentence=needed if trouble else _well(world, say),
        points=say("This page changes by itself when the printer works again.") if trouble else "",
        code_label=say("Code for staff") if trouble or world.stationery.fault else "",
        code=trouble or world.stationery.fault,
        choices=tuple(choices),
    )


def _well(world: World, say: Words) -> str:
    if world.stationery.fault:
        return say("Vouchers are printed, but in the standard layout: the shop's own cannot be used.")
    if world.paper_low:
        return say("The paper is nearly used up: change it in a quiet moment.")
    return say("Vouchers can be printed.")


def step_page(world: World, say: Words, colleague: Colleague, left: int, step: int) -> views.Notice:
    """One step, large; the printer turns the page by itself where it can tell."""
    shown = STEPS[step]
    return views.Notice(
        frame=staff_frame(world, say, colleague, left, "back"),
        picture=shown.picture,
        title=say("{step}. {what}", step=step + 1, what=say(shown.title)),
        sentence=say(shown.sentence),
        choices=(
            views.Choice(
                say("Done") if step == _LAST else say("Next step"),
                ev.StepDone(step),
                icon="check" if step == _LAST else "right",
                primary=True,
            ),
        ),
    )


def strip_page(world: World, say: Words, colleague: Colleague, left: int, why: str) -> views.Notice:
    """How the strip came out."""
    return views.Notice(
        frame=staff_frame(world, say, colleague, left, "back"),
        picture="printer",
        title=say("It did not print as it should") if why else say("The printer works"),
        sentence=say(NEEDS.get(why, OTHERWISE)) if why else say("Take the strip; members can go on."),
        code_label=say("Code for staff") if why else "",
        code=why,
        choices=(views.Choice(say("OK"), ev.WentBack(), icon="check", primary=True),),
    )
