"""A PBOC purse as the port of purses: begin, move once, read back, and settle by the card's own memory."""

import hashlib
import hmac
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from kiosk.hardware.cards import pboc, pboc_proof
from kiosk.hardware.cards.apdu import (
    CardRefused,
    CardTrouble,
    Channel,
    Status,
    exchange,
    exchange_once,
)
from kiosk.hardware.cards.iso_files import Files
from kiosk.hardware.cards.pboc_keys import DEBIT, LOAD, Deal, DebitCodes, debit_session, diversify
from kiosk.hardware.cards.pboc_log import Evidence, judge
from kiosk.hardware.cards.purse import NotEnough, OtherCard
from kiosk.hardware.cards.purse_serial import read_serial
from kiosk.membership.purses import InDoubt, Intent, Moved, Outcome

log = logging.getLogger(__name__)

KEY_INDEX = 1


@dataclass(frozen=True, slots=True)
class PurseKeys:
    """The master keys (16 bytes) that a kiosk may hold: those of loads and TACs stay with head office."""

    debit: bytes = field(repr=False)
    own: bytes = field(repr=False)


def number_of(op: str) -> int:
    """The terminal's number (four bytes) of an operation: the card's TAC thereby names the operation."""
    return int.from_bytes(hashlib.sha256(op.encode()).digest()[:4], "big")


class PbocPurse:
    """One purse on its reader. `terminal` is ours, six bytes; `pin` opens it for loads."""

    def __init__(
        self,
        channel: Channel,
        keys: PurseKeys,
        terminal: bytes,
        chance: Callable[[int], bytes],
        pin: bytes = b"",
    ) -> None:
        self._channel, self._keys, self._terminal = channel, keys, terminal
        self._chance, self._pin = chance, pin
        self._prepared: Intent | None = None
        self._serial = read_serial(channel)

    @property
    def serial(self) -> bytes:
        """The ten bytes of the application's serial."""
        return self._serial

    def _ask(self, command: bytes, what: str) -> bytes:
        data, status = exchange(self._channel, command)
        if status == pboc.PurseStatus.NOT_ENOUGH:
            raise NotEnough(what)
        if status != Status.OK:
            raise CardRefused(what, status)
        return data

    def balance(self) -> int:
        """Cents on the card."""
        return pboc.balance(self._ask(pboc.GET_BALANCE, "GET BALANCE"))

    def log(self) -> tuple[pboc.Record, ...]:
        """The card's last moves, newest first."""
        lines = Files(self._channel).records(pboc.LOG_FILE, pboc.RECORD_BYTES)
        return tuple(found for line in lines if (found := pboc.record(line)) is not None)

    def prepare_debit(self, op: str, amount: int, moment: bytes) -> Intent:
        """INITIALIZE FOR PURCHASE: nothing moves yet."""
        start = self._start(DEBIT, amount)
        return self._intend(Intent(
            op, "debit", self._serial, amount, start.balance, start.counter, start.random,
            self._terminal, number_of(op), moment,
        ))  # fmt: skip

    def prepare_load(self, op: str, amount: int, moment: bytes) -> Intent:
        """INITIALIZE FOR LOAD: nothing moves yet; `claim` is the card's MAC1."""
        start = self._start(LOAD, amount)
        return self._intend(Intent(
            op, "load", self._serial, amount, start.balance, start.counter, start.random,
            self._terminal, number_of(op), moment, start.mac1,
        ))  # fmt: skip

    def _start(self, kind: int, amount: int) -> pboc.Start:
        self._prepared = None
        if kind == DEBIT:
            asked = pboc.start_debit(KEY_INDEX, amount, self._terminal)
            return pboc.debit_start(self._ask(asked, "INITIALIZE FOR PURCHASE"))
        self._give_pin()
        asked = pboc.start_load(KEY_INDEX, amount, self._terminal)
        return pboc.load_start(self._ask(asked, "INITIALIZE FOR LOAD"))

    def _give_pin(self) -> None:
        """Open the purse for loads. A PIN that the card refused is never tried again: its tries are few."""
        if not self._pin:
            return
        _, status = self._channel.send(pboc.verify_pin(self._pin))
        if status != Status.OK:
            self._pin = b""
            raise CardRefused("VERIFY", status)

    def _intend(self, intent: Intent) -> Intent:
        Deal(intent.amount, intent.terminal, intent.moment)  # ValueError before anything moves
        self._prepared = intent
        return intent

    def debit(self, intent: Intent) -> Outcome:
        """DEBIT FOR PURCHASE, once, then what the card says became of it."""
        self._spend_preparation(intent)
        codes = self._codes(intent)
        command = pboc.debit(intent.number, intent.moment, codes.mac1())
        with suppress(CardTrouble):
            data, status = exchange_once(self._channel, command)
            if status == Status.OK and len(data) == 8 and hmac.compare_digest(data[4:], codes.mac2()):
                return self._read_back(intent, Moved(data[:4], intent.counter + 1, intent.after))
        return self._settle_here(intent)

    def load(self, intent: Intent, allowance: bytes) -> Outcome:
        """CREDIT FOR LOAD, once, then what the card says became of it."""
        self._spend_preparation(intent)
        with suppress(CardTrouble):
            exchange_once(self._channel, pboc.load(intent.moment, allowance))
        # Its answer is a TAC, which only head office can check: the card's memory is asked in any case.
        return self._settle_here(intent)

    def _spend_preparation(self, intent: Intent) -> None:
        prepared, self._prepared = self._prepared, None
        if prepared is None or prepared != intent:
            raise ValueError("this move was not prepared last, or was tried already")

    def _read_back(self, intent: Intent, moved: Moved) -> Outcome:
        """The balance after a move whose code is good; a card that is gone by now has moved all the same."""
        try:
            balance = self.balance()
        except CardTrouble:
            return moved
        return moved if balance == moved.balance else self._settle_here(intent)

    def _settle_here(self, intent: Intent) -> Outcome:
        """Resolve while the card may still lie there."""
        try:
            self._serial = read_serial(self._channel)
            return self.resolve(intent)
        except CardTrouble as trouble:
            log.info("a %s is in doubt: %s", intent.kind, type(trouble).__name__)
            return InDoubt("other-card" if isinstance(trouble, OtherCard) else trouble.why)

    def resolve(self, intent: Intent) -> Outcome:
        """How a move ended, by this card's memory. OtherCard, NotGenuine or CardTrouble: ask again later."""
        self._prepared = None
        if self._serial != intent.card:
            raise OtherCard("another purse than the move was begun with")
        own = diversify(self._keys.own, self._serial)
        pboc_proof.check(self._channel, own, self._chance(pboc_proof.FRESH_BYTES), intent.op.encode())
        proof = self._proof(intent)
        mac2 = self._codes(intent).mac2() if intent.kind == "debit" else b""
        proven = bool(mac2 and proof) and hmac.compare_digest(proof[0] if proof else b"", mac2)
        return judge(intent, Evidence(proven, proof, self.log(), self.balance(), self._counter(intent)))

    def _proof(self, intent: Intent) -> tuple[bytes, bytes] | None:
        """MAC and TAC that the card keeps of its move with this number; None when it keeps none."""
        kind = DEBIT if intent.kind == "debit" else LOAD
        data, status = exchange(self._channel, pboc.prove(kind, intent.counter + 1))
        if status == pboc.PurseStatus.NO_PROOF:
            return None
        if status != Status.OK:
            raise CardRefused("GET TRANSACTION PROVE", status)
        return pboc.proof(data)

    def _counter(self, intent: Intent) -> int | None:
        """The number of the card's next move of this kind; None when it will not begin one."""
        try:
            return self._start(DEBIT if intent.kind == "debit" else LOAD, amount=1).counter
        except (NotEnough, CardRefused):
            return None

    def _codes(self, intent: Intent) -> DebitCodes:
        key = diversify(self._keys.debit, intent.card)
        session = debit_session(key, intent.random, intent.counter, intent.number)
        return DebitCodes(session, Deal(intent.amount, intent.terminal, intent.moment))
