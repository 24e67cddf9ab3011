"""An NTAG 424 on a reader: its name stays, its key is proven, and nothing else passes for it."""

from pathlib import Path

import pytest
from click import ClickException
from hypothesis import given
from hypothesis import strategies as st

from kiosk.commands.cards_issue import ntag_keys_in
from kiosk.hardware.cards.apdu import CardRefused, CardTrouble
from kiosk.hardware.cards.ev2 import Mode, again, challenged, first
from kiosk.hardware.cards.families import read_card
from kiosk.hardware.cards.ntag424 import PROOF_KEY, SELECT, Ntag424, check, proof_key
from kiosk.hardware.cards.purse import NotGenuine
from kiosk.hardware.simulated.card_field import Field, Kind, Mishap
from kiosk.hardware.simulated.card_image import CardImage
from kiosk.hardware.simulated.chip import NoCard
from kiosk.hardware.simulated.chips import MAKERS, chip
from kiosk.hardware.simulated.ntag424_chip import SIZE, Ntag424Chip, blank
from kiosk.membership.cards import Card

UID, OTHER_UID = bytes.fromhex("04958CAA5C5E80"), bytes.fromhex("04DE5F1EACC040")
MASTER = b"test proof keys!"
COMMANDS = 8
"""Of a proof: SELECT, three of GetVersion, two of EV2, GetCardUID; and one that never comes."""


def ours(uid: bytes = UID) -> Ntag424Chip:
    card = Ntag424Chip(CardImage(blank(uid)))
    card.set_key(PROOF_KEY, proof_key(MASTER, uid))
    return card


def test_it_is_known_by_its_uid_under_the_name_it_always_had() -> None:
    for card in (ours(), Ntag424Chip.of(UID.hex())):
        assert read_card(Field(card), card.atr) == Card("other", UID)


def test_it_proves_itself_again_and_again() -> None:
    field = Field(ours())
    for _ in range(3):
        check(field, UID, MASTER)


def test_a_card_without_our_key_or_with_another_cards_uid_is_not_genuine() -> None:
    for card, uid in ((Ntag424Chip.of(UID.hex()), UID), (ours(), OTHER_UID), (ours(OTHER_UID), UID)):
        with pytest.raises(NotGenuine):
            check(Field(card), uid, MASTER)
    with pytest.raises(NotGenuine):
        check(Field(ours()), UID, b"another's master")
    with pytest.raises(NotGenuine, match="UID"):
        check(Field(ours()), UID[:4], MASTER)


def test_a_card_that_has_the_key_of_another_says_its_own_uid() -> None:
    card = Ntag424Chip(CardImage(blank(OTHER_UID)))
    card.set_key(PROOF_KEY, proof_key(MASTER, UID))
    with pytest.raises(NotGenuine, match="another UID"):
        check(Field(card), UID, MASTER)


@pytest.mark.parametrize("kind", sorted(MAKERS.keys() - {"purse", "ntag424"}))
def test_no_other_card_is_taken_for_one(kind: str) -> None:
    with pytest.raises(NotGenuine, match="no NTAG"):
        check(Field(chip(kind, "6600000001" if kind == "cpu" else UID.hex())), UID, MASTER)


@pytest.mark.parametrize(
    "kind", ["before", "after", "cut", "status", "refuse", "hang", "reset", "swap", "garble"]
)
def test_whatever_goes_wrong_proves_nothing(kind: Kind) -> None:
    for at in range(COMMANDS):
        field = Field(ours(), Mishap(kind, at, 1), ours(OTHER_UID))
        if at < COMMANDS - 1 and (kind, at) not in PASSED_OVER:
            with pytest.raises(CardTrouble):
                check(field, UID, MASTER)
            check(Field(ours()), UID, MASTER)
        else:
            check(field, UID, MASTER)


PASSED_OVER = {("reset", 0), ("garble", 2), ("garble", 3)}
"""Nothing was begun yet, or a byte that nobody looks at."""


@given(st.lists(st.binary(max_size=40), max_size=6))
def test_whatever_is_said_to_it_begins_no_session(said: list[bytes]) -> None:
    card = ours()
    card.answer(SELECT)
    for one in said:
        assert len(card.answer(b"\x90" + one)) >= 2
        assert len(card.answer(b"\x90" + one[:1] + bytes((0, 0, len(one[1:]))) + one[1:] + b"\0")) >= 2
    assert card.answer(bytes.fromhex("9051000008000000000000000000")).endswith(bytes.fromhex("919D"))


def test_a_session_goes_on_under_another_key() -> None:
    card = ours()
    card.answer(SELECT)

    def send(said: bytes) -> bytes:
        return card.answer(said)[:-2]

    half = challenged(bytes(16), send(first(0)), bytes(range(16)))
    session = half.begun(send(half.answer()))
    assert session.opened(send(session.command(0x51, b"", b"", Mode.FULL)), 0x9100, Mode.FULL) == UID
    half = challenged(proof_key(MASTER, UID), send(again(PROOF_KEY)), bytes(range(16)))
    session = half.went_on(send(half.answer()), session)
    assert session.counter == 1
    assert session.opened(send(session.command(0x51, b"", b"", Mode.FULL)), 0x9100, Mode.FULL) == UID
    said = session.command(0x51, b"", b"", Mode.FULL)
    assert card.answer(said[:-2] + bytes((said[-2] ^ 1, 0))) == bytes.fromhex("911E")
    assert card.answer(again(0)) == bytes.fromhex("919D")


def test_nothing_sealed_is_said_without_a_session() -> None:
    with pytest.raises(NotGenuine, match="no session"):
        Ntag424(Field(ours())).uid()
    with pytest.raises(CardRefused):
        Ntag424(Field(ours())).authenticate(0, bytes(16))


def test_its_memory_lies_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "ntag"
    with pytest.raises(NoCard):
        Ntag424Chip.of(str(file))
    file.write_bytes(blank(UID))
    Ntag424Chip.of(str(file)).set_key(PROOF_KEY, proof_key(MASTER, UID))
    assert len(file.read_bytes()) == SIZE
    check(Field(Ntag424Chip.of(str(file))), UID, MASTER)


@pytest.mark.parametrize("said", ['[ntag424]\nproof = "00"', "[keys.1]", "proof = 5", "[ntag424]\nproof = 5"])
def test_a_file_without_its_key_is_named(said: str, tmp_path: Path) -> None:
    file = tmp_path / "keys.toml"
    file.write_text(said)
    with pytest.raises(ClickException, match=r"16 bytes|no key of NTAG 424"):
        ntag_keys_in(file, "proof")
