"""What a card tells a technician, beyond whose it is."""

import secrets
from collections.abc import Iterator

from kiosk.commands.cards_issue import chip_of, keeps_record
from kiosk.hardware.cards import pboc, pboc_proof
from kiosk.hardware.cards.apdu import GET_UID, CardRefused, Status, exchange
from kiosk.hardware.cards.iso_files import Files
from kiosk.hardware.cards.member_file import MEMBER_AID
from kiosk.hardware.cards.pboc_keys import diversify
from kiosk.hardware.cards.purse_serial import PURSE_AID, read_serial
from kiosk.hardware.readers.connection import CardConnection

KEY_USE = b"kioskctl cards prove"


def told_by(connection: CardConnection) -> Iterator[tuple[str, str, bool]]:
    """(what, what the card says, whether it points to a person), as the card answers."""
    yield "answer to reset", connection.atr().hex(" "), False
    uid, status = exchange(connection, GET_UID)
    if status == Status.OK:
        yield "UID", uid.hex(), True
    yield from chip_of(connection)
    if keeps_record(connection):
        return
    for name, aid in (("member application", MEMBER_AID), ("purse application", PURSE_AID)):
        yield name, "yes" if _has(connection, aid) else "no", False
    if _has(connection, PURSE_AID):
        yield "purse serial", read_serial(connection).hex(), True
        data, status = exchange(connection, pboc.GET_BALANCE)
        cents = pboc.balance(data) if status == Status.OK else None
        yield "purse balance", "not told" if cents is None else f"{cents} cents", False


def _has(connection: CardConnection, aid: bytes) -> bool:
    try:
        Files(connection).choose(aid)
    except CardRefused:
        return False
    return True


def proof_of(connection: CardConnection, master: bytes) -> str:
    """The serial (hex) of a purse that proved itself under `master` (16 bytes). NotGenuine, CardTrouble."""
    serial = read_serial(connection)
    fresh = secrets.token_bytes(pboc_proof.FRESH_BYTES)
    pboc_proof.check(connection, diversify(master, serial), fresh, KEY_USE)
    return serial.hex()
