"""A member's PIN for something else than a gift, on a page of its own."""

from collections.abc import Callable

from kiosk import events as ev
from kiosk import views
from kiosk.desk import notices
from kiosk.desk.pages import Draw, Journey, Page, frame
from kiosk.desk.pin import Checked, check_pin
from kiosk.desk.visitor import Visitor
from kiosk.desk.world import World
from kiosk.words import Words

Purpose = Callable[[Words], tuple[str, str, str]]
"""Title, sentence, and what the button says that sends the PIN."""


def prove(world: World, visitor: Visitor, purpose: Purpose) -> Journey[Checked | None]:
    """Ask for the PIN until it is right. None: they were told why not, or went back."""
    left: int | None = None
    while True:
        ticket, tries = world.ids.uuid7(), left
        typed = yield from typed_pin(ticket, pad(world, ticket, purpose, tries))
        if typed is None:
            return None
        checked = yield from check_pin(world, visitor.account, visitor.visit, typed)
        if checked.right:
            return checked
        if checked.why is not None:
            yield from notices.read_it(checked.why)
            return None
        left = checked.left


def typed_pin(ticket: str, draw: Draw) -> Journey[str | None]:
    """What was typed on this page, or None."""
    page = Page(draw)
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return None
        if isinstance(event, ev.Confirmed) and event.ticket == ticket:
            return event.pin


def pad(world: World, ticket: str, purpose: Purpose, tries: int | None, error: str = "") -> Draw:
    """The page of one try; `tries`: how many are left after a wrong one. `error` is a marked text."""

    def draw(say: Words, _left: int) -> views.PinPad:
        title, sentence, verb = purpose(say)
        wrong = "" if tries is None else say("That PIN was not right. {left} tries left.", left=tries)
        return views.PinPad(
            frame=frame(world, say, "staff", "leave"),
            title=title,
            sentence=sentence,
            ticket=ticket,
            pin_label=say("Member PIN"),
            pin_hint=say("Cover the pad with your hand. Our staff never ask for your PIN."),
            pin_length=world.shop.pin_length,
            error=wrong or (say(error) if error else ""),
            clear=say("Clear"),
            backspace=say("Delete"),
            cancel=say("Cancel"),
            confirm=verb,
        )

    return draw
