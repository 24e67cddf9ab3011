"""Contactless storage cards as PC/SC part 3 presents them: pseudo-APDUs that the reader carries out.

A block has 16 bytes (MIFARE Classic), a page 4 (type 2 tags); a read gives 16 bytes on both.
"""

from enum import IntEnum

from kiosk.hardware.cards.apdu import (
    GET_UID,
    NOT_OURS,
    CardGarbled,
    CardRefused,
    CardUnknown,
    Channel,
    Status,
    command,
    exchange,
)

BLOCK = 16
KEY_BYTES = 6

UID_LENGTHS = (4, 7, 8, 10)
"""ISO 14443-3: 4, 7 or 10 bytes; the IDm of a FeliCa card (JIS X 6319-4) and a UID of ISO 15693: 8."""
RANDOM_UIDS = ((4, b"\x08"), (8, b"\x01\xfe"))
"""Of this length and with this beginning they are made up at each tap (phones): they name nobody.

ISO 14443-3 says so of the first, the NFC Forum's Digital Protocol of the second, the NFCID2 of a phone.
"""

STORAGE_CARD = bytes.fromhex("A000000306")
"""PC/SC's own RID in the ATR of contactless storage cards; byte 1 after it is the standard, then the name."""

NO_KEY = 0x6300
NOT_AUTHENTICATED = frozenset({NO_KEY, Status.NOT_ALLOWED})
"""What readers say when a card does not take a key: some 6300, some 6982."""


class KeyType(IntEnum):
    """Which of a sector's two keys."""

    A = 0x60
    B = 0x61


class KeyRefused(CardRefused):
    """The card does not take this key."""


def storage_name(atr: bytes) -> int | None:
    """The name in a contactless storage card's ATR (PC/SC part 3, supplement); None for other cards."""
    at = atr.find(STORAGE_CARD)
    if at < 0 or len(atr) < at + 8:
        return None
    return int.from_bytes(atr[at + 6 : at + 8], "big")


def load_key(slot: int, key: bytes) -> bytes:
    """LOAD KEYS: six bytes into the reader's volatile memory."""
    if len(key) != KEY_BYTES:
        raise ValueError("a sector's key has 6 bytes")
    return command(bytes((0xFF, 0x82, 0x00, slot)), key)


def authenticate(block: int, which: KeyType, slot: int) -> bytes:
    """GENERAL AUTHENTICATE with the key of a slot; it opens the sector in which the block lies."""
    return command(bytes.fromhex("FF860000"), bytes((0x01, 0x00, block, which, slot)))


def read_block(number: int) -> bytes:
    """READ BINARY: 16 bytes from this block or page on."""
    return bytes((0xFF, 0xB0, 0x00, number, BLOCK))


def update_block(number: int, data: bytes) -> bytes:
    """UPDATE BINARY of a block (16 bytes) or page (4)."""
    return command(bytes((0xFF, 0xD6, 0x00, number)), data)


def read_uid(channel: Channel) -> bytes:
    """The UID, of `UID_LENGTHS` bytes; CardUnknown where there is none, or one made up at each tap."""
    uid, status = exchange(channel, GET_UID)
    if status in NOT_OURS:
        raise CardUnknown(f"no UID, status {status:04X}")
    if status != Status.OK or len(uid) not in UID_LENGTHS or not any(uid):
        raise CardGarbled(f"{len(uid)} bytes of UID, status {status:04X}")
    if any(len(uid) == length and uid.startswith(beginning) for length, beginning in RANDOM_UIDS):
        raise CardUnknown("a random UID")
    return uid


def read(channel: Channel, number: int) -> bytes:
    """16 bytes from this block or page on. CardRefused, CardTrouble."""
    data, status = channel.send(read_block(number))
    if status != Status.OK:
        raise CardRefused(f"READ BINARY {number}", status)
    if len(data) != BLOCK:
        raise CardGarbled(f"{len(data)} bytes instead of {BLOCK}")
    return data


def write(channel: Channel, number: int, data: bytes) -> None:
    """Write a block or page, once. CardRefused, CardTrouble; then what is in it is not known."""
    _, status = channel.send(update_block(number, data))
    if status != Status.OK:
        raise CardRefused(f"UPDATE BINARY {number}", status)
