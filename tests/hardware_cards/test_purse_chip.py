"""The simulated purse by itself: order, codes, limits, counters, log, and what survives its power."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.hardware.cards import pboc
from kiosk.hardware.cards.apdu import CardRefused, Channel, select, split
from kiosk.hardware.cards.pboc_keys import Deal, DebitCodes, debit_session, diversify
from kiosk.hardware.cards.pboc_purse import PbocPurse
from kiosk.hardware.cards.purse import NotEnough
from kiosk.hardware.cards.purse_serial import PURSE_AID
from kiosk.hardware.simulated.card_field import Field
from kiosk.hardware.simulated.purse_chip import KEY, PIN_TRIES, PurseChip
from kiosk.hardware.simulated.purse_eeprom import Eeprom, NoCard
from kiosk.hardware.simulated.purse_issuer import PIN, NotAllowed
from kiosk.membership.purses import Moved

from .purse_till import ISSUER, SERIAL, TERMINAL, Till, card

MOMENT = bytes.fromhex("20260131101500")


@pytest.fixture
def chip(tmp_path: Path) -> PurseChip:
    found = card(tmp_path)
    assert found.answer(select(PURSE_AID))[-2:].hex() == "9000"
    return found


def status(chip: PurseChip, command: bytes) -> int:
    return split(chip.answer(command))[1]


def debit_command(chip: PurseChip, amount: int, spoil: int = 0) -> bytes:
    """Begin a debit, and the command that would carry it out."""
    start = pboc.debit_start(split(chip.answer(pboc.start_debit(KEY, amount, TERMINAL)))[0])
    session = debit_session(diversify(ISSUER.debit, SERIAL), start.random, start.counter, 7)
    mac1 = bytearray(DebitCodes(session, Deal(amount, TERMINAL, MOMENT)).mac1())
    mac1[0] ^= spoil
    return pboc.debit(7, MOMENT, bytes(mac1))


@pytest.mark.parametrize(
    ("command", "written"),
    [
        (pboc.GET_BALANCE, "805C000204"),
        (pboc.start_debit(1, 1, bytes(5) + b"\1"), "805001020B 01 00000001 000000000001 0F"),
        (pboc.debit(17, MOMENT, b"MAC1"), "805401000F 00000011 20260131101500 4D414331 08"),
        (pboc.start_load(1, 0x05050505, bytes(6)), "805000020B 01 05050505 000000000000 10"),
        (pboc.load(MOMENT, b"MAC2"), "805200000B 20260131101500 4D414332 04"),
        (pboc.prove(9, 0x0102), "805A000902 0102 08"),
    ],
)
def test_the_commands_are_as_others_write_them(command: bytes, written: str) -> None:
    assert command == bytes.fromhex(written)


def test_a_debit_needs_its_beginning_and_its_code(chip: PurseChip) -> None:
    good = debit_command(chip, 100)
    chip.power()
    chip.answer(select(PURSE_AID))
    assert status(chip, good) == 0x6985, "power-up forgets what was begun"
    assert status(chip, debit_command(chip, 100, spoil=1)) == pboc.PurseStatus.WRONG_MAC
    assert status(chip, good) == 0x6985, "a wrong code ends what was begun"
    assert chip.memory.balance == 1000
    good = debit_command(chip, 100)
    assert status(chip, good) == 0x9000
    assert status(chip, good) == 0x6985, "one beginning, one debit"
    assert chip.eeprom.read().balance == 900


def test_nothing_is_done_before_the_purse_is_chosen(tmp_path: Path) -> None:
    chip = card(tmp_path)
    assert status(chip, pboc.GET_BALANCE) == 0x6985
    assert status(chip, select(b"other")) == 0x6A82


def test_limits(chip: PurseChip) -> None:
    assert status(chip, pboc.start_debit(KEY, 1001, TERMINAL)) == pboc.PurseStatus.NOT_ENOUGH
    assert status(chip, pboc.start_debit(KEY, 0, TERMINAL)) == 0x6A80
    assert status(chip, pboc.start_debit(KEY + 1, 1, TERMINAL)) == pboc.PurseStatus.NO_SUCH_KEY
    assert status(chip, pboc.start_load(KEY, 1, TERMINAL)) == 0x6982, "a load wants the PIN"
    assert status(chip, pboc.verify_pin(PIN)) == 0x9000
    most = chip.memory.balance_max - chip.memory.balance
    assert status(chip, pboc.start_load(KEY, most, TERMINAL)) == 0x9000
    assert status(chip, pboc.start_load(KEY, most + 1, TERMINAL)) == pboc.PurseStatus.NOT_ENOUGH


def test_a_used_up_counter_ends_the_purse(tmp_path: Path, chip: PurseChip) -> None:
    chip.eeprom.commit(msgspec.structs.replace(chip.memory, debits=0xFFFF))
    chip.power()
    chip.answer(select(PURSE_AID))
    assert status(chip, pboc.start_debit(KEY, 1, TERMINAL)) == pboc.PurseStatus.COUNTER_FULL


def test_a_pin_is_tried_three_times(chip: PurseChip) -> None:
    for left in reversed(range(PIN_TRIES)):
        assert status(chip, pboc.verify_pin(b"\0\0")) == 0x63C0 | left
        chip.power()
        chip.answer(select(PURSE_AID))
    assert status(chip, pboc.verify_pin(PIN)) == 0x6983


def test_the_kiosk_tries_a_refused_pin_once(chip: PurseChip) -> None:
    purse = PbocPurse(Field(chip), ISSUER.kiosk_keys, TERMINAL, bytes, pin=b"\0\0")
    for _ in range(3):
        with pytest.raises(CardRefused):
            purse.prepare_load("op", 1, MOMENT)
    assert chip.memory.pin_tries == PIN_TRIES - 1


def test_the_log_keeps_ten_and_the_proof_is_of_the_newest(tmp_path: Path, chip: PurseChip) -> None:
    till = Till()
    for n in range(12):
        till.buy(Field(chip), f"op{n}", n + 1)
    purse = till.purse(Field(PurseChip(chip.eeprom._path)))
    assert [line.deal.amount for line in purse.log()] == list(range(12, 2, -1))
    assert [line.counter for line in purse.log()] == list(range(12, 2, -1))
    assert status(chip, pboc.prove(6, 11)) == pboc.PurseStatus.NO_PROOF
    assert status(chip, pboc.prove(6, 12)) == 0x9000


def test_more_than_there_is(chip: PurseChip) -> None:
    purse = Till().purse(Field(chip))
    with pytest.raises(NotEnough):
        purse.prepare_debit("op", 1001, MOMENT)
    assert purse.balance() == 1000


def test_an_intent_is_carried_out_once(chip: PurseChip) -> None:
    purse = Till().purse(Field(chip))
    intent = purse.prepare_debit("op", 10, MOMENT)
    assert isinstance(purse.debit(intent), Moved)
    with pytest.raises(ValueError, match="tried already"):
        purse.debit(intent)
    first = purse.prepare_debit("op2", 10, MOMENT)
    purse.prepare_debit("op3", 10, MOMENT)
    with pytest.raises(ValueError, match="not prepared last"):
        purse.debit(first)
    assert purse.balance() == 990


class AskingForMore:
    """A reader that answers the debit as if it had been asked with a wrong length."""

    def __init__(self, field: Field) -> None:
        self._field = field
        self.debits = 0

    def send(self, command: bytes) -> tuple[bytes, int]:
        if command[:2] != b"\x80\x54":
            return self._field.send(command)
        self.debits += 1
        self._field.send(command)
        return b"", 0x6C08


def test_a_debit_goes_out_once(chip: PurseChip) -> None:
    channel = AskingForMore(Field(chip))
    purse = Till().purse(channel)
    assert isinstance(purse.debit(purse.prepare_debit("op", 10, MOMENT)), Moved)
    assert channel.debits == 1


def test_the_issuer_allows_what_the_card_claimed(chip: PurseChip) -> None:
    purse = Till().purse(Field(chip))
    intent = purse.prepare_load("op", 500, MOMENT)
    with pytest.raises(NotAllowed):
        ISSUER.allow(replace(intent, before=0))
    outcome = purse.load(intent, ISSUER.allow(intent))
    assert outcome == Moved(ISSUER.tac_of(intent), 1, 1500)


@given(st.lists(st.binary(max_size=24), max_size=6))
def test_a_purse_answers_anything(tmp_path_factory: pytest.TempPathFactory, commands: list[bytes]) -> None:
    chip = card(tmp_path_factory.mktemp("card"))
    chip.answer(select(PURSE_AID))
    for command in commands:
        assert len(chip.answer(command)) >= 2
    assert chip.eeprom.read().balance == 1000


def test_secrets_stay_out_of_logs(chip: PurseChip) -> None:
    channel: Channel = Field(chip)
    intent = Till().purse(channel).prepare_debit("op", 10, MOMENT)
    assert repr(SERIAL) not in repr(intent)
    assert repr(ISSUER.debit) not in repr(ISSUER) + repr(ISSUER.kiosk_keys)


def test_the_answer_to_reset_checks_out() -> None:
    check = 0
    for byte in PurseChip.atr[1:]:
        check ^= byte
    assert check == 0


def test_an_empty_file_is_no_card(tmp_path: Path) -> None:
    (tmp_path / "no").write_bytes(b"")
    for name in ("no", "nothing"):
        with pytest.raises(NoCard):
            Eeprom(tmp_path / name).read()
