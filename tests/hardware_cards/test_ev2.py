"""EV2: the sessions that NXP published, byte for byte, and what ends a session."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.hardware.cards.apdu import CardGarbled, CardRefused
from kiosk.hardware.cards.ev2 import (
    BLOCK,
    COUNTER_MAX,
    Ev2Status,
    Mode,
    Session,
    SessionKeys,
    Way,
    again,
    challenged,
    first,
    padded,
    session_keys,
    turned,
    unpadded,
)
from kiosk.hardware.cards.keys import encrypted
from kiosk.hardware.cards.ntag424 import key_check
from kiosk.hardware.cards.purse import NotGenuine

ZERO = bytes(16)
OK = Ev2Status.OK


def keys(enc: str, mac: str, ti: str) -> SessionKeys:
    return SessionKeys(bytes.fromhex(enc), bytes.fromhex(mac), bytes.fromhex(ti))


A = keys("1309C877509E5A215007FF0ED19CA564", "4C6626F5E72EA694202139295C7A7FC7", "9D00C4DF")
B_BEFORE = keys("7A93D6571E4B180FCA6AC90C9A7488D4", "FC4AF159B62E549B5812394CAB1918CC", "7614281A")
B = keys("4CF3CB41A22583A61E89B158D252FC53", "5529860B2FC5FB6154B7F28361D30BF9", "7614281A")
READS = keys("00" * 16, "8248134A386E86EB7FAF54A52E536CB6", "7A21085E")
UID = keys("2B4D963C014DC36F24F69A50A394F875", "379D32130CE61705DD5FD8C36B95D764", "DF055522")

PROOFS = [  # AN12196 rev. 2.0: keys 0 (table 14) and 3 (table 19)
    ("table 14", 0, "A04C124213C186F22399D33AC2A30215", "13C5DB8A5930439FC3DEF9A4C675360F",
     "35C3E05A752E0144BAC0DE51C1F22C56B34408A23D8AEA266CAB947EA8E0118D",
     "3FA64DB5446D1F34CD6EA311167F5E4985B89690C04A05F17FA7AB2F08120663", A),
    ("table 19", 3, "B875CEB0E66A6C5CD00898DC371F92D1", "B98F4C50CF1C2E084FD150E33992B048",
     "FF0306E47DFBC50087C4D8A78E88E62DE1E8BE457AA477C707E2F0874916A8B1",
     "0CC9A8094A8EEA683ECAAC5C7BF20584206D0608D477110FC6B3D5D3F65C3A6A", B_BEFORE),
]  # fmt: skip

_NEW_2, _NEW_0 = bytes.fromhex("F3847D627727ED3BC9C4CC050489B966"), "5004BF991F408672B1EF00F08F9E8647"
_CHECK = key_check(_NEW_2).hex()
Said = tuple[str, SessionKeys, int, int, str, str, Mode, str, str, str]
SAID: list[Said] = [  # AN12196 rev. 2.0: keys, count, command, header, data, mode, APDU, answer, what it says
    ("table 7, GetFileSettings", READS, 0, 0xF5, "02", "", Mode.MAC, "90F5000009026597A457C8CD442C00",
     "0040EEEE000100D1FE001F00004400004400002000006A00002A474282E7A47986",
     "0040EEEE000100D1FE001F00004400004400002000006A0000"),
    ("table 18, ChangeFileSettings", A, 1, 0x5F, "02", "4000E0C1F121200000430000430000", Mode.FULL,
     "905F0000190261B6D97903566E84C3AE5274467E89EAD799B7C1A0EF7A0400", "57BFF87B1241E93D", ""),
    ("table 21, WriteData", B_BEFORE, 0, 0x8D, "030000000A0000", "0102030405060708090A", Mode.FULL,
     "908D00001F030000000A00006B5E6804909962FC4E3FF5522CF0F8436C0C53315B9C73AA00", "C26D236E4A7C046D", ""),
    ("table 24, WriteData", B, 1, 0x8D, "010E0000120000", "FF0506E10500808283000000000000000000", Mode.PLAIN,
     "908D000019010E0000120000FF0506E1050080828300000000000000000000", "", ""),
    ("table 25, ChangeKey", B, 2, 0xC4, "02", _NEW_2.hex() + "01" + _CHECK, Mode.FULL,
     "90C4000029022CF362B7BF4311FF3BE1DAA295E8C68DE09050560D19B9E16C2393AE9CD1FAC75D0CE20BCD1D06E600",
     "203BB55D1089D587", ""),
    ("table 28, GetCardUID", UID, 0, 0x51, "", "", Mode.FULL, "90510000088E2C155ADDA99BE300",
     "70756055688505B52A5E26E59E329CD6595F672298EA41B7", "04958CAA5C5E80"),
]  # fmt: skip


@pytest.mark.parametrize("row", PROOFS, ids=lambda row: row[0])
def test_published_proofs(row: tuple[str, int, str, str, str, str, SessionKeys]) -> None:
    _, number, challenge, made_up, part_2, answer, begun = row
    assert first(number).hex() == f"9071000002{number:02x}0000"
    ours = challenged(ZERO, bytes.fromhex(challenge), bytes.fromhex(made_up))
    assert ours.answer().hex().upper() == f"90AF000020{part_2}00"
    assert session_keys(ZERO, ours.rnd_a, ours.rnd_b, begun.ti) == begun
    session = ours.begun(bytes.fromhex(answer))
    assert (session.ti, session.counter) == (begun.ti, 0)
    same = Session(begun).command(0x51, b"", b"x", Mode.FULL)
    assert session.command(0x51, b"", b"x", Mode.FULL) == same


@pytest.mark.parametrize("row", SAID, ids=lambda row: row[0])
def test_published_commands(row: Said) -> None:
    _, of, count, ins, header, data, mode, apdu, answer, says = row
    session = Session(of, count)
    made = session.command(ins, bytes.fromhex(header), bytes.fromhex(data), mode)
    assert made.hex().upper() == apdu
    assert session.opened(bytes.fromhex(answer), OK, mode).hex().upper() == says
    assert session.counter == count + 1


def test_the_key_of_the_session_itself_is_changed_last() -> None:
    """AN12196 rev. 2.0, table 26: what the command says; the card's answer has no code."""
    made = Session(B, 3).command(0xC4, b"\0", bytes.fromhex(_NEW_0) + b"\x01", Mode.FULL)
    assert made.hex().upper() == (
        "90C400002900C0EB4DEEFEDDF0B513A03A95A75491818580503190D4D05053FF75668A01D6FDA6610234BDED643200"
    )


def test_another_key_goes_on_in_the_same_session() -> None:
    """AN12196 rev. 2.0, table 23: number and count stay, both keys are new."""
    made_up = bytes.fromhex("60BE759EDA560250AC57CDDC11743CF6")
    theirs = bytes.fromhex("6924E8D09722659A2E7DEC68E66312B8")
    assert again(0).hex() == "90770000010000"
    ours = challenged(ZERO, encrypted(ZERO, ZERO, theirs), made_up)
    before = Session(B_BEFORE, 1)
    session = ours.went_on(encrypted(ZERO, ZERO, turned(made_up)), before)
    assert (session.ti, session.counter) == (B.ti, 1)
    assert session.command(0xF5, b"\2", b"", Mode.MAC) == Session(B, 1).command(0xF5, b"\2", b"", Mode.MAC)


@given(st.binary(max_size=64))
def test_padding_comes_off_again(data: bytes) -> None:
    assert len(padded(data)) % BLOCK == 0
    assert unpadded(padded(data)) == data


@pytest.mark.parametrize("data", [b"", bytes(16), b"\x01" * 16, b"\x80" + bytes(16)])
def test_what_is_not_padded_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="padding"):
        unpadded(data)


@given(st.sampled_from([row for row in SAID if row[6] is not Mode.PLAIN]), st.data())
def test_one_wrong_bit_ends_the_session(row: Said, data: st.DataObject) -> None:
    _, of, count, _, _, _, mode, _, answer, _ = row
    spoilt = bytearray.fromhex(answer)
    bit = data.draw(st.integers(0, len(spoilt) * 8 - 1))
    spoilt[bit // 8] ^= 1 << bit % 8
    session = Session(of, count)
    with pytest.raises(NotGenuine):
        session.opened(bytes(spoilt), OK, mode)
    with pytest.raises(NotGenuine, match="ended"):
        session.opened(bytes.fromhex(answer), OK, mode)
    with pytest.raises(NotGenuine, match="ended"):
        session.command(0xF5, b"", b"", mode)


@given(st.integers(0, COUNTER_MAX - 1).filter(bool))
def test_an_answer_counts_once_and_in_its_place(count: int) -> None:
    session = Session(UID, count)
    with pytest.raises(NotGenuine):
        session.opened(bytes.fromhex(SAID[-1][8]), OK, Mode.FULL)


@given(st.binary(max_size=40), st.sampled_from([Mode.MAC, Mode.FULL]))
def test_whatever_comes_back_is_survived(answer: bytes, mode: Mode) -> None:
    with pytest.raises(NotGenuine):
        Session(A).opened(answer, OK, mode)


def test_a_sealed_answer_is_whole_blocks_and_padded() -> None:
    for sealed in (b"x" * 15, encrypted(A.enc, A.start(Way.ANSWER, 1), bytes(16))):
        with pytest.raises(CardGarbled):
            Session(A).opened(sealed + A.code(0, 1, sealed), OK, Mode.FULL)


def test_a_refusal_ends_the_session_and_a_used_up_one_says_no_more() -> None:
    session = Session(A)
    with pytest.raises(CardRefused) as refused:
        session.opened(b"", Ev2Status.NOT_ALLOWED, Mode.FULL)
    assert refused.value.status == 0x919D
    with pytest.raises(NotGenuine, match="ended"):
        session.command(0xF5, b"", b"", Mode.MAC)
    with pytest.raises(NotGenuine, match="used up"):
        Session(A, COUNTER_MAX).command(0xF5, b"", b"", Mode.MAC)


def test_a_card_without_the_key_begins_no_session() -> None:
    ours = challenged(ZERO, bytes.fromhex(PROOFS[0][2]), bytes.fromhex(PROOFS[0][3]))
    with pytest.raises(NotGenuine, match="key"):
        ours.begun(bytes(32))
    with pytest.raises(NotGenuine, match="key"):
        ours.went_on(bytes(16), Session(A))
    for size in (0, 16, 31, 33):
        with pytest.raises(CardGarbled):
            ours.begun(bytes(size))
    with pytest.raises(CardGarbled):
        challenged(ZERO, bytes(15), ours.rnd_a)
    with pytest.raises(ValueError, match="16 bytes"):
        challenged(bytes(15), bytes(16), ours.rnd_a)
    assert not any(made.hex() in repr(ours) for made in (ours.rnd_a, ours.rnd_b))
