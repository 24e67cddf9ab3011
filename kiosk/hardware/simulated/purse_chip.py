"""A simulated PBOC purse: a state machine over a memory that commits whole. Pure bytes but for its file.

What is real: order of commands, codes, counters, limits, tearing. What is not: timing, and whatever a
vendor's card does that its standard does not say.
"""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from kiosk.hardware.cards import pboc
from kiosk.hardware.cards.apdu import Status, select
from kiosk.hardware.cards.pboc import PurseStatus
from kiosk.hardware.cards.pboc_keys import (
    AMOUNT_MAX,
    DEBIT,
    LOAD,
    Deal,
    DebitCodes,
    LoadCodes,
    debit_session,
    encrypt,
    load_session,
)
from kiosk.hardware.cards.purse_serial import PURSE_AID
from kiosk.hardware.simulated.chip import PowerLost, atr_of
from kiosk.hardware.simulated.purse_eeprom import Eeprom, Memory

KEY = 1
"""The index of its debit and load keys."""

COUNTER_MAX = 0xFFFF
PIN_TRIES = 3


class _No(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


@dataclass(frozen=True, slots=True)
class _Begun:
    """A move between its INITIALIZE and the command that carries it out."""

    kind: int
    amount: int
    terminal: bytes
    session: bytes


class PurseChip:
    """A purse in a file; power-up forgets everything that was not committed."""

    atr = atr_of(b"PURSE")

    def __init__(self, path: Path, chance: Callable[[int], bytes] = secrets.token_bytes) -> None:
        self.eeprom = Eeprom(path)
        self._chance = chance
        self.power()

    def power(self) -> None:
        """Power up: what the card had in mind is gone."""
        self.memory = self.eeprom.read()
        self._chosen = self._pin_given = self._dead = False
        self._begun: _Begun | None = None

    def answer(self, command: bytes) -> bytes:
        """Data and status word; b"" from a card that lost its power."""
        if self._dead:
            return b""
        try:
            return self._obey(command) + Status.OK.to_bytes(2, "big")
        except _No as no:
            return no.status.to_bytes(2, "big")
        except PowerLost:
            self._dead = True
            return b""

    def _obey(self, command: bytes) -> bytes:
        if command == select(PURSE_AID):
            self._chosen = True
            body = b"\x84" + bytes((len(PURSE_AID),)) + PURSE_AID
            return b"\x6f" + bytes((len(body),)) + body
        if len(command) < 5:
            raise _No(Status.WRONG_LENGTH)
        if not self._chosen:
            raise _No(Status.NOT_FOUND if command[1] == 0xA4 else Status.NOT_NOW)
        head, data = command[:4], command[5 : 5 + command[4]]
        if head[1] in (0xB0, 0xB2):
            return self._read(head, command[4] or 256)
        verb = {
            "805C0002": lambda: self.memory.balance.to_bytes(4, "big"),
            "00200000": lambda: self._pin(data),
            "00880000": lambda: encrypt(self.memory.own_key, self._sized(data, 8)),
            "80500102": lambda: self._start_debit(self._sized(data, 11)),
            "80540100": lambda: self._debit(self._sized(data, 15)),
            "80500002": lambda: self._start_load(self._sized(data, 11)),
            "80520000": lambda: self._load(self._sized(data, 11)),
            "805A0006": lambda: self._prove(self.memory.debit_proof, data),
            "805A0002": lambda: self._prove(self.memory.load_proof, data),
        }.get(head.hex().upper())
        if verb is None:
            raise _No(Status.NO_SUCH_INSTRUCTION)
        return verb()

    @staticmethod
    def _sized(data: bytes, size: int) -> bytes:
        if len(data) != size:
            raise _No(Status.WRONG_LENGTH)
        return data

    def _read(self, head: bytes, expected: int) -> bytes:
        if head == bytes((0x00, 0xB0, 0x80 | pboc.INFO_FILE, 0x00)):
            info = bytes(10) + self.memory.serial + bytes(10)
            if expected != len(info):
                raise _No(0x6C00 | len(info))
            return info
        if head[:2] == b"\0\xb2" and head[3] == pboc.LOG_FILE << 3 | 4:
            if not 1 <= head[2] <= len(self.memory.log):
                raise _No(Status.NO_RECORD)
            return self.memory.log[head[2] - 1]
        raise _No(Status.NOT_FOUND)

    def _commit(self, memory: Memory) -> None:
        self.eeprom.commit(memory)
        self.memory = memory

    def _pin(self, given: bytes) -> bytes:
        left = self.memory.pin_tries
        if not left:
            raise _No(Status.BLOCKED)
        self._commit(replace(self.memory, pin_tries=left - 1))
        if not hmac.compare_digest(given, self.memory.pin):
            raise _No(0x63C0 | left - 1)
        self._commit(replace(self.memory, pin_tries=PIN_TRIES))
        self._pin_given = True
        return b""

    def _asked(self, data: bytes, counter: int) -> tuple[int, bytes, bytes]:
        """Amount, terminal and a fresh random of a move that begins."""
        self._begun = None
        if data[0] != KEY:
            raise _No(PurseStatus.NO_SUCH_KEY)
        if counter >= COUNTER_MAX:
            raise _No(PurseStatus.COUNTER_FULL)
        amount = int.from_bytes(data[1:5], "big")
        if not 0 < amount <= AMOUNT_MAX:
            raise _No(Status.WRONG_DATA)
        return amount, data[5:], self._chance(4)

    def _start_debit(self, data: bytes) -> bytes:
        held = self.memory
        amount, terminal, random = self._asked(data, held.debits)
        if amount > held.balance:
            raise _No(PurseStatus.NOT_ENOUGH)
        # The terminal's number comes with the debit itself, and the session key with it.
        self._begun = _Begun(DEBIT, amount, terminal, random)
        return (
            held.balance.to_bytes(4, "big") + held.debits.to_bytes(2, "big") + bytes(3) + b"\x00\x01" + random
        )

    def _debit(self, data: bytes) -> bytes:
        begun, self._begun, held = self._begun, None, self.memory
        if begun is None or begun.kind != DEBIT:
            raise _No(Status.NOT_NOW)
        number, moment = int.from_bytes(data[:4], "big"), data[4:11]
        session = debit_session(held.debit_key, begun.session, held.debits, number)
        codes = DebitCodes(session, Deal(begun.amount, begun.terminal, moment))
        if not hmac.compare_digest(codes.mac1(), data[11:]):
            raise _No(PurseStatus.WRONG_MAC)
        tac, mac2 = codes.tac(held.tac_key, number), codes.mac2()
        changed = self._logged(DEBIT, codes.deal, held.debits)
        after = held.debits + 1
        self._commit(
            replace(
                changed, balance=held.balance - begun.amount, debits=after, debit_proof=(after, mac2, tac)
            )
        )
        return tac + mac2

    def _start_load(self, data: bytes) -> bytes:
        held = self.memory
        if not self._pin_given:
            raise _No(Status.NOT_ALLOWED)
        amount, terminal, random = self._asked(data, held.loads)
        if held.balance + amount > held.balance_max:
            raise _No(PurseStatus.NOT_ENOUGH)
        self._begun = _Begun(LOAD, amount, terminal, load_session(held.load_key, random, held.loads))
        mac1 = self._load_codes(self._begun, bytes(7)).mac1()
        return held.balance.to_bytes(4, "big") + held.loads.to_bytes(2, "big") + b"\x00\x01" + random + mac1

    def _load_codes(self, begun: _Begun, moment: bytes) -> LoadCodes:
        deal = Deal(begun.amount, begun.terminal, moment)
        return LoadCodes(begun.session, deal, self.memory.balance, self.memory.loads)

    def _load(self, data: bytes) -> bytes:
        begun, self._begun, held = self._begun, None, self.memory
        if begun is None or begun.kind != LOAD:
            raise _No(Status.NOT_NOW)
        codes = self._load_codes(begun, data[:7])
        if not hmac.compare_digest(codes.mac2(), data[7:]):
            raise _No(PurseStatus.WRONG_MAC)
        tac, after = codes.tac(held.tac_key), held.loads + 1
        changed = self._logged(LOAD, codes.deal, held.loads)
        proof = (after, codes.mac2(), tac)
        self._commit(replace(changed, balance=held.balance + begun.amount, loads=after, load_proof=proof))
        return tac

    def _logged(self, kind: int, deal: Deal, counter: int) -> Memory:
        """The memory with one more line in its log; whoever calls it commits it together with the value."""
        line = pboc.Record(counter + self.memory.log_counts_after, kind, deal).data
        return replace(self.memory, log=(line, *self.memory.log)[: pboc.LOG_LENGTH])

    @staticmethod
    def _prove(proof: tuple[int, bytes, bytes], data: bytes) -> bytes:
        counter, mac, tac = proof
        if not mac or data[:2] != counter.to_bytes(2, "big"):
            raise _No(PurseStatus.NO_PROOF)
        return mac + tac
