"""Rights come just in time: the desk wants exactly what is missing, and waits a moment for it."""

from kiosk.desk.pages import Journey, Page, wait_for
from kiosk.desk.world import ANSWER_S_MAX, World
from kiosk.events import Event, RightsChanged
from kiosk.ledger.sync import Want


def obtain(world: World, asset: str, amount: int, member: str | None, page: Page) -> Journey[str]:
    """'' when this device now holds `amount`, else why not: points | stock | tries | member | later."""
    missing = amount - world.journal.rights(asset, member)
    if missing <= 0:
        return ""
    if world.connected is False:
        return "later"
    want = Want(id=world.ids.uuid7(), member=member, asset=asset, amount=missing)

    def settled(event: Event) -> str | None:
        if not isinstance(event, RightsChanged):
            return None
        if world.journal.rights(asset, member) >= amount:
            return ""
        return next((refusal.why for refusal in event.refused if refusal.want == want.id), None)

    world.hub.want(want)
    try:
        answer = yield from wait_for(world, page, settled, ANSWER_S_MAX)
    finally:
        world.hub.drop(want.id)
    if answer is None and world.journal.rights(asset, member) >= amount:
        return ""
    return "later" if answer is None else answer
