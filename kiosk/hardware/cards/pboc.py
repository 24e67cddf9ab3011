"""Commands and answers of a PBOC electronic purse (JR/T 0025; FMCOS, FM1208). Bytes only.

Amounts are cents in four bytes, counters two bytes; `kind` is the transaction type, LOAD or DEBIT.
"""

from dataclasses import dataclass
from enum import IntEnum

from kiosk.hardware.cards.apdu import CardGarbled, command
from kiosk.hardware.cards.pboc_keys import Deal

INFO_FILE = 0x15
"""Short identifier of the public application information."""

LOG_FILE = 0x18
"""Short identifier of the transaction log, newest record first."""

LOG_LENGTH = 10
RECORD_BYTES = 23
INFO_BYTES = 30
_SERIAL = slice(10, 20)


class PurseStatus(IntEnum):
    """Status words of the purse's own commands."""

    WRONG_MAC = 0x9302
    LOCKED = 0x9303
    NOT_ENOUGH = 0x9401
    COUNTER_FULL = 0x9402
    NO_SUCH_KEY = 0x9403
    NO_PROOF = 0x9406


GET_BALANCE = bytes.fromhex("805C000204")


def verify_pin(pin: bytes) -> bytes:
    """VERIFY: 2 to 6 bytes of BCD."""
    return command(bytes.fromhex("00200000"), pin)


def start_debit(key: int, amount: int, terminal: bytes) -> bytes:
    """INITIALIZE FOR PURCHASE with the card's debit key of this index."""
    return command(bytes.fromhex("80500102"), bytes((key,)) + amount.to_bytes(4, "big") + terminal, 15)


def debit(number: int, moment: bytes, mac1: bytes) -> bytes:
    """DEBIT FOR PURCHASE; `number` is the terminal's own of this transaction."""
    return command(bytes.fromhex("80540100"), number.to_bytes(4, "big") + moment + mac1, 8)


def start_load(key: int, amount: int, terminal: bytes) -> bytes:
    """INITIALIZE FOR LOAD."""
    return command(bytes.fromhex("80500002"), bytes((key,)) + amount.to_bytes(4, "big") + terminal, 16)


def load(moment: bytes, mac2: bytes) -> bytes:
    """CREDIT FOR LOAD."""
    return command(bytes.fromhex("80520000"), moment + mac2, 4)


def prove(kind: int, counter: int) -> bytes:
    """GET TRANSACTION PROVE; `counter` is the card's after that transaction."""
    return command(bytes((0x80, 0x5A, 0x00, kind)), counter.to_bytes(2, "big"), 8)


def _sized(data: bytes, length: int, what: str) -> bytes:
    if len(data) != length:
        raise CardGarbled(f"{what} of {len(data)} bytes")
    return data


def serial(info: bytes) -> bytes:
    """The application's serial (10 bytes) in the public application information."""
    found = _sized(info[:INFO_BYTES], INFO_BYTES, "application information")[_SERIAL]
    if not any(found):
        raise CardGarbled("a card without a serial")
    return found


def balance(data: bytes) -> int:
    """Cents in the answer to GET BALANCE."""
    return int.from_bytes(_sized(data, 4, "balance"), "big")


@dataclass(frozen=True, slots=True)
class Start:
    """The answer to an INITIALIZE: balance and counter before the move; `mac1` only of a load."""

    balance: int
    counter: int
    random: bytes
    mac1: bytes = b""


def debit_start(data: bytes) -> Start:
    """Balance 4, counter 2, overdraft 3, key version and algorithm 2, random 4."""
    _sized(data, 15, "start of a debit")
    return Start(int.from_bytes(data[:4], "big"), int.from_bytes(data[4:6], "big"), data[11:])


def load_start(data: bytes) -> Start:
    """Balance 4, counter 2, key version and algorithm 2, random 4, MAC1 4."""
    _sized(data, 16, "start of a load")
    return Start(int.from_bytes(data[:4], "big"), int.from_bytes(data[4:6], "big"), data[8:12], data[12:])


def proof(data: bytes) -> tuple[bytes, bytes]:
    """MAC and TAC in the answer to GET TRANSACTION PROVE."""
    _sized(data, 8, "proof")
    return data[:4], data[4:]


@dataclass(frozen=True, slots=True)
class Record:
    """One line of the card's log. Cards differ in whether `counter` is from before the move or after it."""

    counter: int
    kind: int
    deal: Deal

    @property
    def data(self) -> bytes:
        """Counter 2, overdraft 3, amount 4, kind 1, terminal 6, moment 7."""
        deal = self.deal
        head = self.counter.to_bytes(2, "big") + bytes(3) + deal.value
        return head + bytes((self.kind,)) + deal.terminal + deal.moment


def record(data: bytes) -> Record | None:
    """A line of the log; None for one that was never written."""
    _sized(data, RECORD_BYTES, "record")
    amount = int.from_bytes(data[5:9], "big")
    if not amount or len(set(data)) == 1:
        return None
    return Record(int.from_bytes(data[:2], "big"), data[9], Deal(amount, data[10:16], data[16:]))
