"""Whose card this is: head office says so, or the kiosk remembers; or a page says why nobody can tell."""

from dataclasses import dataclass
from typing import Literal

from kiosk import events as ev
from kiosk.desk import notices
from kiosk.desk.pages import Journey, moment, wait_for
from kiosk.desk.world import ANSWER_S_MAX, World
from kiosk.ledger.sync import Account, AccountAnswer, Benefits, HeldVoucher, Lottery
from kiosk.ports import JournalFailed
from kiosk.words import _

UNKNOWN: Literal["unknown"] = "unknown"


@dataclass(frozen=True, slots=True)
class Identified:
    """A member as they are known now; `vouchers` of other kiosks, None if head office could not be asked."""

    account: Account
    vouchers: tuple[HeldVoucher, ...] | None
    no_pin: bool = False
    told: tuple[str, ...] | None = None
    """What they told before; None if head office could not be asked."""
    benefits: Benefits | None = None
    """What is theirs beside points; None if head office could not be asked."""
    lottery: Lottery | None = None
    """How the lottery stands; None without one, or if head office could not be asked."""


def identify(world: World, card: bytes) -> Journey[Identified | Literal["unknown"] | None]:
    """The member of a card (its keyed hash), "unknown" if it is nobody's, or None after telling why not."""
    denied = world.replica.denied(card)
    if denied:
        yield from notices.read_it(notices.denied_card(world, denied))
        return None
    answer = yield from _ask(world, card)
    if answer is None or answer.standing == "limited":
        remembered = world.replica.account(card)
        if remembered is None:
            yield from notices.read_it(notices.cannot_look_up(world))
            return None
        return Identified(remembered, None)
    if answer.account is None:
        if answer.standing == "denied":
            yield from notices.read_it(notices.denied_card(world, answer.why))
            return None
        return UNKNOWN
    same_log(world, answer.account)
    world.replica.remember(answer.account)
    return Identified(
        answer.account, answer.vouchers, answer.no_pin, answer.told, answer.benefits, answer.lottery
    )


def _ask(world: World, card: bytes) -> Journey[AccountAnswer | None]:
    request = world.ids.uuid7()
    world.hub.ask_account(request, card)
    answered = yield from wait_for(
        world,
        moment(world, _("Looking up your card")),
        lambda event: event if isinstance(event, ev.AccountAnswered) and event.request == request else None,
        ANSWER_S_MAX,
    )
    return answered.answer if answered else None


def same_log(world: World, account: Account) -> None:
    """A disk that was set back is known by the first answer, not only by the next sync.

    JournalFailed: head office counts entries of this device in the member's figures that its journal does not
    hold. Whatever was journalled now would not show in them.
    """
    if account.mark_n > world.journal.tail().n:
        world.hub.nudge()  # the sync freezes the device for good
        raise JournalFailed("K-SY-01", f"rolled back: head office holds entry {account.mark_n}, we do not")
