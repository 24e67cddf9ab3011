"""What somebody of the staff may do here follows from their role."""

from kiosk import events as ev
from kiosk.desk.credit_pages import allowed
from kiosk.desk.join import may_join
from kiosk.desk.sale_desk import may_sell
from kiosk.desk.stock_desk import stock_rule
from kiosk.desk.world import World
from kiosk.ledger.feed import Colleague

_AT_THE_COUNTER = (
    ev.CreditDeskOpened,
    ev.AssistedJoinOpened,
    ev.ReplaceCardOpened,
    ev.CardCareOpened,
    ev.PaperCareOpened,
)
_IN_CHARGE = (ev.StockDeskOpened, ev.ShiftDeskOpened)
DUTIES: dict[str, tuple[type[ev.Event], ...]] = {
    "assistant": (ev.ClaimDeskOpened, *_AT_THE_COUNTER),
    "cashier": (ev.ClaimDeskOpened, ev.OpenVouchersOpened, *_AT_THE_COUNTER, *_IN_CHARGE),
    "manager": (ev.ClaimDeskOpened, ev.OpenVouchersOpened, *_AT_THE_COUNTER, *_IN_CHARGE),
    "technician": (ev.PaperCareOpened,),
}
"""Role -> what its tiles open. Who may look into vouchers may make one void, which gives points back."""


def duties_of(world: World, colleague: Colleague) -> tuple[type[ev.Event], ...]:
    """What their tiles open here: members join only where the rule pack has terms for them.

    They give members something only where it says what, and lets their role.
    """
    open_here: dict[type[ev.Event], bool] = {
        ev.AssistedJoinOpened: may_join(world),
        ev.CreditDeskOpened: bool(allowed(world, colleague)) or may_sell(world, colleague) is not None,
        ev.StockDeskOpened: stock_rule(world, colleague) is not None,
    }
    return tuple(duty for duty in DUTIES.get(colleague.role, ()) if open_here.get(duty, True))


def may_claim(colleague: Colleague | None) -> bool:
    """Whether they hand out gifts; whom nobody knows does not."""
    return colleague is not None and ev.ClaimDeskOpened in DUTIES.get(colleague.role, ())
