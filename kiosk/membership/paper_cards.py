"""Printed member cards: a number that nobody could guess, as a QR code on paper. Pure.

Whoever photographs the paper has the number, so it is an identity and no more: without the PIN not even the
points are shown.
"""

import re

from kiosk.membership.cards import Card
from kiosk.membership.vouchers import damm

FAMILY = "paper"
_DIGITS = 20
_HEAD = "MEMBER:"
_TEXT = re.compile(rf"{_HEAD}([0-9]{{{_DIGITS}}})([0-9])", re.ASCII)


class NotAPaperCard(ValueError):
    """What was scanned is something else."""


def paper_card(random: bytes) -> Card:
    """A fresh card out of 16 random bytes."""
    return Card(FAMILY, f"{int.from_bytes(random) % 10**_DIGITS:0{_DIGITS}}".encode())


def qr_text(card: Card) -> str:
    """What stands on the paper for a scanner: the number and its Damm digit."""
    digits = card.number.decode()
    return f"{_HEAD}{digits}{damm(digits)}"


def shown(card: Card) -> str:
    """The end of the number, for people; no more of any card's number is written out."""
    return f"**** {card.number[-4:].decode()}"


def parse(text: str) -> Card:
    """The card that a scanned text names. NotAPaperCard."""
    told = _TEXT.fullmatch(text)
    if told is None or damm(told[1]) != told[2]:
        raise NotAPaperCard("another code")
    return Card(FAMILY, told[1].encode())
