"""A simulated issuer of purses: makes cards, allows loads, checks proofs. It alone has every key."""

import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from kiosk.hardware.cards.pboc_keys import (
    Deal,
    DebitCodes,
    LoadCodes,
    debit_session,
    diversify,
    load_session,
)
from kiosk.hardware.cards.pboc_purse import PurseKeys
from kiosk.hardware.simulated.purse_chip import PurseChip
from kiosk.hardware.simulated.purse_eeprom import Eeprom, Memory
from kiosk.membership.purses import Intent

PIN = b"\x12\x34"


class NotAllowed(Exception):
    """The card's claim is not what this card would have said of its balance."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Master keys, 16 bytes each."""

    debit: bytes = field(repr=False)
    load: bytes = field(repr=False)
    tac: bytes = field(repr=False)
    own: bytes = field(repr=False)

    @property
    def kiosk_keys(self) -> PurseKeys:
        """What a kiosk is given of them."""
        return PurseKeys(self.debit, self.own)

    def issue(
        self,
        path: Path,
        serial: bytes,
        balance: int = 0,
        *,
        log_counts_after: bool = True,
        chance: Callable[[int], bytes] = secrets.token_bytes,
    ) -> PurseChip:
        """Make a card of this file: serial of ten bytes, PIN 1234."""
        memory = Memory(
            serial,
            debit_key=diversify(self.debit, serial),
            load_key=diversify(self.load, serial),
            tac_key=diversify(self.tac, serial),
            own_key=diversify(self.own, serial),
            pin=PIN,
            balance=balance,
            log_counts_after=log_counts_after,
        )
        Eeprom(path).issue(memory)
        return PurseChip(path, chance)

    def _load_codes(self, intent: Intent) -> LoadCodes:
        session = load_session(diversify(self.load, intent.card), intent.random, intent.counter)
        deal = Deal(intent.amount, intent.terminal, intent.moment)
        return LoadCodes(session, deal, intent.before, intent.counter)

    def allow(self, intent: Intent) -> bytes:
        """MAC2 for a load; NotAllowed when the card's MAC1 does not hold."""
        codes = self._load_codes(intent)
        if not hmac.compare_digest(codes.mac1(), intent.claim):
            raise NotAllowed
        return codes.mac2()

    def tac_of(self, intent: Intent) -> bytes:
        """The TAC that the card gives for this move, if it carried it out."""
        key = diversify(self.tac, intent.card)
        if intent.kind == "load":
            return self._load_codes(intent).tac(key)
        session = debit_session(
            diversify(self.debit, intent.card), intent.random, intent.counter, intent.number
        )
        codes = DebitCodes(session, Deal(intent.amount, intent.terminal, intent.moment))
        return codes.tac(key, intent.number)
