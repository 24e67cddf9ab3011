"""Whose visit it is."""

from dataclasses import dataclass, field

from kiosk.desk.card_points import Pocket
from kiosk.desk.risk import unsettled
from kiosk.desk.world import World
from kiosk.ledger.sync import Account, Benefits, HeldVoucher, Lottery, OwnCard
from kiosk.membership import phone_codes

PHONE_NUMBER = "phone-number"
"""The family that a phone number is hashed as, like a card."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """One visit of one member."""

    visit: str
    account: Account
    family: str = ""
    """Of the card they tapped."""
    pocket: Pocket | None = None
    """The points on that card itself."""
    elsewhere: tuple[HeldVoucher, ...] | None = None
    """Their vouchers of other kiosks; None while head office cannot be asked."""

    cards: tuple[OwnCard, ...] = ()
    """Their cards, known to whoever came by phone and PIN."""

    told: tuple[str, ...] | None = None
    """Questions they answered and gifts they wished for before; None while head office cannot be asked."""

    asked: set[str] = field(default_factory=set)
    """Questions that were put to them in this visit."""

    no_pin: bool = False
    """They never set a PIN."""

    benefits: Benefits | None = None
    """What is theirs beside points; None while head office cannot be asked."""

    lottery: Lottery | None = None
    """How the lottery stands; None without one, or while head office cannot be asked."""

    wished: set[str] = field(default_factory=set)
    """Gifts they wished for, today or before."""

    read: set[str] = field(default_factory=set)
    """Draws whose result they read in this visit."""

    had: set[str] = field(default_factory=set)
    """Benefits (their assets) that they were given in this visit, or turned out to have had."""

    def __post_init__(self) -> None:
        self.wished.update(self.told or ())

    @property
    def by_phone(self) -> bool:
        """Whether they came without a card: by their phone number and PIN, or by a code on their phone."""
        return self.family in {PHONE_NUMBER, phone_codes.FAMILY}

    def points(self, world: World) -> int:
        """The balance shown: the hub's figures, what our own later entries did, less what we stand in for."""
        account = self.account
        moved = world.journal.effect_beyond(account.member, account.mark_n)
        moved += self.pocket.points if self.pocket else 0
        return account.points + account.escrow + moved - unsettled(world, account)
