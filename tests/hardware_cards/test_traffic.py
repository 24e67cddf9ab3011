"""What the log of card traffic tells, and what it must never tell."""

from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.hardware.cards.apdu import command, read_binary, select
from kiosk.hardware.cards.member_file import MEMBER_AID, member_file
from kiosk.hardware.readers.traffic import masked


def test_the_name_of_an_application_is_told() -> None:
    assert masked(select(MEMBER_AID), b"\x6f\x0a\x90\x00") == "00A40400 [8] F04D454D42455201 -> [2] 9000"


@pytest.mark.parametrize(
    "told",
    [
        masked(command(bytes.fromhex("00200080"), b"135790"), bytes.fromhex("9000")),  # a PIN
        masked(bytes.fromhex("FF82000006") + b"135790", bytes.fromhex("9000")),  # a key
        masked(read_binary(), member_file(b"135790135790") + bytes.fromhex("9000")),  # a number
        masked(bytes.fromhex("FFD6000406") + b"135790", bytes.fromhex("9000")),
        masked(bytes.fromhex("00A4040006") + b"135790135790", b""),  # no select that a card would take
    ],
)
def test_numbers_keys_and_pins_are_not(told: str) -> None:
    assert b"135790".hex() not in told.lower()


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_whatever_goes_over_the_line_only_header_and_status_are_told(sent: bytes, answered: bytes) -> None:
    header = bytes((sent[0] if sent else 0, 0xB0)) + sent[2:4]
    told = masked(header + sent[4:], answered)
    letters = sum(letter in "0123456789ABCDEF" for letter in "".join(_words(told)))
    assert letters <= 8 + 4


def _words(told: str) -> Iterator[str]:
    """What is told besides the lengths in brackets."""
    return (word for word in told.split() if not word.startswith("[") and word not in {"->", "nothing"})


def test_the_bytes_between_are_another_each_time_but_the_line_is_not() -> None:
    lines = {
        masked(command(bytes.fromhex("80540100"), Random(seed).randbytes(15)), b"\x90\x00")
        for seed in range(50)
    }
    assert lines == {"80540100 [15] -> [0] 9000"}
