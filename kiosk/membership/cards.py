"""Cards: what a reader saw, and the keyed hash under which everybody else knows it."""

import hashlib
import hmac
from dataclasses import dataclass, field
from enum import Enum


class Proof(Enum):
    """What a card may honestly claim. Spending follows from it, never from the family's name."""

    IDENTITY = "identity"
    """A number that can be copied."""
    GENUINE = "genuine"
    """The card answered a challenge with a key that does not leave it."""
    VALUE = "value"
    """The card keeps value, and moves it under codes that only it and its issuer can make."""


@dataclass(frozen=True, slots=True)
class Card:
    """One card as a reader saw it. The number never reaches a log: it is left out of the repr."""

    family: str
    number: bytes = field(repr=False)
    proof: Proof = Proof.IDENTITY


def keyed_hash(key: bytes, card: Card) -> bytes:
    """32 bytes that stand for the card in every store: HMAC-SHA256 under the shop's key."""
    return hmac.new(key, card.family.encode() + b"\0" + card.number, hashlib.sha256).digest()
