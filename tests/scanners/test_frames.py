"""Bytes of a scanner, cut and joined in every way: the same codes, or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.hardware.scanners.frames import GAP_S, LONGEST, Frames

CODES = st.lists(
    st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=40), max_size=6
)
ENDS = {"cr": (b"", b"\r"), "lf": (b"", b"\n"), "crlf": (b"", b"\r\n"), "etx": (b"\x02", b"\x03"),
        "etx-cr": (b"\x02", b"\x03\r\n")}  # fmt: skip


@given(CODES, st.sampled_from(sorted(ENDS)), st.lists(st.integers(0, 300), max_size=8))
def test_codes_come_out_whole_however_the_line_cuts_them(codes: list[str], end: str, cuts: list[int]) -> None:
    before, after = ENDS[end]
    sent = b"".join(before + code.encode() + after for code in codes)
    frames, heard, start = Frames(), [], 0
    for cut in [*sorted(cut for cut in cuts if cut < len(sent)), len(sent)]:
        heard += frames.feed(sent[start:cut], 0.0)
        start = cut
    assert heard == codes
    assert frames.dropped == 0


@given(st.binary(max_size=3000), CODES)
def test_noise_is_survived_and_bounded(noise: bytes, codes: list[str]) -> None:
    frames = Frames()
    for code in frames.feed(noise, 0.0):
        assert 0 < len(code) <= LONGEST
        assert code.isascii()
        assert code.isprintable()
    assert len(frames._code) <= LONGEST
    assert frames.feed("".join(f"{code}\r" for code in codes).encode(), GAP_S * 1.1) == codes


@pytest.mark.parametrize("spoilt", [b"12\x0034", b"12\xff34", b"\x1b12", b"x" * (LONGEST + 1), "券".encode()])
def test_a_spoilt_code_is_dropped_whole_and_the_next_is_good(spoilt: bytes) -> None:
    frames = Frames()
    assert frames.feed(spoilt + b"\rgood\r", 0.0) == ["good"]
    assert frames.dropped == 1


def test_the_longest_code_is_believed() -> None:
    assert Frames().feed(b"x" * LONGEST + b"\r", 0.0) == ["x" * LONGEST]


def test_spaces_at_the_ends_belong_to_the_code() -> None:
    assert Frames().feed(b" A B  \r\n", 0.0) == [" A B  "]


def test_a_code_that_stops_in_the_middle_is_forgotten_after_a_while() -> None:
    frames = Frames()
    assert frames.feed(b"half", 10.0) == []
    assert frames.feed(b"whole\r", 10.0 + GAP_S * 1.1) == ["whole"]
    assert frames.feed(b"in two ", 20.0) == []
    assert frames.feed(b"pieces\r", 20.0 + GAP_S / 2) == ["in two pieces"]


def test_a_new_beginning_forgets_what_came_before() -> None:
    assert Frames().feed(b"noise\x02code\x03", 0.0) == ["code"]
