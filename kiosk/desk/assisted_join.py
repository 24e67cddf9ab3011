"""Staff help somebody to become a member: they read the questions and tick, then hand the screen over.

What only the newcomer may do, they do with their own fingers after staff were signed out: agree, number and
code, name, PIN. Nobody who goes back from there comes to the pages of staff. Every entry says who helped.
"""

from kiosk import events as ev
from kiosk import views
from kiosk.desk.join_extras import Host, any_extras, ask_extras
from kiosk.desk.newcomer import Form
from kiosk.desk.pages import Journey
from kiosk.desk.staff_pages import staff_frame, staff_page
from kiosk.desk.world import World
from kiosk.ledger.feed import Colleague
from kiosk.words import Words

_MEMBER, _PROSPECT = "member", "prospect"


def assisted_join(world: World, colleague: Colleague) -> Journey[Form | None]:
    """What staff ticked, to go on with once they are signed out; None if they went back."""
    form = Form(world.ids.uuid7(), world.ids.uuid7(), operator=colleague.id)
    while True:
        wanted = yield from _wanted(world, colleague)
        if not wanted:
            return None
        form.prospect = wanted == _PROSPECT
        if form.prospect or not any_extras(world):
            return form
        host = Host(
            lambda say, left: staff_frame(world, say, colleague, left, "back"),
            lambda draw: staff_page(world, draw),
        )
        if (yield from ask_extras(world, form, host)):
            return form


def _wanted(world: World, colleague: Colleague) -> Journey[str]:
    """member | prospect | '' for back."""
    ticket = world.ids.uuid7()
    page = staff_page(world, lambda say, left: new_member_page(world, say, colleague, ticket, left))
    while True:
        event = yield page
        if isinstance(event, ev.WentBack):
            return ""
        if isinstance(event, ev.OptionChosen) and event.ticket == ticket:
            return event.option


def new_member_page(world: World, say: Words, colleague: Colleague, ticket: str, left: int) -> views.Question:
    """How much of a member they want to be, and what happens with the screen then."""
    return views.Question(
        frame=staff_frame(world, say, colleague, left, "back"),
        title=say("A new member"),
        sentence=say(
            "You ask and tick. Then you are signed out and hand the screen over: "
            "they agree and type number, name and PIN themselves."
        ),
        options=(
            views.Option(
                say("Member"),
                ev.OptionChosen(ticket, _MEMBER),
                icon="user",
                note=say("Name, PIN, a card if they like"),
            ),
            views.Option(
                say("Phone number only"),
                ev.OptionChosen(ticket, _PROSPECT),
                icon="bell",
                note=say("Points from today, the rest later"),
            ),
        ),
    )
