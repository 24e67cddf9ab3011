"""Bytes that others published: keys, directories, access bits, versions; each row names its source."""

import pytest
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st

from kiosk.hardware.cards import storage
from kiosk.hardware.cards.apdu import CardGarbled
from kiosk.hardware.cards.classic import FOUR_K, ONE_K, value_of
from kiosk.hardware.cards.classic_access import GUARDED, TRANSPORT, Trailer, access_of, conditions_of
from kiosk.hardware.cards.classic_directory import (
    MAD1_SECTORS,
    MAD2_SECTORS,
    Directory,
    DirectoryDamaged,
    check_byte,
)
from kiosk.hardware.cards.keys import KeyRing, MasterKeys, diversified
from kiosk.hardware.cards.storage import KeyType
from kiosk.hardware.cards.tags import MODELS, is_locked, model_of_container, model_of_version, ndef_end

MODEL = {model.name: model for model in MODELS}


@pytest.mark.parametrize(
    ("source", "master", "given_bytes", "key"),
    [
        ("AN10922, 2.2.1", "00112233445566778899AABBCCDDEEFF", "04782E21801D803042F54E585020416275",
         "A8DD63A3B89D54B37CA802473FDA9175"),
        ("short input, computed independently", "F3F9377698707B688EAF84ABE39E3791", "04DEADBEEFFEED",
         "0BB408BAFF98B6EE9F2E1585777F6A51"),
    ],
)  # fmt: skip
def test_keys_are_diversified_as_published(source: str, master: str, given_bytes: str, key: str) -> None:
    assert diversified(bytes.fromhex(master), bytes.fromhex(given_bytes)) == bytes.fromhex(key), source


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=31))
def test_long_input_is_a_plain_cmac(master: bytes, named: bytes) -> None:
    library = CMAC(AES(master))
    library.update(b"\x01" + named)
    assert diversified(master, named) == library.finalize()


def test_every_card_sector_key_and_version_has_its_own_key() -> None:
    keys = MasterKeys(b"s" * 16, b"r" * 16)
    ring = KeyRing({1: keys, 2: keys})
    made = {
        ring.sector_key(version, uid, sector, which)
        for version in (1, 2)
        for uid in (b"\1\2\3\4", b"\1\2\3\5", b"\1\2\3\4\5\6\7")
        for sector in (0, 1, 15)
        for which in KeyType
    }
    assert len(made) == 2 * 3 * 3 * 2
    assert {len(key) for key in made} == {6}
    assert "ssss" not in repr(keys) + repr(ring)


CHECKS = [
    ("CRC catalogue, CRC-8/MIFARE-MAD", b"123456789".hex(), 0x99),
    ("AN10787, 3.7", "01 0108 0108 0108 0000 0000 0000 0400 0310 0310 0210 0210 0000 0000 0000 1130", 0x89),
    ("NFC Forum data on a 1K card", "01" + "03E1" * 15, 0x14),
]


@pytest.mark.parametrize(("source", "data", "check"), CHECKS)
def test_directories_are_checked_as_published(source: str, data: str, check: int) -> None:
    assert check_byte(bytes.fromhex(data)) == check, source


def test_a_directory_lists_applications() -> None:
    _, data, check = CHECKS[1]
    found = Directory.parse(bytes((check,)) + bytes.fromhex(data))
    assert found.find(0x0801) == (1, 2, 3)
    assert found.find(0x1003) == (8, 9)
    assert found.find(0x3011) == (15,)
    assert found.data[0] == check
    more = found.register(0x684D, (4, 5))
    assert Directory.parse(more.data).find(0x684D) == (4, 5)
    with pytest.raises(ValueError, match="not free"):
        found.register(0x684D, (1,))


@pytest.mark.parametrize("sectors", [MAD1_SECTORS, MAD2_SECTORS])
def test_a_damaged_directory_is_never_believed(sectors: range) -> None:
    whole = Directory.empty(sectors).register(0x684D, (sectors[2], sectors[3])).data
    for bit in range(len(whole) * 8):
        spoilt = bytearray(whole)
        spoilt[bit // 8] ^= 1 << bit % 8
        with pytest.raises(DirectoryDamaged):
            Directory.parse(bytes(spoilt), sectors)


@pytest.mark.parametrize(
    ("source", "access", "conditions"),
    [
        ("MF1S50, as delivered", "FF0780", TRANSPORT),
        ("AN10787, directory sectors", "787788", GUARDED),
        ("AN1305, NFC Forum sectors", "7F0788", (0b000, 0b000, 0b000, 0b011)),
        ("value blocks: 110, trailer 011", "08778F", (0b110, 0b110, 0b110, 0b011)),
    ],
)
def test_access_bits_as_published(source: str, access: str, conditions: tuple[int, int, int, int]) -> None:
    assert conditions_of(bytes.fromhex(access)) == conditions, source
    assert access_of(conditions).hex().upper() == access


def test_every_condition_comes_back_and_any_flipped_bit_is_seen() -> None:
    for number in range(8**4):
        conditions = (number & 7, number >> 3 & 7, number >> 6 & 7, number >> 9)
        access = access_of(conditions)
        assert conditions_of(access) == conditions
        if number % 97 == 0:
            for bit in range(24):
                spoilt = (int.from_bytes(access, "big") ^ 1 << bit).to_bytes(3, "big")
                with pytest.raises(CardGarbled):
                    conditions_of(spoilt)


@pytest.mark.parametrize("locked", [0b000, 0b010, 0b100, 0b110, 0b111])
def test_no_trailer_is_made_that_nobody_could_change(locked: int) -> None:
    with pytest.raises(ValueError, match="change again"):
        Trailer(b"aaaaaa", b"bbbbbb", (0, 0, 0, locked))
    with pytest.raises(ValueError, match="read or write"):
        Trailer(b"aaaaaa", b"bbbbbb", (0b111, 0, 0, 0b011))
    with pytest.raises(ValueError, match="different"):
        Trailer(b"aaaaaa", b"aaaaaa")


def test_blocks_lie_where_the_data_sheet_says() -> None:
    assert (ONE_K.blocks, FOUR_K.blocks) == (64, 256)
    assert [FOUR_K.trailer(sector) for sector in (0, 1, 31, 32, 39)] == [3, 7, 127, 143, 255]
    assert list(FOUR_K.data(32)) == list(range(128, 143))
    assert [FOUR_K.group(block) for block in (128, 132, 133, 138, 142, 143)] == [0, 0, 1, 2, 2, 3]
    for layout in (ONE_K, FOUR_K):
        for sector in range(layout.sectors):
            assert {layout.sector_of(block) for block in layout.data(sector)} == {sector}
            assert layout.sector_of(layout.trailer(sector)) == sector


def test_a_value_block_is_read_and_a_broken_one_is_not() -> None:
    block = bytes.fromhex("87D612007829EDFF87D6120011EE11EE")  # MF1S50, 8.6.2.1
    assert value_of(block) == (1234567, 0x11)
    for bit in range(128):
        spoilt = (int.from_bytes(block, "big") ^ 1 << bit).to_bytes(16, "big")
        with pytest.raises(CardGarbled):
            value_of(spoilt)


COMMANDS = [
    ("PC/SC part 3, LOAD KEYS", storage.load_key(0, bytes.fromhex("FFFFFFFFFFFF")), "FF82000006FFFFFFFFFFFF"),
    ("PC/SC part 3, GENERAL AUTHENTICATE", storage.authenticate(4, KeyType.A, 0), "FF860000050100046000"),
    ("PC/SC part 3, GENERAL AUTHENTICATE", storage.authenticate(4, KeyType.B, 1), "FF860000050100046101"),
    ("PC/SC part 3, READ BINARY", storage.read_block(4), "FFB0000410"),
    ("PC/SC part 3, UPDATE BINARY", storage.update_block(4, bytes(4)), "FFD600040400000000"),
]


@pytest.mark.parametrize(("source", "made", "published"), COMMANDS)
def test_commands_are_as_the_standard_writes_them(source: str, made: bytes, published: str) -> None:
    assert made == bytes.fromhex(published), source


@pytest.mark.parametrize(
    ("source", "version", "name"),
    [
        ("MF0ULx1, 10.1", "0004030101000B03", "ultralight-ev1-48"),
        ("MF0ULx1, 10.1, 50 pF", "0004030201000B03", "ultralight-ev1-48"),
        ("MF0ULx1, 10.1", "0004030101000E03", "ultralight-ev1-128"),
        ("NTAG213/215/216, 10.1", "0004040201000F03", "ntag213"),
        ("NTAG213/215/216, 10.1", "0004040201001103", "ntag215"),
        ("NTAG213/215/216, 10.1", "0004040201001303", "ntag216"),
    ],
)
def test_a_tag_says_which_it_is(source: str, version: str, name: str) -> None:
    found = model_of_version(bytes.fromhex(version))
    assert found is not None, source
    assert found.name == name


@pytest.mark.parametrize("version", ["", "00", "0004040502021303", "0005040201001303"])
def test_tags_that_we_do_not_know(version: str) -> None:
    """Nothing, too little, an NTAG I2C, another maker's."""
    assert model_of_version(bytes.fromhex(version)) is None


@pytest.mark.parametrize(
    ("container", "name"),
    [
        ("E1101200", "ntag213"),
        ("E1103E00", "ntag215"),
        ("E1106D00", "ntag216"),
        ("E1101000", "ultralight-ev1-128"),
    ],
)
def test_a_formatted_tag_says_its_size(container: str, name: str) -> None:
    found = model_of_container(bytes.fromhex(container))
    assert found is not None
    assert found.name == name
    assert model_of_container(b"\0" + bytes.fromhex(container)[1:]) is None


@pytest.mark.parametrize(
    ("name", "room"),
    [("ultralight", 48), ("ultralight-ev1-128", 128), ("ntag213", 144), ("ntag215", 504), ("ntag216", 888)],
)
def test_capacity(name: str, room: int) -> None:
    assert MODEL[name].room == room


LOCKS = [
    ("ntag213", "1000", "0000", [4]),
    ("ntag213", "0080", "0000", [15]),
    ("ntag213", "0000", "0100", [16, 17]),
    ("ntag213", "0000", "0008", [38, 39]),
    ("ntag215", "0000", "8000", [128, 129]),
    ("ntag216", "0000", "0020", [224, 225]),
    ("ultralight-ev1-128", "0000", "0002", [34, 35]),
    ("ultralight", "0100", "FFFF", []),
]


@pytest.mark.parametrize(("name", "static", "dynamic", "locked"), LOCKS)
def test_lock_bits_as_the_data_sheets_draw_them(
    name: str, static: str, dynamic: str, locked: list[int]
) -> None:
    model = MODEL[name]
    bits = bytes.fromhex(static), bytes.fromhex(dynamic)
    assert [page for page in range(4, model.pages) if is_locked(page, *bits, model)] == locked


@pytest.mark.parametrize(
    ("data", "end"),
    [
        ("0300FE00", 3),
        ("0103A00C340300FE", 8),
        ("0304D1000000FE00", 7),
        ("00" * 16, 0),
        ("03FF0003AAAAAAFE", 8),
    ],
)
def test_where_ndef_ends(data: str, end: int) -> None:
    assert ndef_end(bytes.fromhex(data)) == end


@pytest.mark.parametrize("data", ["0310AA", "03FF00", "55", "03FFFFFF00"])
def test_ndef_that_leaves_its_tag(data: str) -> None:
    with pytest.raises(CardGarbled):
        ndef_end(bytes.fromhex(data))
