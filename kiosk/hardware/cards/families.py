"""Families of cards: which commands tell whose card it is. One table; a new family is a row."""

import binascii
from collections.abc import Callable
from dataclasses import dataclass

from kiosk.hardware.cards.apdu import (
    GET_UID,
    NOT_OURS,
    CardGarbled,
    CardUnknown,
    Channel,
    Status,
    exchange,
    read_binary,
    select,
)
from kiosk.membership.cards import Card

CPU = "virtual-cpu"
CLASSIC = "mifare-classic"
OTHER = "other"

MEMBER_AID = bytes.fromhex("F04D454D42455201")
"""Our member application: F0 (proprietary), "MEMBER", version 1."""

NUMBER_DIGITS = range(6, 20)
"""How many digits a member number may have."""

UID_LENGTHS = (4, 7, 10)
RANDOM_UID = 0x08
"""A four-byte UID that begins so is made up afresh at each tap (phones): it names nobody."""

STORAGE_CARD = bytes.fromhex("A000000306")
"""PC/SC's own RID in the ATR of contactless storage cards; byte 1 after it is the standard, then the name."""

CLASSIC_NAMES = (b"\x00\x01", b"\x00\x02")


def member_file(number: bytes) -> bytes:
    """The file on a card: count of digits (1 byte), ASCII digits, CRC-16/CCITT-FALSE over both (2 bytes)."""
    if len(number) not in NUMBER_DIGITS or not number.isdigit():
        raise ValueError("a member number has 6 to 19 digits")
    body = bytes((len(number),)) + number
    return body + binascii.crc_hqx(body, 0xFFFF).to_bytes(2, "big")


def member_number(file: bytes) -> bytes:
    """The digits in a file; CardGarbled for anything that `member_file` would not have written."""
    number = file[1:-2]
    if len(number) not in NUMBER_DIGITS or not number.isdigit() or member_file(number) != file:
        raise CardGarbled("the member file is damaged")
    return number


def _read_uid(channel: Channel, family: str) -> Card:
    uid, status = exchange(channel, GET_UID)
    if status in NOT_OURS:
        raise CardUnknown(f"no UID, status {status:04X}")
    if status != Status.OK or len(uid) not in UID_LENGTHS or not any(uid):
        raise CardGarbled(f"{len(uid)} bytes of UID, status {status:04X}")
    if len(uid) == 4 and uid[0] == RANDOM_UID:
        raise CardUnknown("a random UID")
    return Card(family, uid)


def _read_classic(channel: Channel) -> Card:
    return _read_uid(channel, CLASSIC)


def _read_other(channel: Channel) -> Card:
    return _read_uid(channel, OTHER)


def _read_cpu(channel: Channel) -> Card:
    _, status = exchange(channel, select(MEMBER_AID))
    if status in NOT_OURS:
        return _read_other(channel)
    if status != Status.OK:
        raise CardGarbled(f"SELECT: status {status:04X}")
    file, status = exchange(channel, read_binary())
    if status != Status.OK:
        raise CardGarbled(f"READ BINARY: status {status:04X}")
    return Card(CPU, member_number(file))


def _storage_name(atr: bytes) -> bytes | None:
    """The two name bytes of a contactless storage card's ATR, or None for another kind of card."""
    at = atr.find(STORAGE_CARD)
    if at < 0 or len(atr) < at + 8:
        return None
    return atr[at + 6 : at + 8]


@dataclass(frozen=True, slots=True)
class Family:
    """One row: the family's name, which ATRs it takes, how its card is read."""

    name: str
    takes: Callable[[bytes], bool]
    read: Callable[[Channel], Card]


FAMILIES = (
    Family(CLASSIC, lambda atr: _storage_name(atr) in CLASSIC_NAMES, _read_classic),
    Family(OTHER, lambda atr: _storage_name(atr) is not None, _read_other),
    Family(CPU, lambda atr: len(atr) >= 2, _read_cpu),
)
"""Tried from the top; the last row takes every processor card and falls back to the UID."""


def read_card(channel: Channel, atr: bytes) -> Card:
    """Whose card this is; CardTrouble (mute, garbled, pulled, unknown) and nothing else otherwise."""
    for family in FAMILIES:
        if family.takes(atr):
            return family.read(channel)
    raise CardGarbled("no ATR")
