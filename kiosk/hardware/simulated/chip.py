"""What every simulated card's chip is to whatever reader it lies on, and how its power may go."""

from typing import Protocol


class PowerLost(Exception):
    """The card lost its power while it wrote."""


class NoCard(ValueError):
    """This file is no card."""


class Supply(Protocol):
    """How long a card's power lasts while it writes."""

    left: int | None
    """How many more bytes can be written before the power goes; None: it stays."""


class Steady:
    """The supply of a card that writes nothing."""

    left: int | None = None


class Chip(Protocol):
    """One card's inside. Pure bytes, but for a memory that it may keep in a file."""

    @property
    def atr(self) -> bytes:
        """Its answer to reset, as its reader would make it."""

    @property
    def eeprom(self) -> Supply:
        """Its memory: writing can be torn after any byte."""

    def power(self) -> None:
        """Power up, or reset: what it had in mind is gone, what it wrote is not."""

    def answer(self, command: bytes) -> bytes:
        """Data and status word; b"" from a card that lost its power."""


def word(status: int) -> bytes:
    """A status word as a card says it."""
    return status.to_bytes(2, "big")


def atr_of(historical: bytes) -> bytes:
    """A T=1 ATR with these historical bytes (at most 15) and its check byte."""
    body = bytes((0x80 | len(historical), 0x80, 0x01)) + historical
    check = 0
    for byte in body:
        check ^= byte
    return b"\x3b" + body + bytes((check,))
