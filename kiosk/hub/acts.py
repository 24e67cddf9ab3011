"""What two people can have done at head office, by the verb of the console."""

from collections.abc import Callable, Mapping

from kiosk.hub.card_office import step_card
from kiosk.hub.office import HeadOffice
from kiosk.hub.staff import Pair

Act = Callable[[Pair, Mapping[str, int]], object]
"""Carries out what a pair came for. The mapping is what they counted (gift -> pieces), where that matters."""


def acts_of(office: HeadOffice) -> dict[str, Act]:
    """Every act; the pair's subject is the device, operation, voucher, member or card it is done to."""
    return {
        "retire": lambda pair, _: office.retire(pair.subject, pair),
        "close-retired": lambda pair, _: office.close_retired(pair.subject, pair),
        "set-aside": lambda pair, missing: office.set_aside(pair.subject, pair, missing),
        "settle-post": lambda pair, _: office.settle(pair.subject, "post", pair),
        "settle-void": lambda pair, _: office.settle(pair.subject, "void", pair),
        "move-claim": lambda pair, _: office.move_claim(pair.subject, pair),
        "revoke-voucher": lambda pair, _: office.revoke_voucher(pair.subject, pair),
        "refund-voucher": lambda pair, _: office.refund_voucher(pair.subject, pair),
        "revoke-key": lambda pair, _: office.revoke_key(pair.subject, pair),
        "join-accounts": lambda pair, _: office.join_accounts(pair.subject),
        "thaw-card": lambda pair, _: step_card(office.engine, pair.subject, "thaw", "pair"),
        "cancel-card": lambda pair, _: step_card(office.engine, pair.subject, "cancel", "pair"),
        "unlock": lambda pair, _: office.pins.unlock(pair.subject),
    }
