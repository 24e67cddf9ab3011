"""Keys and codes of a PBOC electronic purse (JR/T 0025): derivation, MAC1, MAC2, TAC. Bytes only.

Amounts are whole units of the purse's currency (cents) in four bytes. A terminal is six bytes; a moment is
seven bytes of BCD, YYYYMMDDhhmmss. Every code is four bytes; compare codes with `hmac.compare_digest`.
"""

from dataclasses import dataclass, field

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives.ciphers import Cipher, modes

LOAD = 0x02
"""Transaction type: load of a purse."""

DEBIT = 0x06
"""Transaction type: purchase with a purse."""

AMOUNT_MAX = 0xFFFF_FFFF

_BLOCK = 8
_CODE = 4


def _triple(key: bytes) -> TripleDES:
    """The cipher of a single (8 bytes) or double (16 bytes) key."""
    if len(key) not in (8, 16):
        raise ValueError("a key has 8 or 16 bytes")
    return TripleDES((key * 3)[:24])


def encrypt(key: bytes, block: bytes) -> bytes:
    """One block under `key`: a chain of one block from zero is the plain cipher."""
    if len(block) != _BLOCK:
        raise ValueError("a block has 8 bytes")
    worker = Cipher(_triple(key), modes.CBC(bytes(_BLOCK))).encryptor()
    return worker.update(block) + worker.finalize()


def code(key: bytes, data: bytes) -> bytes:
    """The four-byte MAC of `data` under a single key (8 bytes): DES in CBC from zero, padded with 80 00..."""
    if len(key) != _BLOCK:
        raise ValueError("a MAC is made with a key of 8 bytes")
    padded = data + b"\x80" + bytes(-(len(data) + 1) % _BLOCK)
    worker = Cipher(_triple(key), modes.CBC(bytes(_BLOCK))).encryptor()
    return (worker.update(padded) + worker.finalize())[-_BLOCK:][:_CODE]


def diversify(master: bytes, serial: bytes) -> bytes:
    """A card's own key (16 bytes) from the master key (16) and the last eight bytes of its serial."""
    if len(master) != 16 or len(serial) < _BLOCK:
        raise ValueError("a master key has 16 bytes, a serial at least 8")
    left = serial[-_BLOCK:]
    right = bytes(byte ^ 0xFF for byte in left)
    return encrypt(master, left) + encrypt(master, right)


def debit_session(key: bytes, random: bytes, counter: int, terminal_counter: int) -> bytes:
    """The session key (8 bytes) of a debit: the card's random (4), its counter, the terminal's low end."""
    low = terminal_counter.to_bytes(4, "big")[2:]
    return encrypt(key, random + counter.to_bytes(2, "big") + low)


def load_session(key: bytes, random: bytes, counter: int) -> bytes:
    """The session key (8 bytes) of a load: the card's random (4) and its counter."""
    return encrypt(key, random + counter.to_bytes(2, "big") + b"\x80\x00")


def _tac_key(key: bytes) -> bytes:
    """The single key that TACs are made with: the halves of the card's TAC key (16 bytes), exclusive-or."""
    if len(key) != 16:
        raise ValueError("a TAC key has 16 bytes")
    return bytes(one ^ other for one, other in zip(key[:8], key[8:], strict=True))


@dataclass(frozen=True, slots=True)
class Deal:
    """What both sides agree on before value moves. ValueError for a field of the wrong size."""

    amount: int
    terminal: bytes
    moment: bytes

    def __post_init__(self) -> None:
        if not 0 < self.amount <= AMOUNT_MAX:
            raise ValueError("an amount is positive and fits four bytes")
        if len(self.terminal) != 6 or len(self.moment) != 7:
            raise ValueError("a terminal has 6 bytes, a moment 7")

    @property
    def value(self) -> bytes:
        """The amount, four bytes."""
        return self.amount.to_bytes(4, "big")


@dataclass(frozen=True, slots=True)
class DebitCodes:
    """The codes of one debit. `session` is secret."""

    session: bytes = field(repr=False)
    deal: Deal

    def mac1(self) -> bytes:
        """What the terminal shows the card."""
        deal = self.deal
        return code(self.session, deal.value + bytes((DEBIT,)) + deal.terminal + deal.moment)

    def mac2(self) -> bytes:
        """What the card shows the terminal when value has moved."""
        return code(self.session, self.deal.value)

    def tac(self, key: bytes, terminal_counter: int) -> bytes:
        """What the card proves to its issuer, under its TAC key (16 bytes)."""
        number, deal = terminal_counter.to_bytes(4, "big"), self.deal
        return code(_tac_key(key), deal.value + bytes((DEBIT,)) + deal.terminal + number + deal.moment)


@dataclass(frozen=True, slots=True)
class LoadCodes:
    """The codes of one load; `before` is the card's balance and `counter` its online counter before it."""

    session: bytes = field(repr=False)
    deal: Deal
    before: int
    counter: int

    def mac1(self) -> bytes:
        """What the card shows first: its balance is genuine."""
        deal = self.deal
        return code(
            self.session, self.before.to_bytes(4, "big") + deal.value + bytes((LOAD,)) + deal.terminal
        )

    def mac2(self) -> bytes:
        """What the issuer allows the load with."""
        deal = self.deal
        return code(self.session, deal.value + bytes((LOAD,)) + deal.terminal + deal.moment)

    def tac(self, key: bytes) -> bytes:
        """What the card proves to its issuer of the balance after the load; its TAC key has 16 bytes."""
        deal = self.deal
        after = (self.before + deal.amount).to_bytes(4, "big") + self.counter.to_bytes(2, "big")
        return code(_tac_key(key), after + deal.value + bytes((LOAD,)) + deal.terminal + deal.moment)
