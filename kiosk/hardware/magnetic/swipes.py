"""Whose card a swipe is. Pure. A bank's card is recognised by how it is written, and refused.

A member kiosk must never keep bank cards: what is refused here becomes no card, no hash and no line of a log.
ISO/IEC 7813 (tracks 1 and 2) and 4909 (track 3) say how banks write: format code B or a two-digit code,
an account number of 12 to 19 digits whose last is a Luhn digit, a separator, and on tracks 1 and 2 an expiry.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from kiosk.hardware.cards.apdu import CardGarbled, CardTrouble, CardUnknown
from kiosk.hardware.cards.member_file import NUMBER_DIGITS
from kiosk.hardware.magnetic.tracks import LAYOUTS, TrackError, decoded, unframed
from kiosk.membership.cards import Card

FAMILY = "magnetic"

UNREAD = "E"
"""What many readers send between the sentinels of a track that they could not read."""

_DATE = r"(?:[0-9]{2}(?:0[1-9]|1[0-2]))"
_BANK_ONE = re.compile(rf"B([0-9 ]{{12,25}})\^[^^]*\^(?:{_DATE}|\^)")
_BANK_TWO = re.compile(rf"([0-9]{{12,19}})=(?:{_DATE}|=)")
_BANK_THREE = re.compile(r"[0-9]{2}([0-9]{12,19})=")
_BANK_WITHIN = re.compile(r"B([0-9 ]{12,25})\^|(?<![0-9])([0-9]{12,19})=")
_ACCOUNT_DIGITS = range(12, 20)
_NUMBER_ONE = re.compile(r"[A-Z]?([0-9]+)(?:\^|$)")
_NUMBER = re.compile(r"([0-9]+)(?:=|$)")
_ORDER = (2, 1, 3)
"""The track that names the member: the first of these with anything on it."""


class BankCard(CardTrouble):
    """A bank's card. Nothing of it is kept."""

    why: ClassVar[str] = "bank-card"


@dataclass(frozen=True, slots=True)
class Swipe:
    """What a reader made of one swipe: tracks 1 to 3, '' without data; `spoilt` names those with a fault."""

    tracks: tuple[str, str, str] = field(repr=False)
    spoilt: frozenset[int] = frozenset()


def swipe_of_text(texts: tuple[str, str, str]) -> Swipe:
    """A swipe from what a reader says of each track, with sentinels."""
    return _swipe(lambda at: unframed(LAYOUTS[at], texts[at]))


def swipe_of_bits(raws: tuple[bytes, bytes, bytes]) -> Swipe:
    """A swipe from the bits of each track, drawn in either direction."""
    return _swipe(lambda at: decoded(LAYOUTS[at], raws[at]))


def card_of(swipe: Swipe) -> Card:
    """The member card of a swipe, identity only. CardTrouble: a bank's, damaged, or one without a number.

    A spoilt track is never passed over for a later one: a card says the same number however well it is read.
    """
    if is_bank_card(swipe):
        raise BankCard("a bank's card")
    for number in _ORDER:
        if number in swipe.spoilt:
            raise CardGarbled(f"track {number} is damaged")
        track = swipe.tracks[number - 1]
        if track:
            return Card(FAMILY, _member_number(number, track))
    raise CardGarbled("nothing on any track")


def is_bank_card(swipe: Swipe) -> bool:
    """Whether any sound track is written as banks write. Format code B on track 1 is theirs alone."""
    one, *others = swipe.tracks
    named = _BANK_ONE.match(one)
    if named is not None and len(named[1].replace(" ", "")) in _ACCOUNT_DIGITS:
        return True
    return any(
        luhn(found[1])
        for track in others
        for pattern in (_BANK_TWO, _BANK_THREE)
        if (found := pattern.match(track))
    )


def bank_account_within(text: str) -> bool:
    """Whether text that is no swipe, cut or mixed with others, holds a bank's account number all the same.

    No voucher's and no phone's code can: base45 has neither `^` nor `=`.
    """
    return any(found[1] or luhn(found[2]) for found in _BANK_WITHIN.finditer(text))


def luhn(digits: str) -> bool:
    """Whether the last digit is the Luhn digit (ISO/IEC 7812-1) of those before it."""
    sum_ = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        sum_ += value - 9 * (value > 9)
    return sum_ % 10 == 0


def _member_number(track: int, text: str) -> bytes:
    found = (_NUMBER_ONE if track == 1 else _NUMBER).match(text)
    if found is None or len(found[1]) not in NUMBER_DIGITS:
        raise CardUnknown(f"no member number on track {track}")
    return found[1].encode()


def _swipe(read: Callable[[int], str]) -> Swipe:
    tracks, spoilt = ["", "", ""], set()
    for at in range(len(LAYOUTS)):
        try:
            track = read(at)
        except TrackError:
            track = UNREAD
        if track == UNREAD:
            spoilt.add(at + 1)
        else:
            tracks[at] = track
    return Swipe((tracks[0], tracks[1], tracks[2]), frozenset(spoilt))
