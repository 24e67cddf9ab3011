"""Which purse a card carries: the serial of its purse application. It names the card, and proves nothing."""

from kiosk.hardware.cards import pboc
from kiosk.hardware.cards.apdu import CardRefused, Channel, Status, exchange
from kiosk.hardware.cards.iso_files import Files, read_short

PURSE_AID = bytes.fromhex("F04D454D42455202")
"""Our purse application: F0 (proprietary), "MEMBER", version 2."""


def read_serial(channel: Channel) -> bytes:
    """Select the purse application; the ten bytes of its serial. CardRefused: there is none. CardTrouble."""
    Files(channel).choose(PURSE_AID)
    data, status = exchange(channel, read_short(pboc.INFO_FILE, 0, pboc.INFO_BYTES))
    if status != Status.OK:
        raise CardRefused("READ BINARY", status)
    return pboc.serial(data)
