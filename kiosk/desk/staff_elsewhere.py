"""The parts of a staff visit that other modules bring: signing in, and caring for the printer."""

from kiosk.desk import notices
from kiosk.desk.pages import Journey
from kiosk.desk.world import World
from kiosk.ledger.feed import Colleague


def sign_in(world: World, colleague: Colleague, visit: str) -> Journey[Colleague | None]:  # noqa: ARG001
    """Not possible yet: nobody gets in."""
    yield from notices.read_it(notices.denied_card(world, ""))
    return None


def paper_care(world: World, colleague: Colleague) -> Journey[None]:  # noqa: ARG001
    """Not possible yet: the printer's own trouble, if it has any."""
    trouble = world.printer.ready()
    if trouble:
        yield from notices.read_it(notices.printer_resting(world, trouble))
