"""A member's own referral code: large, as a QR, and on paper for a friend."""

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.pages import Draw, Journey, Page, frame, serving
from kiosk.desk.papers import invitation_paper
from kiosk.desk.print_out import print_out
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.membership.referral import shown
from kiosk.words import Words


def invite(world: World, visitor: Visitor) -> Journey[bool]:
    """The code, until they go back; printed as often as there are friends, once each time it is asked for."""
    code = code_of(visitor)
    ticket = world.ids.uuid7()
    page = Page(_code_page(world, visitor, code, ticket))
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return False
        if event == ev.PrintAsked(ticket):
            yield from _print(world, visitor, code)
            return False


def code_of(visitor: Visitor) -> str:
    """Their code, '' while nobody can tell."""
    return (visitor.benefits.code or "") if visitor.benefits is not None else ""


def may_invite(_world: World, visitor: Visitor) -> bool:
    """Whether there is a code to show."""
    return bool(code_of(visitor))


def note(_world: World, say: Words, visitor: Visitor) -> str:
    """How many came with it."""
    friends = visitor.benefits.friends if visitor.benefits is not None else 0
    return say("Friends who joined: {count}", count=friends) if friends else ""


def _code_page(world: World, visitor: Visitor, code: str, ticket: str) -> Draw:
    drawn: dict[str, bytes] = {}

    def draw(say: Words, _left: int) -> views.Preview:
        if say.language not in drawn:
            paper = invitation_paper(world, say, visitor.account, code)
            drawn[say.language] = world.printer.preview(paper)
        rule = world.rules().referral
        return views.Preview(
            frame=serving(world, say, "back", "staff", "leave"),
            title=say("Your code: {code}", code=shown(code)),
            sentence="\n".join(filter(None, (say.of(rule.gives) if rule else "", note(world, say, visitor)))),
            paper=drawn[say.language],
            empty=say("Your friend says this code, or shows it, when they join."),
            choices=_choices(world, say, ticket),
        )

    return draw


def _choices(world: World, say: Words, ticket: str) -> tuple[views.Choice, ...]:
    if world.printer.ready():
        return ()
    return (views.Choice(say("Print it"), ev.PrintAsked(ticket), icon="print", primary=True),)


def _print(world: World, visitor: Visitor, code: str) -> Journey[None]:
    trouble = world.printer.ready()
    if trouble:
        yield from notices.read_it(notices.printer_resting(world, trouble))
        return
    waiting = Page(
        lambda say, _left: views.Busy(
            frame(world, say), say("One moment"), say("Your invitation is being printed. Please wait for it.")
        ),
        held=True,
    )
    why = yield from print_out(
        world, "invitation", invitation_paper(world, world.say, visitor.account, code), waiting
    )
    yield from notices.read_it(_came_out(world, why))


def _came_out(world: World, why: str) -> Draw:
    return notices.notice(
        world,
        "printer",
        lambda say: (
            say("Your invitation was not printed well") if why else say("Please take your invitation"),
            say("The printer stopped. Our staff can help.")
            if why
            else say("Give it to a friend: they show it when they join."),
            say("Nothing was spent."),
        ),
        why,
    )
