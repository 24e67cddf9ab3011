"""The chips of virtual cards: what each answers to an APDU. Pure bytes, no socket."""

from typing import Literal, Protocol, get_args

from kiosk.hardware.cards.apdu import GET_UID, Status, select
from kiosk.hardware.cards.families import MEMBER_AID, member_file

Kind = Literal["cpu", "mifare", "other", "unknown"]
KINDS: tuple[str, ...] = get_args(Kind)


def _word(status: int) -> bytes:
    return status.to_bytes(2, "big")


def _atr(historical: bytes) -> bytes:
    """A T=1 ATR with these historical bytes (at most 15) and its check byte."""
    body = bytes((0x80 | len(historical), 0x80, 0x01)) + historical
    check = 0
    for byte in body:
        check ^= byte
    return b"\x3b" + body + bytes((check,))


def _storage_atr(name: int) -> bytes:
    return _atr(bytes.fromhex("804F0CA00000030603") + name.to_bytes(2, "big") + bytes(4))


class Chip(Protocol):
    """One card's inside."""

    atr: bytes

    def answer(self, command: bytes) -> bytes:
        """Data and status word."""


class MemberChip:
    """A processor card with our application; it answers in the T=0 manner, to make readers work for it."""

    atr = _atr(b"MEMBER01")

    def __init__(self, number: bytes) -> None:
        self._file = member_file(number)
        self._ready = b""
        self._chosen = False

    def answer(self, command: bytes) -> bytes:
        """SELECT says 61xx, READ BINARY of the wrong length says 6Cxx; power-up forgets the selection."""
        if command == select(MEMBER_AID):
            self._chosen, self._ready = True, bytes.fromhex("6F0984") + b"\x07" + MEMBER_AID[:7]
            return bytes((0x61, len(self._ready)))
        if len(command) == 5 and command[:2] == b"\x00\xc0" and command[4] == len(self._ready):
            ready, self._ready = self._ready, b""
            return ready + _word(Status.OK)
        if len(command) == 5 and command[:4] == b"\x00\xb0\x00\x00" and self._chosen:
            if command[4] != len(self._file):
                return bytes((0x6C, len(self._file)))
            return self._file + _word(Status.OK)
        return _word(Status.NOT_FOUND if command[1:2] == b"\xa4" else Status.NO_SUCH_INSTRUCTION)


class StorageChip:
    """A contactless storage card, as its reader presents it: a UID and nothing else."""

    def __init__(self, uid: bytes, name: int) -> None:
        self.atr = _storage_atr(name)
        self._uid = uid

    def answer(self, command: bytes) -> bytes:
        """The UID when asked for it."""
        if command == GET_UID:
            return self._uid + _word(Status.OK)
        return _word(Status.NO_SUCH_FUNCTION)


class StrangeChip:
    """A healthy card of somebody else's."""

    atr = _atr(b"STRANGER")

    def answer(self, command: bytes) -> bytes:
        """No, politely."""
        return _word(Status.NOT_FOUND if command[1:2] == b"\xa4" else Status.NO_SUCH_INSTRUCTION)


def chip(kind: str, card: str) -> Chip:
    """A chip of this kind: `card` is a member number (cpu) or a UID in hex. ValueError if it cannot be."""
    if kind == "cpu":
        return MemberChip(card.encode("ascii"))
    if kind == "mifare":
        return StorageChip(bytes.fromhex(card), 0x0001)
    if kind == "other":
        return StorageChip(bytes.fromhex(card), 0x0003)
    if kind == "unknown":
        return StrangeChip()
    raise ValueError(f"no such kind of card: {kind}")
