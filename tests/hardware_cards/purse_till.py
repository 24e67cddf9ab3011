"""A till that sells for purses as a kiosk would: intent, move, outcome, each kept before the next."""

import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from kiosk.hardware.cards.apdu import CardTrouble, Channel
from kiosk.hardware.cards.pboc_purse import PbocPurse
from kiosk.hardware.simulated.card_field import Field, Mishap
from kiosk.hardware.simulated.purse_chip import PurseChip
from kiosk.hardware.simulated.purse_issuer import PIN, Issuer
from kiosk.membership.purses import Intent, Moved, Outcome, PurseBook, State

ISSUER = Issuer(*(bytes((n,)) * 8 + bytes(range(8)) for n in (1, 2, 3, 4)))
TERMINAL = bytes.fromhex("000000000017")
SERIAL = bytes.fromhex("86980000000012345678")
OTHER = bytes.fromhex("86980000000087654321")


def moments() -> Iterator[bytes]:
    for second in itertools.count():
        yield bytes.fromhex(f"20260131{second // 3600:02}{second // 60 % 60:02}{second % 60:02}")


def card(folder: Path, serial: bytes = SERIAL, balance: int = 1000, *, after: bool = True) -> PurseChip:
    chance = Random(serial).randbytes
    return ISSUER.issue(folder / serial.hex(), serial, balance, log_counts_after=after, chance=chance)


@dataclass
class Till:
    """`goods` were handed out, `account` was refunded, `paid` came in for loads; all cents."""

    terminal: bytes = TERMINAL
    facts: list[Intent | tuple[str, Outcome] | str] = field(default_factory=list)
    book: PurseBook = field(default_factory=PurseBook)
    goods: int = 0
    account: int = 0
    paid: int = 0
    clock: Iterator[bytes] = field(default_factory=moments)
    chip: PurseChip | None = None

    def purse(self, channel: Channel) -> PbocPurse:
        return PbocPurse(channel, ISSUER.kiosk_keys, self.terminal, Random(5).randbytes, PIN)

    def buy(self, channel: Channel, op: str, amount: int) -> State | None:
        """None: nothing was begun. The mishap may strike anywhere."""
        with suppress(CardTrouble):
            purse = self.purse(channel)
            if self.settled(purse):
                return self.move(purse, purse.prepare_debit(op, amount, next(self.clock)))
        return None

    def top_up(self, channel: Channel, op: str, amount: int) -> State | None:
        with suppress(CardTrouble):
            purse = self.purse(channel)
            if self.settled(purse):
                intent = purse.prepare_load(op, amount, next(self.clock))
                self.paid += amount
                return self.move(purse, intent)
        return None

    def move(self, purse: PbocPurse, intent: Intent) -> State:
        self.book.intend(intent)
        self.facts.append(intent)
        debit = intent.kind == "debit"
        outcome = purse.debit(intent) if debit else purse.load(intent, ISSUER.allow(intent))
        return self.keep(intent, outcome)

    def keep(self, intent: Intent, outcome: Outcome) -> State:
        before = self.book.state(intent.op)
        state = self.book.settle(intent.op, outcome)
        self.facts.append((intent.op, outcome))
        if state is State.MOVED and before is State.OPEN and intent.kind == "debit":
            self.goods += intent.amount
        if isinstance(outcome, Moved) and outcome.tac:
            assert outcome.tac == ISSUER.tac_of(intent)
        self.refund()
        return state

    def refund(self) -> None:
        for intent in self.book.owed():
            self.facts.append(intent.op)
            self.account += self.book.refund(intent.op)

    def settled(self, purse: PbocPurse) -> bool:
        """Settle what is in doubt on this card; whether nothing is any more."""
        intent = self.book.open_on(purse.serial)
        if intent is None:
            return True
        self.keep(intent, purse.resolve(intent))
        return self.book.open_on(purse.serial) is None

    def present(self, chip: PurseChip, mishap: Mishap | None = None) -> bool:
        """The card is put down once more; whether nothing is in doubt on it."""
        try:
            return self.settled(self.purse(Field(chip, mishap)))
        except CardTrouble:
            return False

    def restart(self) -> None:
        """The till forgets all but its facts."""
        self.book = PurseBook()
        for fact in self.facts:
            match fact:
                case Intent():
                    self.book.intend(fact)
                case str():
                    self.book.refund(fact)
                case (op, outcome):
                    self.book.settle(op, outcome)
        self.book.start_again()
        self.refund()
