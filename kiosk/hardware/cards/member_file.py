"""The demo's processor card: our member application and the one file in it."""

import binascii

from kiosk.hardware.cards.apdu import CardGarbled

MEMBER_AID = bytes.fromhex("F04D454D42455201")
"""Our member application: F0 (proprietary), "MEMBER", version 1."""

NUMBER_DIGITS = range(6, 20)
"""How many digits a member number may have."""


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
