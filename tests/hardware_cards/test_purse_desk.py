"""The desk's port to purses: what was begun goes on over the next work, and nothing else is carried out."""

from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from kiosk.clock import RealClock
from kiosk.events import CardDone, CardTapped
from kiosk.hardware.cards.apdu import CardTrouble
from kiosk.hardware.cards.purse_desk import PurseDesk, moment_of
from kiosk.hardware.simulated.card_field import Field
from kiosk.hardware.simulated.purse_chip import PurseChip
from kiosk.ledger.entries import Carding
from kiosk.membership.cards import Card, keyed_hash
from kiosk.membership.purses import Moved, NotMoved
from kiosk.ports import CardWork, PurseSeen

from .purse_till import OTHER, Till, card

TAP = CardTapped("reader", Card("cpu", b"6600000001"))


class Key:
    def hash(self, card: Card) -> bytes:
        return keyed_hash(b"k" * 32, card)


class Reader:
    """A CardDesk whose card answers at once."""

    def __init__(self) -> None:
        self.field: Field | None = None
        self.done: list[CardDone] = []

    def ask(self, request: str, reader: str, card: Card | None, work: CardWork) -> None:
        assert self.field is not None
        try:
            self.done.append(CardDone(request, work(self.field)))
        except CardTrouble as trouble:
            self.done.append(CardDone(request, why=trouble.why))


def desk() -> tuple[Reader, PurseDesk]:
    reader = Reader()
    return reader, PurseDesk(reader, Till().purse, Key(), RealClock(), ZoneInfo("Asia/Shanghai"))


def begun(reader: Reader, purses: PurseDesk, chip: PurseChip) -> Carding:
    reader.field = Field(chip)
    purses.begin("b", TAP, "mv1", 250)
    intent = reader.done[-1].answer
    assert isinstance(intent, Carding)
    return intent


def test_what_was_begun_is_carried_out_once(tmp_path: Path) -> None:
    (reader, purses), chip = desk(), card(tmp_path)
    intent = begun(reader, purses, chip)
    for _ in range(2):
        purses.debit("d", TAP, intent)
        ended = reader.done[-1].answer
        assert isinstance(ended, Moved)
        assert ended.balance == 750
    assert chip.eeprom.read().balance == 750
    purses.look("l", TAP)
    assert reader.done[-1].answer == PurseSeen(intent.card, 750)


def test_another_intent_is_not_carried_out(tmp_path: Path) -> None:
    (reader, purses), chip = desk(), card(tmp_path)
    intent = begun(reader, purses, chip)
    purses.debit("d", TAP, msgspec.structs.replace(intent, amount=300, move="mv2"))
    assert reader.done[-1].answer == NotMoved(1000)
    assert chip.eeprom.read().balance == 1000


def test_another_card_is_neither_debited_nor_believed(tmp_path: Path) -> None:
    (reader, purses), chip, other = desk(), card(tmp_path), card(tmp_path, OTHER)
    intent = begun(reader, purses, chip)
    reader.field = Field(other)
    for verb in (purses.debit, purses.resolve):
        verb("r", TAP, intent)
        assert not isinstance(reader.done[-1].answer, Moved | NotMoved)
    purses.resolve("r", TAP, intent)
    assert (reader.done[-1].answer, bool(reader.done[-1].why)) == (None, True)
    assert other.eeprom.read().balance == 1000


def test_a_moment_is_the_shops_own() -> None:
    assert moment_of(1_780_286_400_000_000, ZoneInfo("Asia/Shanghai")).hex() == "20260601120000"
