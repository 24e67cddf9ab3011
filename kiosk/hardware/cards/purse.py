"""The one port of every purse on a card, whatever its family."""

from typing import Protocol

from kiosk.hardware.cards.apdu import CardTrouble
from kiosk.membership.purses import Intent, Outcome


class OtherCard(CardTrouble):
    """Not the card that the move was begun with."""


class NotGenuine(CardTrouble):
    """The card did not prove that it holds its key: nothing it says of value is believed."""


class NotEnough(CardTrouble):
    """The purse holds less than was asked for, or may hold no more."""


class Purse(Protocol):
    """One purse, while its card lies on the reader. Verbs raise CardTrouble; those that move value do not.

    `prepare_debit` and `prepare_load` move nothing. Their intent is made durable by the caller, then handed
    to `debit` or `load` while the card still lies there, once; after a pull `resolve` alone settles it.
    """

    @property
    def serial(self) -> bytes:
        """Which purse this is."""

    def balance(self) -> int:
        """Cents on the card."""

    def prepare_debit(self, op: str, amount: int, moment: bytes) -> Intent:
        """What a debit of `amount` cents would be; NotEnough if the card holds less."""

    def debit(self, intent: Intent) -> Outcome:
        """Take the amount off, read back, and say how it ended. ValueError: not what was prepared last."""

    def prepare_load(self, op: str, amount: int, moment: bytes) -> Intent:
        """What a load would be; its `claim` is what the issuer wants to see."""

    def load(self, intent: Intent, allowance: bytes) -> Outcome:
        """Put the amount on, with the issuer's allowance, and say how it ended. ValueError as `debit`."""

    def resolve(self, intent: Intent) -> Outcome:
        """How a move ended, by the card's own memory. Moves nothing. OtherCard, NotGenuine, CardTrouble.

        Still InDoubt when this card will not tell just now (an empty purse, a load without its PIN).
        """
