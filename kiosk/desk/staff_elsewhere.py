"""The part of a staff visit that another module brings: caring for the printer."""

from kiosk.desk import notices
from kiosk.desk.pages import Journey
from kiosk.desk.world import World
from kiosk.ledger.feed import Colleague


def paper_care(world: World, colleague: Colleague) -> Journey[None]:  # noqa: ARG001
    """Not possible yet: the printer's own trouble, if it has any."""
    trouble = world.printer.ready()
    if trouble:
        yield from notices.read_it(notices.printer_resting(world, trouble))
