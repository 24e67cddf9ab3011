"""An NTAG 424 DNA on a reader: which chip it is, and that it holds its key (NXP NT4H2421Gx, AN12196).

On a reader it is a processor card with none of our applications: known by its UID, as family `other`. What it
proves is a matter beside its name.
"""

import secrets
from binascii import crc32

from kiosk.hardware.cards.apdu import CardGarbled, CardRefused, Channel, Status, command
from kiosk.hardware.cards.ev2 import BLOCK, MORE, Ev2Status, Mode, Session, challenged, first
from kiosk.hardware.cards.keys import MASTER_BYTES, diversified
from kiosk.hardware.cards.purse import NotGenuine
from kiosk.hardware.cards.sun import UID_BYTES

AID = bytes.fromhex("D2760000850101")
"""The NFC Forum's name of an application with NDEF files, the only one on this chip."""

PROOF_KEY = 3
"""The number of the key with which a card proves itself; no key can be changed under it."""

SELECT = command(bytes.fromhex("00A4040C"), AID, 256)
_VERSION, _UID, CHANGE_KEY = 0x60, 0x51, 0xC4
KEY_VERSION = b"\x01"
_PARTS = (7, 7, 14)
_CHIP = {0: 0x04, 1: 0x04, 3: 0x30, 5: 0x11}
"""Bytes of GetVersion's first part: NXP, NTAG, generation, size. Sub-types differ in capacitance."""


def proof_key(master: bytes, uid: bytes) -> bytes:
    """The key (16 bytes) that one card proves: made of the shop's master key and its UID (AN10922)."""
    return diversified(master, uid + b"kiosk-ntag-proof")


def key_check(key: bytes) -> bytes:
    """Four bytes by which the chip checks a new key: CRC-32, not inverted at its end, low byte first."""
    return (crc32(key) ^ 0xFFFFFFFF).to_bytes(4, "little")


class Ntag424:
    """One chip, while it lies on the reader. Verbs raise CardTrouble."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._session: Session | None = None

    def found(self) -> bool:
        """Whether it is one; then its application is chosen."""
        _, status = self._channel.send(SELECT)
        if status != Status.OK:
            return False
        part, status = self._channel.send(command(bytes((0x90, _VERSION, 0, 0)), expect=256))
        if status != Ev2Status.MORE or len(part) != _PARTS[0]:
            return False
        for size in _PARTS[1:]:
            rest, status = self._channel.send(command(bytes((0x90, MORE, 0, 0)), expect=256))
            if len(rest) != size:
                raise CardGarbled(f"{len(rest)} bytes of GetVersion")
        if status != Ev2Status.OK:
            raise CardRefused("GetVersion", status)
        return all(part[at] == byte for at, byte in _CHIP.items())

    def authenticate(self, number: int, key: bytes) -> None:
        """Begin a session under one of its keys (16 bytes). NotGenuine: one of the two does not hold it."""
        self._session = None
        challenge = self._sent(first(number), Ev2Status.MORE)
        ours = challenged(key, challenge, secrets.token_bytes(BLOCK))
        self._session = ours.begun(self._sent(ours.answer(), Ev2Status.OK))

    def uid(self) -> bytes:
        """Its own UID (7 bytes), sealed; also where readers are told a random one."""
        uid = self._said(_UID, b"", b"", Mode.FULL)
        if len(uid) != UID_BYTES:
            raise CardGarbled(f"{len(uid)} bytes of UID")
        return uid

    def change_key(self, number: int, new: bytes, old: bytes) -> None:
        """Change another key than the session's (16 bytes each). CardRefused(WRONG_CODE): not the old one."""
        mixed = bytes(one ^ other for one, other in zip(new, old, strict=True))
        self._said(CHANGE_KEY, bytes((number,)), mixed + KEY_VERSION + key_check(new), Mode.FULL)

    def change_own_key(self, number: int, new: bytes) -> None:
        """Change the key (16 bytes) of the session itself; its answer bears no code, and the session ends."""
        session = self._begun()
        answer, status = self._channel.send(
            session.command(CHANGE_KEY, bytes((number,)), new + KEY_VERSION, Mode.FULL)
        )
        session.opened(answer, status, Mode.PLAIN)
        session.end()

    def _sent(self, said: bytes, wanted: Ev2Status) -> bytes:
        answer, status = self._channel.send(said)
        if status == Ev2Status.WRONG_KEY:
            raise NotGenuine("the card holds another key")
        if status != wanted:
            raise CardRefused("EV2", status)
        return answer

    def _said(self, ins: int, header: bytes, data: bytes, mode: Mode) -> bytes:
        session = self._begun()
        answer, status = self._channel.send(session.command(ins, header, data, mode))
        return session.opened(answer, status, mode)

    def _begun(self) -> Session:
        if self._session is None:
            raise NotGenuine("no session was begun")
        return self._session


def check(channel: Channel, uid: bytes, master: bytes) -> None:
    """Let the card with this UID prove itself under the shop's master key. NotGenuine, CardTrouble.

    Both the UID and the key must be the card's own: another card's UID on a reader goes with another key.
    """
    if len(master) != MASTER_BYTES or len(uid) != UID_BYTES:
        raise NotGenuine("no UID of an NTAG 424, or no master key")
    chip = Ntag424(channel)
    if not chip.found():
        raise NotGenuine("no NTAG 424")
    chip.authenticate(PROOF_KEY, proof_key(master, uid))
    if chip.uid() != uid:
        raise NotGenuine("the card says another UID under its key")
