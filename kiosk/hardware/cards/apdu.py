"""APDUs (ISO 7816-4): building commands, reading status words. Bytes only, no reader."""

from enum import IntEnum
from typing import ClassVar, Protocol

ANSWER_MAX = 258
"""Bytes of a short answer: 256 of data, two of status."""

FOLLOW_UPS = 4
"""How often a card may say "there is more" or "other length" before we stop believing it."""


class Status(IntEnum):
    """Status words we act on."""

    OK = 0x9000
    FILE_ENDED = 0x6282
    WRONG_LENGTH = 0x6700
    NOT_ALLOWED = 0x6982
    BLOCKED = 0x6983
    NOT_NOW = 0x6985
    WRONG_DATA = 0x6A80
    NO_SUCH_FUNCTION = 0x6A81
    NOT_FOUND = 0x6A82
    NO_RECORD = 0x6A83
    WRONG_P1P2 = 0x6A86
    BEYOND_END = 0x6B00
    NO_SUCH_INSTRUCTION = 0x6D00
    NO_SUCH_CLASS = 0x6E00


NOT_OURS = frozenset(
    {
        Status.NO_SUCH_FUNCTION,
        Status.NOT_FOUND,
        Status.WRONG_P1P2,
        Status.NO_SUCH_INSTRUCTION,
        Status.NO_SUCH_CLASS,
    }
)
"""What a healthy card says that does not know the command."""


class CardTrouble(Exception):
    """A card was there but gave no number; `why` is the word of CardUnreadable."""

    why: ClassVar[str] = "garbled"


class CardMute(CardTrouble):
    """The card does not answer."""

    why: ClassVar[str] = "mute"


class CardGarbled(CardTrouble):
    """The card answered, but not with what was asked for, or damaged."""

    why: ClassVar[str] = "garbled"


class CardPulled(CardTrouble):
    """The card left while it was being read."""

    why: ClassVar[str] = "pulled"


class CardUnknown(CardTrouble):
    """A healthy card of no family we know."""

    why: ClassVar[str] = "unknown-family"


class CardRefused(CardTrouble):
    """A healthy card said no; `status` is its word."""

    def __init__(self, what: str, status: int) -> None:
        super().__init__(f"{what}: status {status:04X}")
        self.status = status


class Channel(Protocol):
    """A way to one card. Its one verb sends a command and returns (data, status word)."""

    def send(self, command: bytes) -> tuple[bytes, int]:
        """One exchange; CardTrouble if it failed."""


GET_UID = bytes.fromhex("FFCA000000")
"""PC/SC part 3: the reader itself answers with the UID of a contactless card."""


CHAINED = 0x10
"""The bit of CLA that says: more of this command follows."""


def command(header: bytes, data: bytes = b"", expect: int | None = None) -> bytes:
    """A short APDU: CLA INS P1 P2, up to 255 bytes of data, and how many are expected (256: all there is).

    None for `expect`: no Le. ValueError for what does not fit.
    """
    if len(header) != 4 or len(data) > 255 or not (expect is None or 1 <= expect <= 256):
        raise ValueError("no such short command")
    body = bytes((len(data),)) + data if data else b""
    return header + body + (b"" if expect is None else bytes((expect & 0xFF,)))


def chained(header: bytes, data: bytes, expect: int | None = None) -> tuple[bytes, ...]:
    """The commands that carry `data` of any length: all but the last bear the chaining bit."""
    parts = [data[at : at + 255] for at in range(0, len(data), 255)] or [b""]
    more = bytes((header[0] | CHAINED,)) + header[1:]
    return (*(command(more, part) for part in parts[:-1]), command(header, parts[-1], expect))


def select(aid: bytes) -> bytes:
    """SELECT an application by its name (5 to 16 bytes)."""
    if not 5 <= len(aid) <= 16:
        raise ValueError("an AID has 5 to 16 bytes")
    return bytes((0x00, 0xA4, 0x04, 0x00, len(aid))) + aid + b"\0"


def read_binary(offset: int = 0, length: int = 0) -> bytes:
    """READ BINARY of the current file; length 0 asks for all there is, up to 256 bytes."""
    return bytes((0x00, 0xB0, *offset.to_bytes(2, "big"), length))


def get_response(length: int) -> bytes:
    """GET RESPONSE: the `length` bytes (0: 256) that a card has ready."""
    return bytes((0x00, 0xC0, 0x00, 0x00, length))


def split(answer: bytes) -> tuple[bytes, int]:
    """Data and status word of an answer; CardGarbled when it is no answer at all."""
    if not 2 <= len(answer) <= ANSWER_MAX:
        raise CardGarbled(f"{len(answer)} bytes are no answer")
    return answer[:-2], int.from_bytes(answer[-2:], "big")


def exchange_once(channel: Channel, command: bytes) -> tuple[bytes, int]:
    """Send a command that moves value: it goes out once, whatever the card says; 61xx is followed."""
    gathered, status = channel.send(command)
    for _ in range(FOLLOW_UPS):
        if status >> 8 != 0x61:
            break
        data, status = channel.send(get_response(status & 0xFF))
        gathered += data
    return gathered, status


def exchange(channel: Channel, command: bytes) -> tuple[bytes, int]:
    """Send a command that ends with its Le; follow 61xx (more is ready) and 6Cxx (other length)."""
    data, status = channel.send(command)
    gathered = data
    for _ in range(FOLLOW_UPS):
        high, low = status >> 8, status & 0xFF
        if high == 0x61:
            data, status = channel.send(get_response(low))
            gathered += data
        elif high == 0x6C:
            gathered, status = channel.send(command[:-1] + bytes((low,)))
        else:
            return gathered, status
    raise CardGarbled("the card keeps asking for another command")
