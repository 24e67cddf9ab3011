"""Simulated storage cards by themselves: what opens what, what is locked, what stays."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.hardware.cards import storage
from kiosk.hardware.cards.apdu import GET_UID, CardPulled, CardRefused
from kiosk.hardware.cards.classic import FOUR_K, ONE_K, Classic, Key
from kiosk.hardware.cards.classic_access import FACTORY_KEY, GUARDED, TRANSPORT, Trailer, access_of
from kiosk.hardware.cards.storage import KeyRefused, KeyType
from kiosk.hardware.cards.tags import MODELS
from kiosk.hardware.cards.ultralight import Tag
from kiosk.hardware.simulated import classic_chip, tag_chip
from kiosk.hardware.simulated.card_field import KINDS, Field, Mishap
from kiosk.hardware.simulated.card_image import CardImage
from kiosk.hardware.simulated.chip import Chip, NoCard
from kiosk.hardware.simulated.chips import MAKERS, chip
from kiosk.hardware.simulated.classic_chip import ClassicChip
from kiosk.hardware.simulated.tag_chip import TagChip

from .storage_shop import TAG_UID, blank

FACTORY_A, FACTORY_B = Key(KeyType.A, FACTORY_KEY), Key(KeyType.B, FACTORY_KEY)
A, B = Key(KeyType.A, b"key a!"), Key(KeyType.B, b"key b!")
DATA = bytes(range(16))


def classic(kind: str = "classic-1k") -> Classic:
    return Classic(Field(blank(kind)), FOUR_K if kind == "classic-4k" else ONE_K)


@pytest.mark.parametrize("kind", ["classic-1k", "classic-4k"])
def test_a_blank_classic_opens_with_the_factory_key_alone(kind: str) -> None:
    card = classic(kind)
    with pytest.raises(CardRefused, match="6982"):
        card.read(4)
    for sector in range(card.layout.sectors):
        card.open(sector, FACTORY_A)
        for block in card.layout.data(sector):
            card.write(block, DATA)
        assert card.read_sector(sector) == DATA * len(card.layout.data(sector))
        assert card.read(card.layout.trailer(sector))[6:9] == access_of(TRANSPORT)
        assert not card.opens(sector, A)
        with pytest.raises(CardRefused, match="6982"):
            card.read(card.layout.first(sector))


def test_an_open_sector_opens_no_other_and_power_closes_it() -> None:
    made = blank("classic-1k")
    field = Field(made)
    card = Classic(field, ONE_K)
    card.open(1, FACTORY_A)
    card.read(4)
    with pytest.raises(CardRefused, match="6982"):
        card.read(8)
    field.power()
    with pytest.raises(CardRefused, match="6982"):
        card.read(4)


def test_under_guard_key_a_reads_and_key_b_writes() -> None:
    card = classic()
    card.open(1, FACTORY_A)
    card.write_trailer(1, Trailer(A.value, B.value, GUARDED))
    with pytest.raises(KeyRefused):
        card.open(1, FACTORY_A)
    card.open(1, A)
    with pytest.raises(CardRefused, match="6982"):
        card.write(4, DATA)
    trailer = card.read(7)
    assert trailer[:6] == trailer[10:] == bytes(6), "keys never show"
    card.open(1, B)
    card.write(4, DATA)
    card.write_trailer(1, Trailer(b"others", B.value))
    assert not card.opens(1, A)


def test_a_readable_key_b_opens_nothing() -> None:
    card = classic()
    card.open(1, FACTORY_B)
    with pytest.raises(CardRefused, match="6982"):
        card.read(4)


def test_access_bits_that_contradict_themselves_lock_a_sector_for_ever() -> None:
    made = blank("classic-1k")
    field = Field(made)
    card = Classic(field, ONE_K)
    card.open(1, FACTORY_A)
    assert field.send(storage.update_block(7, FACTORY_KEY + bytes(4) + FACTORY_KEY)) == (b"", 0x9000)
    card.open(1, FACTORY_A)
    for block in (4, 7):
        with pytest.raises(CardRefused, match="6982"):
            card.read(block)
        with pytest.raises(CardRefused, match="6982"):
            storage.write(field, block, DATA)
    card.open(2, FACTORY_A)


@pytest.mark.parametrize(("block", "size"), [(0, 16), (3, 16), (4, 15), (64, 16)])
def test_what_is_no_data_block_is_not_written(block: int, size: int) -> None:
    card = classic()
    with pytest.raises((ValueError, CardRefused)):
        card.write(block, bytes(size))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_tag_is_known_by_what_it_says_and_written_page_by_page(model: tag_chip.Model) -> None:
    tag = Tag(Field(blank(model.name)))
    assert tag.model() == model
    for page in range(4, model.pages):
        tag.write(page, bytes((page & 0xFF,)) * 4)
    expected = b"".join(bytes((page & 0xFF,)) * 4 for page in range(4, model.pages))
    assert tag.read_pages(4, model.pages) == expected


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_a_reader_that_passes_nothing_on_leaves_the_container(model: tag_chip.Model) -> None:
    image = CardImage(tag_chip.blank(bytes.fromhex(TAG_UID), model))
    tag = Tag(Field(TagChip(model, image, passes=False)))
    assert tag.version() == b""
    formatted = model.name.startswith("ntag")
    assert tag.model() == (model if formatted else MODELS[0])


@pytest.mark.parametrize(
    ("page", "data", "locked"), [(2, "00001000", 4), (2, "00000080", 15), (40, "01000000", 17)]
)
def test_lock_bits_are_for_ever(page: int, data: str, locked: int) -> None:
    card = blank("ntag213")
    tag = Tag(Field(card))
    storage.write(Field(card), page, bytes.fromhex(data))
    assert tag.locked(MODELS[3], range(locked, locked + 1))
    with pytest.raises(CardRefused):
        tag.write(locked, DATA[:4])
    storage.write(Field(card), page, bytes(4))
    assert tag.locked(MODELS[3], range(locked, locked + 1))
    free = 20
    tag.write(free, DATA[:4])
    assert not tag.locked(MODELS[3], range(free, free + 1))


def test_the_container_only_gains_bits() -> None:
    card = blank("ntag213")
    storage.write(Field(card), 3, bytes.fromhex("00006D0F"))
    assert Tag(Field(card)).read(3)[:4] == bytes.fromhex("E1107F0F")


def test_pages_behind_a_password() -> None:
    card = blank("ntag213")
    field = Field(card)
    storage.write(field, 43, b"open")
    storage.write(field, 41, bytes.fromhex("00000010"))
    with pytest.raises(CardRefused, match="6300"):
        storage.write(field, 16, DATA[:4])
    assert storage.read(field, 43)[:4] == bytes(4), "a password never shows"
    assert field.send(bytes.fromhex("FF00000007D4421B") + b"shut")[0] == bytes.fromhex("D54301")
    assert field.send(bytes.fromhex("FF00000007D4421B") + b"open")[0] == bytes.fromhex("D543000000")
    storage.write(field, 16, DATA[:4])


@pytest.mark.parametrize("kind", sorted(MAKERS.keys() - {"purse", "cpu", "unknown"}))
def test_every_storage_card_tells_its_uid(kind: str) -> None:
    assert Field(blank(kind)).send(GET_UID)[1] == 0x9000


@given(
    st.sampled_from(("classic-1k", "classic-4k", "ntag213", "ultralight")), st.lists(st.binary(max_size=24))
)
def test_a_chip_answers_anything(kind: str, commands: list[bytes]) -> None:
    card = blank(kind)
    for command in commands:
        for said in (command, b"\xff" + command[1:]):
            assert len(card.answer(said)) in (2, 6, 9, 11, 13, 18)


@pytest.mark.parametrize("half", [0x00, 0x0F, 0xF0, 0xFF])
def test_a_torn_write_leaves_what_was_written_so_far(tmp_path: Path, half: int) -> None:
    file = tmp_path / "card"
    file.write_bytes(classic_chip.blank(b"\1\2\3\4"))
    made = chip("classic-1k", str(file))
    assert isinstance(made, ClassicChip)
    made.eeprom.half = half
    for byte in range(17):
        field = Field(made)
        card = Classic(field, ONE_K)
        card.open(1, FACTORY_A)
        storage.write(field, 4, bytes(16))
        made.eeprom.left = byte
        with pytest.raises(CardPulled):
            storage.write(field, 4, b"\xff" * 16)
        torn = (b"\xff" * byte + bytes((half,)) + bytes(16))[:16]
        again = chip("classic-1k", str(file))
        fresh = Classic(Field(again), ONE_K)
        fresh.open(1, FACTORY_A)
        assert fresh.read(4) == torn


@pytest.mark.parametrize("kind", ["classic-1k", "ntag216"])
def test_what_is_no_card_is_no_card(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "card"
    with pytest.raises(NoCard):
        chip(kind, str(file))
    file.write_bytes(bytes(100))
    with pytest.raises(NoCard):
        chip(kind, str(file))


@pytest.mark.parametrize("kind", KINDS)
def test_every_mishap_does_what_it_says(kind: str) -> None:
    """Of a write that is spoilt: whether it was carried out, and what came back."""
    card, other = blank("classic-1k"), blank("classic-1k", "0A0B0C0D")
    field = Field(card, Mishap(kind, 2, 3), other)
    session = Classic(field, ONE_K)
    session.open(1, FACTORY_A)
    said: object = None
    try:
        said = field.send(storage.update_block(4, DATA))[1]
    except Exception as trouble:
        said = type(trouble).__name__
    carried = contents(card)
    whole, part, nothing = DATA, DATA[:3] + b"\x03" + bytes(12), bytes(16)
    assert (said, carried) == {
        "before": ("CardPulled", nothing), "after": ("CardPulled", whole), "cut": (0x9000, whole),
        "tear": ("CardPulled", part), "status": (0x6985, whole), "refuse": (0x6985, nothing),
        "hang": ("CardMute", nothing), "reset": (0x6982, nothing), "swap": (0x6982, nothing),
    }[kind]  # fmt: skip


def contents(card: Chip) -> bytes:
    session = Classic(Field(card), ONE_K)
    session.open(1, FACTORY_A)
    return session.read(4)
