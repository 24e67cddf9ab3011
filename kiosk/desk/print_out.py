"""Papers on the screen before they are printed, and papers that are worth nothing on their way out."""

from collections.abc import Callable
from dataclasses import dataclass

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.pages import Draw, Journey, Page, frame, serving, wait_for
from kiosk.desk.papers import statement_paper
from kiosk.desk.vouchers import specimen
from kiosk.desk.world import World
from kiosk.ledger.sync import Account, Gift
from kiosk.membership.paper import Paper
from kiosk.words import Words, _


@dataclass(frozen=True, slots=True)
class Sheet:
    """A paper that is looked at: what is said about it, how somebody's words make it, what they can do."""

    title: str
    sentence: str
    make: Callable[[Words], Paper]
    choices: Callable[[Words], tuple[views.Choice, ...]]
    around: Callable[[Words, int], views.Frame]


def seen(world: World, sheet: Sheet) -> Draw:
    """A page with the paper as it would come out; drawn once in each language."""
    drawn: dict[str, bytes] = {}

    def draw(say: Words, left: int) -> views.Preview:
        if say.language not in drawn:
            drawn[say.language] = world.printer.preview(sheet.make(say))
        return views.Preview(
            frame=sheet.around(say, left),
            title=say(sheet.title),
            sentence=say(sheet.sentence),
            paper=drawn[say.language],
            empty=say("The picture cannot be shown here. The paper tells the same."),
            choices=sheet.choices(say),
        )

    return draw


def print_out(world: World, kind: str, paper: Paper, page: Page) -> Journey[str]:
    """Print a paper that is worth nothing while `page` stands; the fault code, '' when it came out."""
    job = f"{kind}:{world.ids.uuid7()}"
    world.printer.print(job, 1, paper)
    printed = yield from wait_for(
        world,
        page,
        lambda event: event if isinstance(event, ev.Printed) and event.op == job else None,
        world.printer.longest_s(),
    )
    if printed is None:
        return "K-PR-09"
    return "" if printed.outcome is ev.Outcome.CONFIRMED else printed.why


def look_beforehand(world: World, member: str, gift: Gift) -> Journey[None]:
    """What the voucher will look like, until they go back."""
    sheet = Sheet(
        title=_("Your voucher will look like this"),
        sentence=_("Its number and code are made when you confirm. Nothing has been spent yet."),
        make=lambda say: specimen(world, say, member, gift),
        choices=lambda say: (
            views.Choice(say("Back to confirming"), ev.WentBack(), icon="back", primary=True),
        ),
        around=lambda say, _left: frame(world, say, "staff", "leave"),
    )
    page = Page(seen(world, sheet))
    while not isinstance((yield page), ev.WentBack):
        pass


def statement(world: World, account: Account, points: int) -> Journey[bool]:
    """A member's account on paper, looked at first. Whether it was printed."""
    ticket = world.ids.uuid7()
    sheet = Sheet(
        title=_("Your statement"),
        sentence=_("Take it with you when you go: it shows your points and what you did."),
        make=lambda say: statement_paper(world, say, account, points),
        choices=lambda say: (
            views.Choice(say("Not now"), ev.WentBack()),
            views.Choice(say("Print it"), ev.PrintAsked(ticket), icon="print", primary=True),
        ),
        around=lambda say, _left: serving(world, say, "back", "staff", "leave"),
    )
    page = Page(seen(world, sheet))
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return False
        if event == ev.PrintAsked(ticket):
            break
    trouble = world.printer.ready()
    if trouble:
        yield from notices.read_it(notices.printer_resting(world, trouble))
        return False
    waiting = Page(
        lambda say, _left: views.Busy(
            frame(world, say), say("One moment"), say("Your statement is being printed. Please wait for it.")
        ),
        held=True,
    )
    paper = statement_paper(world, world.say, account, points)
    why = yield from print_out(world, "statement", paper, waiting)
    yield from notices.read_it(_came_out(world, why))
    return not why


def _came_out(world: World, why: str) -> Draw:
    """Whether there is a statement to take; either way nothing was spent."""
    return notices.notice(
        world,
        "printer",
        lambda say: (
            say("Your statement was not printed well") if why else say("Please take your statement"),
            say("The printer stopped. Our staff can help.")
            if why
            else say("Do not leave it here: it shows your points."),
            say("Nothing was spent."),
        ),
        why,
    )
