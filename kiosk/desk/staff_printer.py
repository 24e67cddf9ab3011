"""The printer as staff see it: whether it can print, and what it needs. It follows the printer by itself."""

from kiosk import events as ev
from kiosk import views
from kiosk.desk.pages import Journey
from kiosk.desk.staff_pages import staff_frame, staff_page
from kiosk.desk.world import World
from kiosk.ledger.feed import Colleague
from kiosk.words import Words, _

NEEDS = {
    "K-PR-01": _("It has run out of paper: put in a new roll and close the cover."),
    "K-PR-02": _("Its cover is open: close it until it clicks."),
    "K-PR-03": _("Its knife is stuck: switch it off, open the cover and free the paper."),
}
"""Fault code -> what to do."""
OTHERWISE = _("It does not print now. Look at its lights, its power and its cable.")
"""What to do about all others; docs/faults.md tells more."""


def look_at_printer(world: World, colleague: Colleague) -> Journey[None]:
    """Until they go back."""
    page = staff_page(world, lambda say, left: printer_page(world, say, colleague, left))
    while not isinstance((yield page), ev.WentBack):
        pass


def printer_page(world: World, say: Words, colleague: Colleague, left: int) -> views.Notice:
    """Ready, or what it needs and the code for whoever is called."""
    trouble = world.printer.ready()
    needed = say(NEEDS.get(trouble, OTHERWISE))
    return views.Notice(
        frame=staff_frame(world, say, colleague, left, "back"),
        picture="printer",
        title=say("The printer needs you") if trouble else say("The printer is ready"),
        sentence=needed if trouble else say("Vouchers can be printed."),
        points=say("This page changes by itself when the printer works again.") if trouble else "",
        code_label=say("Code for staff") if trouble else "",
        code=trouble,
        choices=(views.Choice(say("OK"), ev.WentBack(), icon="check", primary=True),),
    )
