"""How often a member may take a cash voucher: by a right of which head office gives one in each period."""

from kiosk.desk import notices
from kiosk.desk.benefits import today_of
from kiosk.desk.pages import Draw, Journey, moment
from kiosk.desk.rights import obtain
from kiosk.desk.world import World
from kiosk.ledger.sync import Gift
from kiosk.membership.rules import CASH_VOUCHER
from kiosk.words import _


def limited_by(world: World, gift: Gift) -> str:
    """The right of which this gift takes one today, where the shop limits how often; '' for none."""
    limited = gift.worth and CASH_VOUCHER in world.rules().entitlements
    return today_of(world, CASH_VOUCHER) if limited else ""


def within_limits(world: World, gift: Gift, member: str) -> Journey[Draw | None]:
    """Get the right to take one more of these; a notice when it is not to be had. Only head office knows."""
    right = limited_by(world, gift)
    if not right:
        return None
    if not world.clock.trusted():
        return notices.no_right(world)
    page = moment(world, _("Head office is setting your points aside"))
    short = yield from obtain(world, right, 1, member, page)
    if short == "used":
        return notices.had_it_already(world)
    return notices.no_right(world) if short else None
