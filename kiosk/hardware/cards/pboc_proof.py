"""That the card is the genuine one: it answers our challenge under a key that does not leave it."""

import hashlib
import hmac
from dataclasses import replace

from kiosk.hardware.cards.apdu import CardGarbled, CardRefused, Channel, Status, command, exchange
from kiosk.hardware.cards.pboc_keys import encrypt
from kiosk.hardware.cards.purse import NotGenuine
from kiosk.membership.cards import Card, Proof

FRESH_BYTES = 16
CHALLENGE_BYTES = 8


def challenge(fresh: bytes, operation: bytes) -> bytes:
    """Eight bytes that nobody can foresee, and that stand for this operation alone.

    `fresh` are 16 random bytes; an answer taken for one operation proves nothing for another.
    """
    if len(fresh) != FRESH_BYTES:
        raise ValueError("16 fresh bytes make a challenge")
    return hashlib.sha256(b"kiosk-genuine-1\0" + fresh + operation).digest()[:CHALLENGE_BYTES]


def internal_authenticate(asked: bytes, key_index: int = 0) -> bytes:
    """INTERNAL AUTHENTICATE: the card encrypts the challenge under its own key."""
    return command(bytes((0x00, 0x88, 0x00, key_index)), asked, CHALLENGE_BYTES)


def check(channel: Channel, key: bytes, fresh: bytes, operation: bytes) -> None:
    """Ask the card to prove itself with its key (16 bytes). NotGenuine if it cannot; CardTrouble."""
    asked = challenge(fresh, operation)
    data, status = exchange(channel, internal_authenticate(asked))
    if status != Status.OK:
        raise CardRefused("INTERNAL AUTHENTICATE", status)
    if len(data) != CHALLENGE_BYTES:
        raise CardGarbled(f"an answer of {len(data)} bytes to a challenge")
    if not hmac.compare_digest(data, encrypt(key, asked)):
        raise NotGenuine("the card does not hold its key")


def proven(card: Card, channel: Channel, key: bytes, fresh: bytes, operation: bytes) -> Card:
    """The card, with the proof it gave for this operation. NotGenuine, CardTrouble."""
    check(channel, key, fresh, operation)
    return replace(card, proof=Proof.GENUINE)
